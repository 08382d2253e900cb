// The looks of checks and monitors on their way into the history: gathered over an interval, so
// that a look costs no write of its own. Loop thread only.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "base/time.h"
#include "history/series.h"
#include "io/loop.h"

namespace mainstay::history {

class Looks {
 public:
  // `put` gets what came together, never nothing; `clock` tells when.
  Looks(io::Loop& loop, Duration interval, std::function<Now()> clock,
        std::function<void(Round)> put);

  // One look that was answered. Of several in an interval the worst is kept: not up if one was
  // not, and the longest latency of those that passed.
  void looked(const SeriesKey& series, bool passed, Duration latency);
  // What is gathered is put down now.
  void flush();

 private:
  struct Worst {
    bool up = true;
    std::optional<Duration> latency;
  };

  Duration interval_;
  std::function<Now()> clock_;
  std::function<void(Round)> put_;
  std::map<SeriesKey, Worst> gathered_;
  io::Timer timer_;  // runs while something is gathered
};

}  // namespace mainstay::history
