#include <fmt/format.h>

#include "ctl/commands/commands.h"

namespace mainstay::ctl {

namespace {

CtlExit run(Context& context) {
  if (context.words().empty()) {
    context.out().write(help_text(all_verbs()));
    return CtlExit::Done;
  }
  const std::string& name = context.words()[0];
  const Verb* verb = find_verb(name, all_verbs());
  if (verb == nullptr) {
    return context.fail(
        CtlExit::Usage,
        fmt::format("there is no verb '{}'{}", name, did_you_mean_verb(name, all_verbs())),
        "all verbs: ctl help");
  }
  context.out().write(help_text(*verb));
  return CtlExit::Done;
}

}  // namespace

const Verb kHelp = {
    .name = "help",
    .aliases = {},
    .summary = "explain all verbs, or one",
    .usage = "help [VERB]",
    .details = {},
    .options = {},
    .least = 0,
    .most = 1,
    .wants = {},
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
