// Where somebody is in the logs of any number of services: exact enough that who goes on from there
// gets no line twice and misses none. A value; pure.
//
// Lines come in the order of their times, almost: a service that is slow to print is late. So it is
// not enough to know the newest line; for each stream that had one lately it is kept which was its
// last. Lines carry the time of the piece that they were read in, and several may have the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace mainstay::gateway {

// What matters here of a line as logs.follow sends it.
struct LogLine {
  std::int64_t at = 0;       // microseconds since 1970
  std::uint32_t stream = 0;  // a hash of instance and stream
  bool continued = false;    // goes on with the one before it, whose fate it shares
};

// Of the JSON object; nothing: it is no line.
std::optional<LogLine> log_line(std::string_view object);

class LogPosition {
 public:
  // Of streams that are not known, what is older than `begin` is behind us; zero: than the oldest
  // line that was taken.
  explicit LogPosition(WallTime begin);

  // As it was written by text(); nothing: it was not. Any bytes may come in.
  static std::optional<LogPosition> parse(std::string_view text);
  // At most kLongest bytes, [0-9a-f.-] only.
  std::string text() const;

  // Whether the line is new, and then it is behind us. `all_of_its_time`: when it is the first of
  // its stream, those of the same time before it have come as well.
  bool take(const LogLine& line, bool all_of_its_time);
  // From when on lines must come again for none to be missed.
  WallTime since() const;

  static constexpr std::size_t kLongest = 4096;
  // How late a line may be.
  static constexpr Duration kLag = std::chrono::minutes{5};

 private:
  struct Last {
    std::int64_t at = 0;
    std::uint64_t count = 0;  // lines with that time; 0: all there are
    std::uint64_t to_skip = 0;
    bool replays = false;
    bool was_new = true;  // the line before
  };

  void replay();
  bool is_behind(Last& last, const LogLine& line) const;
  void forget_old();
  std::int64_t begin() const { return begin_ != 0 ? begin_ : oldest_; }

  std::int64_t begin_ = 0;
  std::int64_t oldest_ = 0;  // of the lines that were taken
  std::int64_t newest_ = 0;
  // Streams were left out: of those that are not known, all up to `newest_` is behind us.
  bool incomplete_ = false;
  std::map<std::uint32_t, Last> streams_;
  std::int64_t forgotten_until_ = 0;
};

}  // namespace mainstay::gateway
