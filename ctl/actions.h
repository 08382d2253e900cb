// What start, stop, restart, reset, signal and scale have in common: one request, progress while it
// goes on, one line per instance at the end.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "ctl/context.h"
#include "ctl/verb.h"

namespace mainstay::ctl {

struct Action {
  std::string_view method;  // "services.stop"
  std::string_view doing;   // "stopping": for the progress line
  std::string_view noun;    // "stop": "the stop goes on"
  bool waits = true;        // the method knows "wait" and "progress"
  Duration patience = kAnswerTime;
};

// Sends it with `params` (targets and whatever else), shows progress, prints the results. 0 when
// all went well, 1 when something failed, else by the error.
CtlExit run_action(Context& context, const Action& action, Json params);

// The verb that does it to TARGET…; name, texts and options are the caller's.
template <const Action& kAction>
constexpr Verb target_verb(Verb verb) {
  verb.least = 1;
  verb.most = kAnyNumber;
  verb.wants = "a TARGET: a name, name:instance, glob, @tag or all";
  verb.run = [](Context& context) { return run_action(context, kAction, context.targets()); };
  return verb;
}

// The lines for {"results": [{"name","ok","state","message"}]}.
std::string results_text(const Json& answer, const Terminal& terminal);
// Whether every result is ok.
bool all_ok(const Json& answer);

}  // namespace mainstay::ctl
