#include "ctl/moment_option.h"

#include <fmt/format.h>

#include "base/moment.h"
#include "io/clock.h"

namespace mainstay::ctl {

std::string add_moment(const Context& context, const char* name, WallTime now, Json& params) {
  const auto text = context.value(name);
  if (!text) return {};
  const auto moment = parse_moment(*text, now);
  if (!moment) return fmt::format("--{}: {}", name, moment.error().message);
  params[name] = format_rfc3339_micros(*moment);
  return {};
}

std::string add_span(const Context& context, Json& params) {
  const WallTime now = io::read_clocks().wall;
  const std::string problem = add_moment(context, "since", now, params);
  return problem.empty() ? add_moment(context, "until", now, params) : problem;
}

std::string add_limit(const Context& context, std::int64_t most, std::string_view what,
                      Json& params) {
  const std::string text = context.value("lines").value_or("50");
  const auto limit = whole_number(text, 1, most);
  if (!limit) return fmt::format("'{}' is no number of {}; 1 to {}", text, what, most);
  const bool spans = context.has("since") || context.has("until");
  if (context.has("lines") || !spans) params["limit"] = *limit;
  return {};
}

}  // namespace mainstay::ctl
