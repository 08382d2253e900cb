#include "history/point_block.h"

#include <doctest/doctest.h>

#include <limits>
#include <random>

#include "history/coarse_row.h"
#include "history/round_codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace mainstay::history {

namespace {

void expect_same(const Block& block) {
  const std::string bytes = encode(block);
  BlockReader reader;
  REQUIRE(reader.open(bytes));
  CHECK(reader.moments() == block.times);
  for (const Column& wanted : block.columns) {
    REQUIRE(reader.next());
    CHECK(reader.id() == wanted.id);
    Column column;
    REQUIRE(reader.read(column));
    CHECK(column.rows == wanted.rows);
    CHECK(column.values == wanted.values);
  }
  CHECK_FALSE(reader.next());
  CHECK_FALSE(reader.damaged());
}

constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
constexpr auto kMost = std::numeric_limits<std::int64_t>::max();

Block example_block() {
  return {{0, 100, 200, 301, 401},
          {{0, {}, {5, 5, 5, 5, 5}},
           {7, {1, 4}, {kLeast, kMost}},
           {63, {}, {kMost, kLeast, 0, -1, 1}},
           {1000, {0}, {3}}}};
}

void fuzz(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace

TEST_CASE("a block is read as it was written, with values of any size and gaps") {
  expect_same(example_block());
  expect_same({{42}, {}});
  expect_same({{kLeast, kMost, 0}, {{1, {2}, {9}}}});
}

TEST_CASE("what stays the same costs nothing") {
  Block block{{}, {{0, {}, std::vector<std::int64_t>(4096, 48'234'496)}}};
  for (std::int64_t i = 0; i < 4096; ++i)
    block.times.push_back(i * 100);
  CHECK(encode(block).size() < 24);
  expect_same(block);
}

TEST_CASE("a block that was cut, changed or is something else is damaged and nothing worse") {
  const std::string whole = encode(example_block());
  BlockReader reader;
  CHECK_FALSE(reader.open(""));
  CHECK_FALSE(reader.open(std::string_view{"\0", 1}));
  CHECK_FALSE(reader.open("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"));
  // One row more than there may be, all the same.
  CHECK_FALSE(reader.open("\x81\x20\x04\x02\x02\x00\xfe\x1f"));
  for (std::size_t size = 0; size < whole.size(); ++size)
    fuzz(whole.substr(0, size));
  CoarseRow row;
  row.add(3, 30, {{1, {2.5, 3}}, {2, {0, 0}}});
  row.add(4, 30, {{1, {2.5, 3}}});
  RoundWriter round;
  round.add(7, std::vector<Reading>{{Metric::CpuPercent, 3}, {Metric::Up, 1}});
  std::minstd_rand random{7};  // NOLINT: the same every time
  for (const std::string& good : {whole, row.encoded(), round.take()}) {
    fuzz(good);
    for (int i = 0; i < 2000; ++i) {
      std::string bad = good;
      for (int changes = 0; changes < 1 + i % 3; ++changes)
        bad[random() % bad.size()] = static_cast<char>(random());
      fuzz(bad);
    }
  }
}

TEST_CASE("spans of means are averaged by how many samples they have") {
  CoarseRow row;
  row.add(5, 30, {{0, {10, 20}}});
  row.add(5, 10, {{0, {30, 15}}, {1, {4, 4}}});
  CoarseRow read;
  REQUIRE(read.read(row.encoded()));
  CHECK(read.samples(5) == 40);
  CHECK(read.find(0, 5)->mean == 15);
  CHECK(read.find(0, 5)->max == 20);
  CHECK(read.find(1, 5)->mean == 4);
  CHECK(read.find(0, 4) == nullptr);
  CHECK(read.find(2, 5) == nullptr);
}

}  // namespace mainstay::history
