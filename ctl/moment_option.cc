#include "ctl/moment_option.h"

#include <fmt/format.h>

#include "base/moment.h"

namespace mainstay::ctl {

std::optional<WallTime> moment_option(const Context& context, const char* name, WallTime now,
                                      std::string& problem) {
  const auto text = context.value(name);
  if (!text) return std::nullopt;
  const auto moment = parse_moment(*text, now);
  if (moment) return *moment;
  if (problem.empty()) problem = fmt::format("--{}: {}", name, moment.error().message);
  return std::nullopt;
}

std::string add_moment(const Context& context, const char* name, WallTime now, Json& params) {
  std::string problem;
  const auto moment = moment_option(context, name, now, problem);
  if (moment) params[name] = format_rfc3339_micros(*moment);
  return problem;
}

}  // namespace mainstay::ctl
