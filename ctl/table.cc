#include "table.h"

#include <algorithm>
#include <cassert>
#include <numeric>

#include "display_width.h"

namespace mainstay::ctl {

namespace {

constexpr std::size_t kGap = 2;
// A long name is shortened to this before a column is dropped for its sake.
constexpr std::size_t kGenerousName = 24;
constexpr std::size_t kShortestName = 6;

std::size_t total_of(std::span<const std::size_t> widths) {
  return std::accumulate(widths.begin(), widths.end(), kGap * (widths.size() - 1));
}

std::string padded(std::string text, std::size_t width, Align align) {
  const std::size_t used = display_width(text);
  const std::string space(width > used ? width - used : 0, ' ');
  return align == Align::Right ? space + text : text + space;
}

}  // namespace

std::size_t Table::natural_width(std::size_t column) const {
  std::size_t width = std::max(columns_[column].least, columns_[column].heading.size());
  for (const auto& row : rows_)
    width = std::max(width, display_width(row[column].text));
  return width;
}

std::vector<std::size_t> Table::widths_of(ColumnSet set, const Terminal& terminal) const {
  std::vector<std::size_t> widths;
  for (const std::size_t column : set)
    widths.push_back(natural_width(column));
  const std::size_t total = total_of(widths);
  if (!terminal.width || total <= *terminal.width) return widths;
  const std::size_t excess = total - *terminal.width;
  const std::size_t names = widths.front();
  widths.front() = std::max(kShortestName, names > excess ? names - excess : 0);
  return widths;
}

ColumnSet Table::choose(std::span<const ColumnSet> sets, const Terminal& terminal) const {
  assert(!sets.empty());
  if (!terminal.width) return sets.front();
  for (const ColumnSet set : sets) {
    std::vector<std::size_t> widths;
    for (const std::size_t column : set)
      widths.push_back(natural_width(column));
    widths.front() = std::min(widths.front(), kGenerousName);
    if (total_of(widths) <= *terminal.width) return set;
  }
  return sets.back();
}

std::string Table::line(ColumnSet set, std::span<const std::size_t> widths,
                        std::span<const Cell> row, const Terminal& terminal) const {
  const std::string_view ellipsis = symbols_for(terminal).ellipsis;
  const std::size_t limit = terminal.width.value_or(std::string::npos);
  std::string out;
  std::size_t at = 0;       // columns written
  std::size_t pending = 0;  // spaces owed: none are left at the end of a line
  for (std::size_t i = 0; i < set.size() && at + pending < limit; ++i) {
    const Cell& cell = row[set[i]];
    const std::string text = shorten_middle(cell.text, widths[i], ellipsis);
    std::string full = padded(text, widths[i], columns_[set[i]].align);
    const std::size_t content = full.find_last_not_of(' ');
    if (content != std::string::npos) {
      full = shorten_end(full.substr(0, content + 1), limit - at - pending, ellipsis);
      const std::size_t lead = full.find_first_not_of(' ');
      out.append(pending + lead, ' ').append(paint(full.substr(lead), cell.tone, terminal));
      at += pending + display_width(full);
      pending = 0;
    }
    pending += kGap + widths[i] -
               std::min(widths[i], content == std::string::npos ? 0 : display_width(full));
  }
  return out + "\n";
}

std::string Table::render(std::span<const ColumnSet> sets, const Terminal& terminal) const {
  const ColumnSet set = choose(sets, terminal);
  const std::vector<std::size_t> widths = widths_of(set, terminal);
  std::vector<Cell> headings;
  for (const Column& column : columns_)
    headings.push_back({std::string{column.heading}});
  std::string out = line(set, widths, headings, terminal);
  for (const auto& row : rows_)
    out += line(set, widths, row, terminal);
  return out;
}

}  // namespace mainstay::ctl
