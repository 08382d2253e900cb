// What logs hold already, read forwards and merged in the order of time, piece by piece: memory
// does not grow with the size of the logs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "logs/line_filter.h"
#include "logs/log_chain.h"
#include "logs/selection.h"
#include "logs/source_lines.h"

namespace mainstay::logs {

struct LogQuery {
  Span span;
  std::optional<std::size_t> lines;  // the last so many; nothing: all
  std::size_t max_bytes = SIZE_MAX;  // of text, with `lines`
  bool to_the_end = false;           // also what comes while it is read: somebody will follow
  bool whole_lines = false;          // a last line without a newline is left to who follows
};

class Past {
 public:
  // `directory` and `filter` outlive this. Nothing is read yet but the directory. `ends`: where
  // each source ends; none: where it does.
  Past(const Directory& directory, std::span<const Source> sources, LogQuery query,
       LineFilter& filter, std::span<const ChainEnd> ends = {});
  ~Past();

  struct Slice {
    std::vector<Line> lines;
    bool ended = false;
  };
  // The next lines: reads about `budget` bytes and gives about `max_text` bytes of text, perhaps
  // none. Call until it has ended.
  Slice read(std::uint64_t budget, std::size_t max_text);

  // After the end: for each source, where a Follower goes on without gap or overlap.
  std::vector<Position> positions() const;
  // With `lines`: fewer were given than there are, because of max_bytes.
  bool cut() const { return cut_; }
  std::uint64_t bytes_read() const;
  // The archives that are part of it, as they are called when they are not compressed.
  std::set<std::string> archives() const;
  // Files that are there and could not be read, and why.
  std::vector<std::string> problems() const;

 private:
  struct Cursor {
    std::unique_ptr<SourceLines> lines;  // nothing: none of this log
    LineFilter::Next next;
    Position position;  // without lines
  };
  struct Turn {
    WallTime key;
    std::size_t source = 0;
  };
  static bool is_later(const Turn& a, const Turn& b);

  void begin(std::vector<Selected> selected);
  void begin_all();
  void add_cursor(std::size_t number, SourceLines::Options options);
  bool make_ready(std::size_t number, Budget& budget);
  bool give_next(Budget& budget, Slice& slice, std::size_t& text);

  const Directory& directory_;
  LogQuery query_;
  LineFilter& filter_;
  std::vector<LogChain> chains_;
  std::unique_ptr<Selection> selection_;  // until it is done
  std::vector<Cursor> cursors_;
  std::vector<std::size_t> waiting_;  // cursors whose next line is not known; the last comes first
  std::vector<Turn> turns_;           // a heap, the earliest in front
  bool cut_ = false;
  std::uint64_t selection_bytes_ = 0;
};

}  // namespace mainstay::logs
