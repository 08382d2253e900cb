// A unit of a log that says warning or error, a line or a whole stack trace, being put together
// line by line; and what identifies it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "logs/level.h"
#include "logs/trace.h"
#include "logs/trace_frames.h"

namespace mainstay::logs {

// What units have in common that are the same trouble at different times.
struct Signature {
  Level level = Level::Error;
  std::string text;   // the message, folded
  std::string cause;  // the exception at the root of it, folded; empty: `text` says it
  std::string where;  // the innermost function of its trace and the file: "work (app/main.py)"
  std::string trace;  // "python", "java", "node", "go", "php", "rust"; empty: no trace
};

class Incident {
 public:
  // The lines kept for an example: so many from the beginning and from the end, of so many bytes.
  static constexpr std::size_t kHead = 6;
  static constexpr std::size_t kTail = 6;
  static constexpr std::size_t kLineBytes = 240;

  // Forgets everything and begins with a unit's first line, whose level is Warn or Error.
  void begin(std::string_view line, const LineKind& kind, WallTime at);
  void add(std::string_view line, const LineKind& kind);
  void end() { open_ = false; }

  bool open() const { return open_; }
  // Begun with a line that is no part of a trace, and nothing came after it.
  bool is_one_line() const { return lines_ == 1 && frames_.language().empty(); }
  WallTime at() const { return at_; }
  Level level() const { return level_; }
  Signature signature() const;
  std::vector<std::string> example() const;
  std::size_t lines_left_out() const;

 private:
  void keep(std::string_view line);
  void take_members(std::string_view line);
  void take_stack(std::string_view stack);

  bool open_ = false;
  WallTime at_;
  Level level_ = Level::Error;
  std::string headline_;  // empty: the exception is
  std::string error_;     // what a structured line says besides its message
  TraceFrames frames_;
  std::size_t lines_ = 0;
  std::vector<std::string> head_;
  std::deque<std::string> tail_;
};

}  // namespace mainstay::logs
