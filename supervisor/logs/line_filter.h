// Which lines somebody wants to see: those in which an expression is found, and those that are
// severe enough. With a level, lines are taken by units: a stack trace belongs to the line that it
// follows, has its level, and is shown whole when the expression is found in any of its lines.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/regex.h"
#include "logs/level.h"
#include "logs/line.h"
#include "logs/trace.h"

namespace mainstay::logs {

class LineFilter {
 public:
  LineFilter() = default;  // everything
  LineFilter(std::optional<Regex> grep, std::optional<Level> least)
      : grep_(std::move(grep)), least_(least) {}

  bool passes_all() const { return !grep_ && !least_; }

  // For a decision line by line, whatever the order: what a line is, without a level to look at
  // always the same; whether the expression is found in it; and whether a unit that begins with it
  // is severe enough. A line that does not say is taken for Debug.
  LineKind kind_of(std::string_view text) const { return least_ ? LineKind::of(text) : LineKind{}; }
  bool finds(std::string_view text) { return !grep_ || grep_->found_in(text); }
  bool is_severe(const LineKind& kind) const;
  bool belongs(const LineKind& previous, const LineKind& kind, bool continued) const {
    return continued || (least_ && continues(previous, kind));
  }

  // A line that comes next in its stream, before it is decided upon.
  struct Next {
    Line line;
    LineKind kind;
    bool joined = false;  // to the unit of the line before it
  };
  Next look_at(Line line) const;
  // Appends to `out` what is to be shown now that the line has come. Of a unit that is not found
  // yet the last kHeld bytes are kept; in longer ones, and in lines of more than one piece, the
  // expression is looked for in each line and piece, and what was let go is not shown.
  void feed(Next next, std::vector<Line>& out);
  void feed(Line line, std::vector<Line>& out) { feed(look_at(std::move(line)), out); }

  static constexpr std::size_t kHeld = 64 * 1024;

 private:
  // Of one stream of one instance.
  struct Unit {
    bool begun = false;
    LineKind previous;  // its last line that is not blank
    std::optional<Level> level;
    bool severe = false;
    bool found = false;
    std::deque<Line> held;
    std::size_t held_bytes = 0;
  };
  // Without a level, only the pieces of one line hang together.
  bool stands_alone(const Line& line) const { return !least_ && !line.partial && !line.continued; }
  void begin(Unit& unit, const LineKind& kind);
  static void hold(Unit& unit, Line line);

  std::optional<Regex> grep_;
  std::optional<Level> least_;
  std::map<std::pair<std::string, Stream>, Unit> units_;
};

}  // namespace mainstay::logs
