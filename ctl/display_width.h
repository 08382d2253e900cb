// How many columns text takes on a terminal, and cutting it to a number of columns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mainstay::ctl {

// Columns of valid UTF-8 without control characters, as wcwidth(3) counts in a UTF-8 locale: 2 for
// East Asian wide characters and emoji, 0 for combining marks. An invalid byte counts as 1. Does
// not depend on the locale, which in a container is usually "C".
std::size_t display_width(std::string_view text);

// `text` in at most `width` columns: the middle gives way to `ellipsis`. Never cuts a character.
std::string shorten_middle(std::string_view text, std::size_t width, std::string_view ellipsis);
// The same at the end.
std::string shorten_end(std::string_view text, std::size_t width, std::string_view ellipsis);

}  // namespace mainstay::ctl
