#include "history/looks.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace mainstay::history {

Looks::Looks(io::Loop& loop, Duration interval, std::function<Now()> clock,
             std::function<void(Round)> put)
    : interval_(interval),
      clock_(std::move(clock)),
      put_(std::move(put)),
      timer_(loop, [this] { flush(); }) {}

void Looks::looked(const SeriesKey& series, bool passed, Duration latency) {
  if (gathered_.empty()) timer_.start(interval_);
  Worst& worst = gathered_[series];
  worst.up = worst.up && passed;
  if (passed) worst.latency = std::max(worst.latency.value_or(latency), latency);
}

void Looks::flush() {
  if (gathered_.empty()) return;
  timer_.cancel();
  Round round{clock_().wall, {}};
  for (const auto& [series, worst] : std::exchange(gathered_, {})) {
    Sample sample{series, {{Metric::Up, worst.up ? 1.0 : 0.0}}};
    using Milliseconds = std::chrono::duration<double, std::milli>;
    if (worst.latency) {
      sample.readings.push_back({Metric::LatencyMs, Milliseconds{*worst.latency}.count()});
    }
    round.samples.push_back(std::move(sample));
  }
  put_(std::move(round));
}

}  // namespace mainstay::history
