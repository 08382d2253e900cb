// Bytes as hexadecimal digits, the high half of each first. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mainstay {

// In lower case.
std::string to_hex(std::string_view bytes);
// In either case. Nothing: the text is no whole number of bytes.
std::optional<std::string> from_hex(std::string_view text);
// Nothing but 0-9 and a-f, as to_hex writes it; also for no text at all.
bool is_lower_hex(std::string_view text);

}  // namespace mainstay
