#include "config/loader.h"
#include "ctl/commands/commands.h"
#include "ctl/config_report.h"

namespace mainstay::ctl {

namespace {

CtlExit run(Context& context) {
  const std::filesystem::path file = context.words().empty()
                                         ? context.endpoint().config
                                         : std::filesystem::path{context.words()[0]};
  const config::Loaded loaded = config::load(file, config::process_load_options());
  if (!loaded.ecosystem) return report_errors(context, loaded);
  if (context.json()) return context.print_json(report_json(file.native(), loaded));
  context.notices().write(config::render(loaded.inactive, context.notices().terminal().colour));
  static_cast<void>(context.notices().flush());
  context.out().line(report_summary(file.native(), *loaded.ecosystem));
  return CtlExit::Done;
}

}  // namespace

const Verb kCheck = {
    .name = "check",
    .aliases = {},
    .summary = "say whether an ecosystem file is right, and what is wrong with it",
    .usage = "check [FILE]",
    .details =
        "Needs no supervisor and changes nothing. Names every error at once, and what is "
        "accepted but does\nnothing yet in this version. Exit code 2 when there are errors.",
    .options = {},
    .least = 0,
    .most = 1,
    .wants = {},
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
