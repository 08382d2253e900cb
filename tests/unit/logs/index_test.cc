// The index: written, repaired, looked up, and read when it is hostile.
#include <sys/mman.h>

#include <cstring>

#include "base/bytes.h"
#include "support.h"

using namespace mainstay;
using namespace mainstay::logs;
using namespace mainstay::logs::test;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

UniqueFd memory_file() {
  return UniqueFd{memfd_create("index", MFD_CLOEXEC)};
}

UniqueFd copy_of(const UniqueFd& fd) {
  return UniqueFd{fcntl(fd.get(), F_DUPFD_CLOEXEC, 3)};
}

std::uint64_t size_of(const UniqueFd& fd) {
  struct stat info {};
  REQUIRE(fstat(fd.get(), &info) == 0);
  return static_cast<std::uint64_t>(info.st_size);
}

std::uint64_t entries_in(const UniqueFd& fd) {
  return (size_of(fd) - kIndexHeader) / kIndexEntry;
}

WallTime millis(std::int64_t n) {
  return {std::chrono::milliseconds{n}};
}

}  // namespace

TEST_CASE("bytes that came before any entry have the time of the last of them") {
  const UniqueFd file = memory_file();
  IndexWriter writer{copy_of(file), 100};
  writer.cover_beginning(second(10));
  writer.add(100, second(20));
  writer.cover_beginning(second(15));  // is covered
  IndexReader reader{copy_of(file), second(99)};
  CHECK(reader.count() == 2);
  CHECK(reader.time_at(0) == second(10));
  CHECK(reader.time_at(100) == second(20));
}

TEST_CASE("a byte has the time of the chunk that it is in") {
  const UniqueFd file = memory_file();
  IndexWriter writer{copy_of(file), 0};
  writer.add(0, second(10));
  writer.add(100, second(20));
  writer.add(250, second(30));
  IndexReader reader{copy_of(file), second(99)};
  CHECK(reader.count() == 3);
  CHECK(reader.time_at(0) == second(10));
  CHECK(reader.time_at(99) == second(10));
  CHECK(reader.time_at(100) == second(20));
  CHECK(reader.time_at(249) == second(20));
  CHECK(reader.time_at(250) == second(30));
  CHECK(reader.time_at(1'000'000) == second(30));
}

TEST_CASE("the format on disk is the documented one") {
  const UniqueFd file = memory_file();
  IndexWriter writer{copy_of(file), 0};
  writer.add(0x0102, WallTime{Duration{0x0304}});
  char bytes[40] = {};
  REQUIRE(pread(file.get(), bytes, sizeof bytes, 0) == 32);
  CHECK(std::memcmp(bytes, "MSTLIDX\n\1\0\0\0\0\0\0\0\2\1\0\0\0\0\0\0\4\3\0\0\0\0\0\0", 32) == 0);
}

TEST_CASE("lookups in a long index read few blocks and agree with every entry") {
  const UniqueFd file = memory_file();
  IndexWriter writer{copy_of(file), 0};
  constexpr std::uint64_t kEntries = 5000;
  for (std::uint64_t i = 0; i < kEntries; ++i)
    writer.add(i * 10, second(static_cast<std::int64_t>(i)));
  for (const bool backwards : {false, true}) {
    IndexReader reader{copy_of(file), {}};
    bool right = true;
    for (std::uint64_t i = 0; i < kEntries; ++i) {
      const std::uint64_t entry = backwards ? kEntries - 1 - i : i;
      const WallTime expected = second(static_cast<std::int64_t>(entry));
      right = right && reader.time_at(entry * 10) == expected &&
              reader.time_at(entry * 10 + 9) == expected;
    }
    CHECK(right);
    CHECK(reader.bytes_read() < 3 * kEntries * kIndexEntry);
  }
}

TEST_CASE("lines that come one by one have their own entry, bursts share one") {
  const UniqueFd file = memory_file();
  IndexWriter writer{copy_of(file), 0};
  for (int i = 0; i < 10; ++i)
    writer.add(static_cast<std::uint64_t>(i) * 50, millis(1000 + 5 * i));
  CHECK(entries_in(file) == 10);
  // A second of 64 KiB chunks every 20 µs: 50,000 of them, one entry a millisecond.
  std::uint64_t offset = 1000;
  for (int i = 0; i < 50'000; ++i, offset += 65'536)
    writer.add(offset, WallTime{std::chrono::seconds{2} + std::chrono::microseconds{20 * i}});
  CHECK(entries_in(file) == 10 + 1000);
}

