#include "ctl/moment_option.h"

#include <fmt/format.h>

#include "base/moment.h"

namespace mainstay::ctl {

std::string add_moment(const Context& context, const char* name, WallTime now, Json& params) {
  const auto text = context.value(name);
  if (!text) return {};
  const auto moment = parse_moment(*text, now);
  if (!moment) return fmt::format("--{}: {}", name, moment.error().message);
  params[name] = format_rfc3339_micros(*moment);
  return {};
}

}  // namespace mainstay::ctl
