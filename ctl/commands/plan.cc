#include <array>

#include "ctl/commands/commands.h"
#include "ctl/proposal.h"

namespace mainstay::ctl {

namespace {

constexpr std::array<OptionSpec, 1> kOptions = {{
    {0, "rollback", "", "what ctl apply --rollback would change"},
}};

CtlExit run(Context& context) {
  if (const auto refused = refuse_both(context)) return *refused;
  const Answer answer = context.ask("config.plan", proposal_params(context));
  if (!answer) return fail_proposal(context, answer.failure());
  if (context.json()) return context.print_json(answer.result());
  context.out().write(proposal_text(context, answer.result()));
  return CtlExit::Done;
}

}  // namespace

const Verb kPlan = {
    .name = "plan",
    .aliases = {},
    .summary = "say what applying an ecosystem file would change",
    .usage = "plan [FILE | --rollback]",
    .details =
        "Compares FILE, or the file in force as it is on disk now, with what the supervisor runs. "
        "Changes\nnothing. Exit code 0 whether something would change or not (--json has "
        "\"changes\"), 2 when the\nfile has errors.",
    .options = kOptions,
    .least = 0,
    .most = 1,
    .wants = {},
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
