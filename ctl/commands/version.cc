#include "mainstay/version.h"

#include <fmt/format.h>

#include "ctl/commands/commands.h"
#include "ctl/json_fields.h"

namespace mainstay::ctl {

namespace {

// Nobody has to run for ctl to know its own version.
Json versions(Context& context) {
  const Answer info = context.client().call("supervisor.info", Json::object(),
                                            context.timeout_or(std::chrono::seconds{1}));
  Json running;
  if (info) running = raw_text_of(info.result(), "version");
  return Json{{"version", std::string{kVersion}}, {"supervisor", std::move(running)}};
}

CtlExit run(Context& context) {
  const Json result = versions(context);
  if (context.json()) return context.print_json(result);
  const std::string running = text_of(result, "supervisor");
  context.out().line(fmt::format("ctl {}", kVersion));
  if (!running.empty() && running != kVersion) {
    context.out().line(
        fmt::format("The supervisor that runs has version {}; to use {}: ctl down, then ctl up",
                    running, kVersion));
  }
  return CtlExit::Done;
}

}  // namespace

const Verb kVersionVerb = {
    .name = "version",
    .aliases = {},
    .summary = "the version of ctl, and of the supervisor if it is another",
    .usage = "version",
    .details = {},
    .options = {},
    .least = 0,
    .most = 0,
    .wants = {},
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
