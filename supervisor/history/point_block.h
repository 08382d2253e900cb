// Many points of one series in few bytes: each column as differences from row to row, where what
// stays the same costs nothing.
//
// A block is: the number of rows; the times; then each column as its tag (id * 2, + 1 if rows
// without a value come first), its length in bytes, and its values. Numbers are varints.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mainstay::history {

inline constexpr std::size_t kMostRows = 4096;  // of a block

struct Column {
  std::uint32_t id = 0;
  std::vector<std::uint32_t> rows;   // ascending; empty: `values` has one for every row
  std::vector<std::int64_t> values;  // as many as `rows`, or as there are rows

  std::size_t row_of(std::size_t value) const { return rows.empty() ? value : rows[value]; }
};

struct Block {
  std::vector<std::int64_t> times;  // one for each row, in the caller's unit
  std::vector<Column> columns;      // of different ids; none is empty
};

// At most kMostRows rows.
std::string encode(const Block& block);

// Reads any bytes; what is no block gives false, never more than the bytes can hold.
class BlockReader {
 public:
  // False: damaged.
  bool open(std::string_view bytes);
  // True: the next column is there. False at the end, or where it is damaged.
  bool next();
  // The id of the column that next() came to. It costs little to pass it over.
  std::uint32_t id() const { return static_cast<std::uint32_t>(tag_ >> 1); }
  // Its values; false: damaged.
  bool read(Column& column);

  const std::vector<std::int64_t>& moments() const { return times_; }
  bool damaged() const { return damaged_; }

 private:
  bool fail();

  std::string_view left_;
  std::string_view bytes_;  // of the present column
  std::uint64_t tag_ = 0;
  std::vector<std::int64_t> times_;
  bool damaged_ = false;
};

}  // namespace mainstay::history
