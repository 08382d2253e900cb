// Reading members of what the supervisor sends: whatever is missing or of another type is "not
// there", so that a newer or a strange supervisor cannot break ctl.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"

namespace mainstay::ctl {

// The member, or nothing when `object` is no object, has no such member, or it is null.
const Json* member(const Json& object, std::string_view name);

// As it was sent.
std::string raw_text_of(const Json& object, std::string_view name);
// As one line that is safe for a terminal: control characters made visible, newlines too.
std::string text_of(const Json& object, std::string_view name);
std::string safe_line(std::string_view text);

std::optional<double> number_of(const Json& object, std::string_view name);
std::optional<std::int64_t> whole_of(const Json& object, std::string_view name);
bool flag_of(const Json& object, std::string_view name, bool otherwise = false);
std::optional<WallTime> time_of(const Json& object, std::string_view name);
// A number of seconds.
std::optional<Duration> seconds_of(const Json& object, std::string_view name);
// The elements of a list; none when it is none.
std::vector<Json> list_of(const Json& object, std::string_view name);
// The strings in a list, each safe for a terminal.
std::vector<std::string> lines_of(const Json& object, std::string_view name);

}  // namespace mainstay::ctl
