// Text in aligned columns that shrink to the terminal: by dropping columns, then by shortening the
// first column in the middle, never by wrapping (LOOK "Terminal").
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "terminal.h"

namespace mainstay::ctl {

enum class Align { Left, Right };

struct Column {
  std::string_view heading;
  Align align = Align::Left;
  std::size_t least = 0;  // columns it takes even when all its cells are shorter
};

struct Cell {
  std::string text;  // plain, one line, safe for a terminal
  Tone tone = Tone::Plain;
};

// Which of the columns are shown, as indices, in order; the first holds the names.
using ColumnSet = std::span<const std::size_t>;

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // As many cells as there are columns.
  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }

  // Heading and rows, each line ended by a newline, none wider than the terminal. `sets` go from
  // the widest to the narrowest: the first that fits is taken, else the last with its names
  // shortened.
  std::string render(std::span<const ColumnSet> sets, const Terminal& terminal) const;

 private:
  std::size_t natural_width(std::size_t column) const;
  std::vector<std::size_t> widths_of(ColumnSet set, const Terminal& terminal) const;
  ColumnSet choose(std::span<const ColumnSet> sets, const Terminal& terminal) const;
  std::string line(ColumnSet set, std::span<const std::size_t> widths, std::span<const Cell> row,
                   const Terminal& terminal) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace mainstay::ctl
