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
  std::size_t at = 0;     // columns written
  std::size_t begin = 0;  // of the cell
  for (std::size_t i = 0; i < set.size(); ++i) {
    const Cell& cell = row[set[i]];
    std::string text = shorten_middle(cell.text, widths[i], ellipsis);
    const std::size_t space = widths[i] - display_width(text);
    const std::size_t from = begin + (columns_[set[i]].align == Align::Right ? space : 0);
    begin += widths[i] + kGap;
    if (text.empty()) continue;
    if (from >= limit) break;
    text = shorten_end(text, limit - from, ellipsis);
    out.append(from - at, ' ').append(paint(text, cell.tone, terminal));
    at = from + display_width(text);
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
