#include <fmt/format.h>

#include "base/text.h"
#include "ctl/actions.h"
#include "ctl/commands/commands.h"

namespace mainstay::ctl {

namespace {

// "-9" and "-HUP" as kill(1) takes them.
std::string_view without_dash(std::string_view word) {
  if (word.starts_with('-')) word.remove_prefix(1);
  return word;
}

CtlExit run(Context& context) {
  const std::string& word = context.words()[0];
  const auto number = signal_number(without_dash(word));
  if (!number) {
    return context.fail_usage(
        fmt::format("'{}' is no signal; write it like HUP, SIGHUP or 1", word));
  }
  const std::string name = signal_name(*number);
  Json params = context.targets(1);
  params["signal"] = name.find(' ') == std::string::npos ? name : fmt::to_string(*number);
  return run_action(
      context,
      {.method = "services.signal", .doing = "signalling", .noun = "signal", .waits = false},
      std::move(params));
}

}  // namespace

const Verb kSignal = {
    .name = "signal",
    .aliases = {},
    .summary = "send a signal to the main process of services",
    .usage = "signal SIG TARGET...",
    .details = "SIG is a name or a number: HUP, SIGHUP, 1.",
    .options = {},
    .least = 2,
    .most = kAnyNumber,
    .wants = "a signal and a TARGET, as in: ctl signal HUP web",
    .numbers = true,
    .run = run,
};

}  // namespace mainstay::ctl
