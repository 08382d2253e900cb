// How a Selection reads one file of a log: plain ones from their end, packed ones from their
// beginning, since they cannot be read otherwise.
#pragma once

#include "logs/selection.h"

namespace mainstay::logs {

enum class SegmentState : std::uint8_t {
  Done,    // read to its beginning
  Enough,  // what comes before is too old
  Later,   // the budget is spent
};

class Selection::Backward {
 public:
  // The present file of a log.
  Backward(Selection& selection, LogChain& chain);
  // An archive.
  Backward(Selection& selection, SegmentReader reader, const Segment& segment);

  SegmentState run(Budget& budget);
  std::uint64_t bytes_read() const { return lines_->bytes_read() + index_->bytes_read(); }

 private:
  void begin(int fd, std::uint64_t size);
  void note_rest(const RawLine& raw);
  bool take(const RawLine& raw, WallTime at);
  void note_step_back(const RawLine& raw, WallTime at);

  Selection& selection_;
  std::size_t segment_;
  LogChain* live_ = nullptr;
  std::optional<SegmentReader> reader_;
  std::unique_ptr<IndexReader> index_;
  std::unique_ptr<BackwardLines> lines_;
  std::uint64_t from_ = 0;  // no line that begins before is wanted
  std::uint64_t size_ = 0;
};

class Selection::Packed {
 public:
  Packed(Selection& selection, LogChain& chain);
  SegmentState run(Budget& budget);
  std::uint64_t bytes_read() const { return lines_.bytes_read(); }

 private:
  static SourceLines::Options options(const Selection& selection);
  void take(const Line& line);
  void finish_unit();
  void join_newer();

  Selection& selection_;
  WallTime cap_;  // of what comes after
  SourceLines lines_;
  std::optional<Open> first_;  // the first unit of the file, which may go on with what is before
  std::optional<Open> current_;
  LineKind previous_;  // its last line that is not blank
};

}  // namespace mainstay::logs
