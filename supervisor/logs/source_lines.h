// The lines of one log, forwards through its archives and its present file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "logs/directory.h"
#include "logs/index.h"
#include "logs/line.h"
#include "logs/lines.h"
#include "logs/log_chain.h"
#include "logs/reader.h"
#include "logs/segment_reader.h"

namespace mainstay::logs {

// Lines whose time is at `since` or after it and before `until`.
struct Span {
  WallTime since{Duration::min()};
  WallTime until{Duration::max()};
  bool holds(WallTime at) const { return since <= at && at < until; }
  bool everything() const { return *this == Span{}; }
  bool operator==(const Span&) const = default;
};

// A place in a chain.
struct Place {
  std::size_t segment = 0;
  std::uint64_t offset = 0;
  auto operator<=>(const Place&) const = default;
};

// Up to a place, lines have at most this time: the clock stepped back after them.
struct TimeCap {
  Place up_to;
  WallTime at;
};

class SourceLines {
 public:
  struct Options {
    Place from;
    bool continued = false;  // `from` is inside a line
    Span span;
    std::vector<TimeCap> caps;  // in the order of falling places
    std::size_t read_at_once = kMaxLine;
    bool to_the_end = false;  // also what comes while it is read
    bool whole_lines =
        false;  // the log's last line is left to a Follower until its newline has come
    std::size_t last_segment = std::numeric_limits<std::size_t>::max();
  };
  enum class State : std::uint8_t { Ready, End, Later };

  // Both outlive this; the index of the present file is taken.
  SourceLines(const Directory& directory, LogChain& chain, Options options);

  // Makes line() the next line. Later: the budget is spent.
  State prepare(Budget& budget);
  // Valid after Ready, until take().
  const RawLine& line() const { return line_; }
  WallTime at() const { return at_; }
  // For merging with others: as at(), but never falling.
  WallTime key() const { return key_; }
  Place place() const { return {segment_, line_.begin}; }
  void take();

  // After End: where a Follower goes on.
  Position position() const { return position_; }
  std::uint64_t bytes_read() const;
  // Why a file could not be read, for those that are there.
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  bool open_segment();
  bool open_archive();
  void begin_segment();
  void leave_segment();
  bool is_live() const { return segment_ + 1 == chain_.segments.size(); }
  std::string_view left() const { return std::string_view{buffer_}.substr(used_); }
  std::uint64_t offset() const { return buffer_at_ + used_; }
  State fill(Budget& budget);
  bool find_line(bool at_end);
  bool accept();
  WallTime cap() const;

  const Directory& directory_;
  LogChain& chain_;
  Options options_;
  std::size_t segment_;
  std::optional<SegmentReader> reader_;
  std::unique_ptr<IndexReader> index_;
  std::string buffer_;
  std::uint64_t buffer_at_ = 0;  // the offset of its first byte
  std::size_t used_ = 0;         // of the buffer
  std::uint64_t end_ = 0;        // lines that begin here or later are beyond the span
  std::uint64_t size_ = 0;       // nothing is read beyond
  bool aligning_ = false;        // the first line begins before what is wanted
  bool continued_ = false;
  bool ready_ = false;
  RawLine line_;
  WallTime at_;
  WallTime key_;
  Position position_;
  std::uint64_t bytes_read_ = 0;  // of segments that were left
  std::vector<std::string> problems_;
};

}  // namespace mainstay::logs
