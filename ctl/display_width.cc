#include "display_width.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace mainstay::ctl {

namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

// Unicode 15, EastAsianWidth W and F, neighbours merged.
constexpr std::array<Range, 42> kWide = {{
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x2329, 0x232a}, {0x23e9, 0x23ec}, {0x23f0, 0x23f0},
    {0x23f3, 0x23f3},   {0x25fd, 0x25fe},   {0x2614, 0x2615}, {0x2648, 0x2653}, {0x267f, 0x267f},
    {0x2693, 0x2693},   {0x26a1, 0x26a1},   {0x26aa, 0x26ab}, {0x26bd, 0x26be}, {0x26c4, 0x26c5},
    {0x26ce, 0x26ce},   {0x26d4, 0x26d4},   {0x26ea, 0x26ea}, {0x26f2, 0x26f3}, {0x26f5, 0x26f5},
    {0x26fa, 0x26fa},   {0x26fd, 0x26fd},   {0x2705, 0x2705}, {0x270a, 0x270b}, {0x2728, 0x2728},
    {0x274c, 0x274c},   {0x274e, 0x274e},   {0x2753, 0x2755}, {0x2757, 0x2757}, {0x2795, 0x2797},
    {0x27b0, 0x27b0},   {0x27bf, 0x27bf},   {0x2b1b, 0x2b1c}, {0x2b50, 0x2b55}, {0x2e80, 0x303e},
    {0x3041, 0xa4cf},   {0xac00, 0xd7a3},   {0xf900, 0xfaff}, {0xfe30, 0xfe6f}, {0xff00, 0xff60},
    {0x1f300, 0x1faff}, {0x20000, 0x3fffd},
}};

// Marks that sit on the character before them, and what shows nothing.
constexpr std::array<Range, 18> kZero = {{
    {0x0300, 0x036f},
    {0x0483, 0x0489},
    {0x0591, 0x05bd},
    {0x0610, 0x061a},
    {0x064b, 0x065f},
    {0x0e31, 0x0e31},
    {0x0e34, 0x0e3a},
    {0x0e47, 0x0e4e},
    {0x1ab0, 0x1aff},
    {0x1dc0, 0x1dff},
    {0x200b, 0x200f},
    {0x202a, 0x202e},
    {0x2060, 0x2064},
    {0x20d0, 0x20ff},
    {0xfe00, 0xfe0f},
    {0xfe20, 0xfe2f},
    {0xfeff, 0xfeff},
    {0xe0100, 0xe01ef},
}};

bool contains(std::span<const Range> ranges, std::uint32_t c) {
  const auto found = std::upper_bound(ranges.begin(), ranges.end(), c,
                                      [](std::uint32_t x, const Range& r) { return x < r.first; });
  return found != ranges.begin() && c <= std::prev(found)->last;
}

struct Character {
  std::string_view bytes;
  std::size_t columns;
};

// The length of the sequence that `first` begins; 1 for what begins none.
std::size_t sequence_length(unsigned char first) {
  if (first >= 0xf0 && first < 0xf5) return 4;
  if (first >= 0xe0) return first < 0xf0 ? 3 : 1;
  return first >= 0xc2 ? 2 : 1;
}

Character take_character(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t length = sequence_length(first);
  if (length == 1 || length > text.size()) return {text.substr(0, 1), 1};
  std::uint32_t value = first & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0) != 0x80) return {text.substr(0, 1), 1};
    value = value << 6 | (byte & 0x3fU);
  }
  const std::size_t columns = contains(kZero, value) ? 0 : contains(kWide, value) ? 2 : 1;
  return {text.substr(0, length), columns};
}

std::vector<Character> characters_of(std::string_view text) {
  std::vector<Character> all;
  while (!text.empty()) {
    all.push_back(take_character(text));
    text.remove_prefix(all.back().bytes.size());
  }
  return all;
}

std::string head(std::span<const Character> all, std::size_t columns) {
  std::string out;
  for (const Character& c : all) {
    if (c.columns > columns) break;
    columns -= c.columns;
    out += c.bytes;
  }
  return out;
}

std::string tail(std::span<const Character> all, std::size_t columns) {
  std::size_t from = all.size();
  while (from > 0 && all[from - 1].columns <= columns)
    columns -= all[--from].columns;
  // A mark without the character it sat on would land on the ellipsis.
  while (from < all.size() && all[from].columns == 0)
    ++from;
  std::string out;
  for (const Character& c : all.subspan(from))
    out += c.bytes;
  return out;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const Character c = take_character(text);
    columns += c.columns;
    text.remove_prefix(c.bytes.size());
  }
  return columns;
}

std::string shorten_middle(std::string_view text, std::size_t width, std::string_view ellipsis) {
  if (display_width(text) <= width) return std::string{text};
  const std::vector<Character> all = characters_of(text);
  const std::size_t gap = display_width(ellipsis);
  if (width <= gap + 1) return head(all, width);
  const std::size_t left = (width - gap + 1) / 2;
  return head(all, left).append(ellipsis).append(tail(all, width - gap - left));
}

std::string shorten_end(std::string_view text, std::size_t width, std::string_view ellipsis) {
  if (display_width(text) <= width) return std::string{text};
  const std::vector<Character> all = characters_of(text);
  const std::size_t gap = display_width(ellipsis);
  if (width <= gap) return head(all, width);
  return head(all, width - gap).append(ellipsis);
}

}  // namespace mainstay::ctl