TEST_CASE("a clock that steps back is written down, and lookups go by the offset") {
  const UniqueFd file = memory_file();
  IndexWriter writer{copy_of(file), 0};
  writer.add(0, second(5000));
  writer.add(10, second(1400));
  writer.add(20, second(1401));
  IndexReader reader{copy_of(file), {}};
  CHECK(reader.time_at(5) == second(5000));
  CHECK(reader.time_at(15) == second(1400));
  CHECK(reader.time_at(25) == second(1401));
}

TEST_CASE("without an index, or with a foreign file in its place, the fallback is the time") {
  IndexReader none{UniqueFd{}, second(7)};
  CHECK(none.time_at(0) == second(7));
  const UniqueFd file = memory_file();
  put(file.get(), "this is somebody's text file, long enough to hold entries");
  IndexReader foreign{copy_of(file), second(8)};
  CHECK(foreign.time_at(123) == second(8));
  IndexWriter writer{copy_of(file), 1000};  // and the writer starts it afresh
  writer.add(1000, second(9));
  CHECK(size_of(file) == kIndexHeader + kIndexEntry);
}

TEST_CASE("reopening cuts a torn entry and entries beyond the end of the log") {
  const UniqueFd file = memory_file();
  {
    IndexWriter writer{copy_of(file), 0};
    for (std::uint64_t i = 0; i < 10; ++i)
      writer.add(i * 100, second(static_cast<std::int64_t>(i)));
  }
  REQUIRE(ftruncate(file.get(), static_cast<off_t>(size_of(file)) - 5) == 0);
  SUBCASE("torn tail") {
    IndexWriter writer{copy_of(file), 1000};
    CHECK(size_of(file) == kIndexHeader + 9 * kIndexEntry);
    writer.add(1000, second(50));
    IndexReader reader{copy_of(file), {}};
    CHECK(reader.time_at(999) == second(8));
    CHECK(reader.time_at(1000) == second(50));
  }
  SUBCASE("beyond the end: an entry at the very end has no byte either") {
    const IndexWriter writer{copy_of(file), 300};
    CHECK(entries_in(file) == 3);
  }
  SUBCASE("nothing to cut") {
    const IndexWriter writer{copy_of(file), 801};
    CHECK(entries_in(file) == 9);
  }
}

TEST_CASE("an offset that does not rise is never written") {
  const UniqueFd file = memory_file();
  IndexWriter writer{copy_of(file), 0};
  writer.add(100, second(1));
  writer.add(100, second(2));
  writer.add(50, second(3));
  CHECK(entries_in(file) == 1);
}

TEST_CASE("an index that cannot be written costs nothing but the times") {
  IndexWriter writer{UniqueFd{open("/dev/full", O_RDWR | O_CLOEXEC)}, 0};
  writer.add(0, second(1));
  writer.cut(0);
  IndexWriter none{UniqueFd{}, 0};
  none.add(0, second(1));
}

TEST_CASE("hostile indexes end every lookup") {
  std::uint64_t seed = 99;
  const auto next = [&seed] {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return seed >> 33;
  };
  for (int round = 0; round < 100; ++round) {
    std::string bytes;
    const UniqueFd header = memory_file();
    const IndexWriter writer{copy_of(header), 0};
    bytes.resize(kIndexHeader);
    REQUIRE(pread(header.get(), bytes.data(), kIndexHeader, 0) == kIndexHeader);
    const std::uint64_t entries = next() % 700;
    Encoder encoder;
    for (std::uint64_t i = 0; i < entries; ++i) {
      encoder.u64(next() % 3 == 0 ? ~std::uint64_t{0} - next() : next() % 4096);
      encoder.u64(next() << 32 | next());
    }
    bytes += encoder.bytes() + std::string(next() % 16, 'x');
    if (next() % 5 == 0) bytes[next() % kIndexHeader] ^= 1;
    CHECK(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                 bytes.size()) == 0);
  }
}
