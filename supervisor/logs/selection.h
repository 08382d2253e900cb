// Where the last so many lines begin that a filter lets through: found backwards from the ends of
// logs, so that their size does not matter. Remembers places, not texts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "logs/line_filter.h"
#include "logs/log_chain.h"
#include "logs/source_lines.h"

namespace mainstay::logs {

struct SelectionLimits {
  std::size_t lines = 50;
  std::size_t max_bytes = SIZE_MAX;  // of text; older lines are left out
};

// What to read of one log.
struct Selected {
  std::optional<Place> from;  // nothing: no line of it
  std::vector<TimeCap> caps;
  Position rest;  // after its last finished line, as of now
  // Where its last unit begins, when it is severe and nothing is found in it yet: what comes may
  // change that.
  std::optional<Place> pending;
};

class Selection {
 public:
  // All outlive this. Units are taken whole, so there may be more lines than asked for.
  Selection(const Directory& directory, std::vector<LogChain>& chains, Span span,
            LineFilter& filter, SelectionLimits limits);
  ~Selection();

  // Goes on until it is done (true) or the budget is spent.
  bool run(Budget& budget);

  // When it is done, for each chain.
  std::vector<Selected> take() { return std::move(selected_); }
  // Fewer lines than there are and were asked for, because of max_bytes.
  bool cut() const { return cut_; }
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  struct Unit {
    WallTime key;
    std::size_t source = 0;
    Place begin;
    std::size_t lines = 0;
    std::size_t bytes = 0;
  };
  // A unit whose beginning may lie further back.
  struct Open {
    Open() {}  // clang cannot derive one before the class around it is complete
    Unit unit;
    LineKind first;          // of its earliest line
    bool continued = false;  // its earliest line is a piece
    bool found = false;
    // Blank lines before it, which belong to whatever is before them.
    std::size_t blank_lines = 0;
    bool blank_found = false;
  };
  class Backward;
  class Packed;
  friend class Backward;
  friend class Packed;

  bool is_full(std::size_t more) const;
  bool is_beyond(WallTime key) const;
  static bool is_later(const Unit& a, const Unit& b);
  bool offer(const Unit& unit);
  bool offer(const Open& open);
  void drop();
  bool next_segment();
  bool may_hold_wanted(const Segment& segment) const;
  void finish_source();

  const Directory& directory_;
  std::vector<LogChain>& chains_;
  Span span_;
  LineFilter& filter_;
  SelectionLimits limits_;

  std::vector<Unit> newest_;  // a heap, the earliest in front
  std::size_t lines_ = 0;
  std::size_t bytes_ = 0;
  bool cut_ = false;
  std::uint64_t bytes_read_ = 0;
  std::vector<Selected> selected_;

  // Of the log that is being read.
  std::size_t source_ = 0;
  std::size_t segment_ = 0;  // those from here on are done
  bool begun_ = false;
  WallTime key_{Duration::max()};  // no line that is still to come is later
  std::optional<Open> open_;
  bool unit_seen_ = false;  // the last unit was
  std::unique_ptr<Backward> backward_;
  std::unique_ptr<Packed> packed_;
};

}  // namespace mainstay::logs
