#include "ctl/commands/commands.h"
#include "ctl/plan_text.h"
#include "ctl/proposal.h"

namespace mainstay::ctl {

namespace {

CtlExit run(Context& context) {
  const Answer answer = context.ask("config.plan", file_params(context));
  if (!answer) return fail_proposal(context, answer.failure());
  if (context.json()) return context.print_json(answer.result());
  context.out().write(plan_text(answer.result(), context.out().terminal()));
  return CtlExit::Done;
}

}  // namespace

const Verb kPlan = {
    .name = "plan",
    .aliases = {},
    .summary = "say what applying an ecosystem file would change",
    .usage = "plan [FILE]",
    .details =
        "Compares FILE, or the file in force as it is on disk now, with what the supervisor runs. "
        "Changes\nnothing. Exit code 0 whether something would change or not (--json has "
        "\"changes\"), 2 when the\nfile has errors.",
    .options = {},
    .least = 0,
    .most = 1,
    .wants = {},
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
