// Finds pieces in JSON text without building it: for the controller's answers, which are megabytes
// and mostly passed on as they are. The text is taken for well-formed (the controller wrote it):
// what is not is never read past its end, and reads as missing.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace mainstay::gateway {

// The value of a member of an object, as JSON text; empty: there is none.
std::string_view json_member(std::string_view object, std::string_view name);
// Every member of an object, in order: the name as it is written, without its quotes.
void for_each_member(std::string_view object,
                     const std::function<void(std::string_view name, std::string_view value)>& see);
// Every element of an array, in order.
void for_each_element(std::string_view array, const std::function<void(std::string_view)>& see);
// What a string without escapes says; nothing for another value and for one with escapes.
std::optional<std::string_view> plain_string(std::string_view value);
std::optional<std::uint64_t> whole_number(std::string_view value);

}  // namespace mainstay::gateway
