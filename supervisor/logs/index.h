// The index beside a log: when each chunk of it was captured. Without it a log is still whole, only
// the times of its lines are coarser.
//
// Format, little-endian: a header of 16 bytes {8 bytes "MSTLIDX\n", u32 version 1, u32 0}, then
// entries of 16 bytes {u64 offset, i64 wall time in ns since 1970}. An entry says when the byte at
// `offset` was captured and holds up to the next entry's offset. Offsets rise; times may step back
// with the wall clock. An entry is written after its data, so a crash between the two only gives
// the chunk the time of the one before it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "base/time.h"

namespace mainstay::logs {

struct IndexEntry {
  std::uint64_t offset = 0;
  WallTime at;
  bool operator==(const IndexEntry&) const = default;
};

inline constexpr std::size_t kIndexHeader = 16;
inline constexpr std::size_t kIndexEntry = 16;

// Appends. Failures are harmless and not reported: an entry that could not be written is left out.
class IndexWriter {
 public:
  // Takes an index open for reading and writing and makes it fit a log of `log_size` bytes: a
  // foreign or newer file starts afresh, a torn last entry and entries at or beyond the log's end
  // are cut.
  IndexWriter(UniqueFd fd, std::uint64_t log_size);

  // The chunk that begins at `offset` was captured at `at`. Bursts share an entry: a new one needs
  // a millisecond since the last, and 4 KiB or 4 ms. Offsets rise from call to call.
  void add(std::uint64_t offset, WallTime at);
  // The log has bytes already, the last of them written at `at`: if no entry is left or was ever
  // made for them (we may be killed between the two), they get that time.
  void cover_beginning(WallTime at);
  // The log was truncated from outside to `log_size`.
  void cut(std::uint64_t log_size);
  // The time of the first entry, if there is one.
  std::optional<WallTime> first_time() const;

 private:
  void start_afresh();
  std::optional<IndexEntry> entry(std::uint64_t number) const;
  std::uint64_t first_at_or_beyond(std::uint64_t offset) const;

  UniqueFd fd_;
  std::uint64_t count_ = 0;
  std::optional<IndexEntry> last_;
  bool usable_ = true;  // the header is in place
};

// Looks times up. Whatever the file holds, a lookup ends and gives some time.
class IndexReader {
 public:
  // `fd` may be empty or a foreign file: then every byte has the time `fallback`.
  IndexReader(UniqueFd fd, WallTime fallback);

  // When the byte at `offset` was captured. Before the first entry: the first entry's time.
  WallTime time_at(std::uint64_t offset);

  // Both read a bounded number of entries, however many there are, and kNowhere stands for the end.
  // Where the clock stepped back, times are no order: what lies between two of kSamples entries
  // spread over the log may then be found by chance, all else is found.
  // Bytes before this offset were captured before `at`.
  std::uint64_t first_at_or_after(WallTime at);
  // Bytes from this offset on were captured at `at` or after.
  std::uint64_t end_before(WallTime at);
  static constexpr std::uint64_t kNowhere = UINT64_MAX;

  std::uint64_t count() const { return count_; }
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  static constexpr std::uint64_t kBlock = 256;  // entries held in memory
  static constexpr std::uint64_t kSamples = 128;

  IndexEntry entry(std::uint64_t number);
  std::uint64_t sample(std::uint64_t number) const;
  std::uint64_t samples() const;

  // The offset of the first entry that is not before `at`: found by halves between the number of
  // one that is and of one that is not.
  std::uint64_t boundary(std::uint64_t before, std::uint64_t found, WallTime at);
  void load(std::uint64_t block);
  bool covers(std::uint64_t offset) const;
  std::uint64_t block_of(std::uint64_t offset);

  UniqueFd fd_;
  WallTime fallback_;
  std::uint64_t count_ = 0;
  std::uint64_t bytes_read_ = 0;
  std::uint64_t block_ = 0;
  std::vector<IndexEntry> entries_;           // of block_
  std::optional<std::uint64_t> next_offset_;  // of the entry after them
};

}  // namespace mainstay::logs
