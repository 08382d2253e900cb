// Strings of JSON and what their escapes mean.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mainstay::logs {

// Takes a string with its quotes off the beginning of `text`; nothing for what is none, and for
// halves of surrogate pairs, which we never write.
std::optional<std::string> take_json_string(std::string_view& text);

// What stands between the quotes of somebody else's string, read: an escape that means nothing
// stays as it is.
std::string unescape_json(std::string_view inside);

}  // namespace mainstay::logs
