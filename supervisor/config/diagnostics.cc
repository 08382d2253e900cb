#include "config/diagnostics.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/text.h"

namespace mainstay::config {

namespace {

constexpr std::size_t kExcerptWidth = 120;  // characters; a longer line is cut around the caret

struct Colours {
  std::string_view bold, red, dim, green, off;
};
constexpr Colours kNoColours{};
constexpr Colours kTerminal{"\x1b[1m", "\x1b[1;31m", "\x1b[36m", "\x1b[1;32m", "\x1b[0m"};

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

// The byte at which the character number `index` starts.
std::size_t byte_of(std::string_view utf8, std::size_t index) {
  std::size_t at = 0;
  while (at < utf8.size() && index > 0) {
    ++at;
    while (at < utf8.size() && continues_character(utf8[at]))
      ++at;
    --index;
  }
  return at;
}

std::size_t width_of(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return !continues_character(c); }));
}

// Printable, on one line, and one column per tab so that the caret stays under what it points at.
std::string printable(std::string_view text) {
  std::string out = escape_for_terminal(text, false);
  std::replace(out.begin(), out.end(), '\t', ' ');
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out;
}

struct Excerpt {
  std::string before, marked, after;
};

Excerpt excerpt(const Diagnostic& d) {
  const std::string_view line = d.source_line;
  const std::size_t column = d.column - 1;
  const std::size_t from = column > kExcerptWidth * 2 / 3 ? column - kExcerptWidth / 2 : 0;
  const std::size_t start = byte_of(line, from);
  const std::size_t mark = byte_of(line, column);
  const std::size_t mark_end =
      byte_of(line, column + std::min<std::size_t>(d.length, kExcerptWidth / 2));
  const std::size_t end = byte_of(line, from + kExcerptWidth);
  Excerpt cut{printable(line.substr(start, mark - start)),
              printable(line.substr(mark, mark_end - mark)),
              printable(line.substr(mark_end, std::max(end, mark_end) - mark_end))};
  if (from > 0) cut.before.insert(0, "…");
  if (end < line.size()) cut.after += "…";
  return cut;
}

std::string with_excerpt(const Diagnostic& d, const Colours& c) {
  const Excerpt cut = excerpt(d);
  const std::string pad(width_of(cut.before), ' ');
  const std::string tail(std::max<std::size_t>(1, width_of(cut.marked)) - 1, '~');
  return fmt::format("{}{:>6} |{} {}{}{}\n{}       |{} {}{}^{}{}\n", c.dim, d.line, c.off,
                     cut.before, cut.marked, cut.after, c.dim, c.off, pad, c.green, tail, c.off);
}

std::string coloured_headline(const Diagnostic& d, const Colours& c) {
  std::string place = printable(d.file);
  if (d.line > 0) place += fmt::format(":{}:{}", d.line, d.column);
  const bool error = d.severity == Severity::Error;
  return fmt::format("{}{}:{} {}{}:{} {}", c.bold, place, c.off, error ? c.red : c.dim,
                     error ? "error" : "note", c.off, printable(d.message));
}

}  // namespace

std::string headline(const Diagnostic& diagnostic) {
  return coloured_headline(diagnostic, kNoColours);
}

std::string render(std::span<const Diagnostic> diagnostics, bool colour) {
  const Colours& colours = colour ? kTerminal : kNoColours;
  std::string out;
  std::size_t errors = 0;
  for (const Diagnostic& d : diagnostics) {
    out += coloured_headline(d, colours) + "\n";
    if (d.severity != Severity::Error) continue;
    ++errors;
    if (d.line > 0 && !d.source_line.empty()) out += with_excerpt(d, colours);
  }
  if (errors > 0) out += fmt::format("{}; nothing was changed.\n", count_of(errors, "error"));
  return out;
}

}  // namespace mainstay::config
