// Hostile cells of the history database: blocks, rows of means, rounds. Built as a libFuzzer target
// with MAINSTAY_FUZZ, and run with fixed input by tests/unit/history/point_block_test.cc.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "history/coarse_row.h"
#include "history/point_block.h"
#include "history/round_codec.h"

using namespace mainstay::history;

namespace {

void expect(bool claim) {
  if (!claim) std::abort();
}

// What could be read whole is read again from what it is written as.
void read_block(std::string_view bytes) {
  BlockReader reader;
  if (!reader.open(bytes)) return;
  Block block{reader.moments(), {}};
  expect(!block.times.empty() && block.times.size() <= kMostRows);
  Column column;
  while (reader.next()) {
    if (!reader.read(column)) break;
    expect(!column.values.empty() && column.row_of(column.values.size() - 1) < block.times.size());
    block.columns.push_back(column);
  }
  if (reader.damaged()) return;
  const std::string written = encode(block);
  BlockReader again;
  expect(again.open(written) && again.moments() == block.times);
  for (const Column& wanted : block.columns) {
    expect(again.next() && again.read(column) && column.id == wanted.id);
    expect(column.values == wanted.values && column.rows == wanted.rows);
  }
  expect(!again.next() && !again.damaged());
}

void read_row(std::string_view bytes) {
  CoarseRow row;
  if (!row.read(bytes)) return;
  row.add(0, 1, {{3, {2.5, 7}}});
  CoarseRow again;
  expect(again.read(row.encoded()));
  expect(again.find(3, 0) != nullptr && again.find(3, 0)->max >= 7);
}

void read_round(std::string_view bytes) {
  RoundReader reader{bytes};
  std::int64_t before = 0;
  while (reader.next()) {
    expect(reader.series() > before && reader.metrics() != 0);
    before = reader.series();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  read_block(bytes);
  read_row(bytes);
  read_round(bytes);
  return 0;
}
