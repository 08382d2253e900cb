// One word of a message, or one segment of a path, with what changes in it replaced.
#pragma once

#include <string>
#include <string_view>

namespace mainstay::logs {

// Characters that words are made of: letters, digits, bytes beyond ASCII and _ - . : / \ @ % + ~.
bool is_word_part(char c);

// Appends a word, which consists of such characters.
void append_folded_word(std::string& out, std::string_view word);

// Appends a part of a word that has no separator in it: "worker3", "8f3a2c1d", "17".
void append_folded_part(std::string& out, std::string_view part);

bool has_digit(std::string_view text);
// 8-4-4-4-12 hexadecimal digits.
bool is_uuid(std::string_view text);

}  // namespace mainstay::logs
