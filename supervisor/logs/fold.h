// Texts that differ only in what changes from time to time are the same text: "user 17 not found"
// and "user 18 not found" are both "user <n> not found". Pure; texts are hostile.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mainstay::logs {

// What is looked at of a text, and the longest result.
inline constexpr std::size_t kFoldedFrom = 1024;
inline constexpr std::size_t kFoldedTo = 240;

// A message with placeholders: <n> numbers, <hex>, <uuid>, <id> for other names with digits inside,
// <addr> IP addresses, <path>, <email>, <time>, and '…' for what stood between quotes. A time at
// the beginning goes, colours go, white space becomes one space. What is longer than kFoldedTo ends
// with "…".
std::string fold_message(std::string_view text);

// Appends the path of a URL, without its query: "/users/17/orders" becomes "/users/<n>/orders".
void append_folded_path(std::string& out, std::string_view target);

}  // namespace mainstay::logs
