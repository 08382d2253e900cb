#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include "ctl/actions.h"
#include "ctl/commands/commands.h"

namespace mainstay::ctl {

namespace {

constexpr std::array<OptionSpec, 1> kOptions = {{
    {0, "no-wait", "", "return at once; the scaling goes on"},
}};

// 3 as a number, "+1" and "-1" as they are; nothing for anything else.
std::optional<Json> instances_of(std::string_view word) {
  const bool relative = word.starts_with('+') || word.starts_with('-');
  const std::string_view digits = word.substr(relative ? 1 : 0);
  std::uint32_t count = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  const bool whole = parsed.ec == std::errc{} && parsed.ptr == digits.data() + digits.size();
  if (digits.empty() || !whole) return std::nullopt;
  return relative ? Json(std::string{word}) : Json(count);
}

CtlExit run(Context& context) {
  const auto instances = instances_of(context.words()[1]);
  if (!instances) {
    return context.fail_usage(fmt::format(
        "'{}' is no number of instances; write it like 3, +1 or -1", context.words()[1]));
  }
  return run_action(
      context,
      {.method = "services.scale", .doing = "scaling", .noun = "scale", .patience = kStartTime},
      Json{{"name", context.words()[0]}, {"instances", *instances}});
}

}  // namespace

const Verb kScale = {
    .name = "scale",
    .aliases = {},
    .summary = "change how many instances of a service run",
    .usage = "scale NAME N|+N|-N [--no-wait]",
    .details =
        "Instances are added at the end, and the last ones are stopped and removed. Holds "
        "until the supervisor\nends; the file has the lasting number.",
    .options = kOptions,
    .least = 2,
    .most = 2,
    .wants = "the NAME of a service and a number: 3, +1 or -1",
    .numbers = true,
    .run = run,
};

}  // namespace mainstay::ctl
