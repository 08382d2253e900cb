// Samples such as real services give: some busy, most idle.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "history/series.h"

namespace mainstay::history {

class Load {
 public:
  explicit Load(int services) : services_(services) {}

  Round round(WallTime at) {
    Round round{at, {}};
    for (int service = 0; service < services_; ++service)
      round.samples.push_back(sample(service));
    return round;
  }

 private:
  // A tenth of them are busy; the memory of the others changes now and then.
  Sample sample(int service) {
    const bool busy = service % 10 == 0;
    const bool moves = busy || chance_(random_) < 0.1;
    const double cpu = busy ? 20 + 20 * chance_(random_) : moves ? 0.1 : 0;
    const double memory =
        48e6 + service * 4096 + (moves ? 4096 * static_cast<double>(random_() % 64) : 0);
    const double written = busy ? 1e5 * chance_(random_) : 0;
    return {{SeriesKind::Instance, "service-" + std::to_string(service) + ":0"},
            {{Metric::CpuPercent, cpu},
             {Metric::MemoryBytes, memory},
             {Metric::Processes, 4},
             {Metric::Threads, busy ? 16.0 + static_cast<double>(random_() % 4) : 4},
             {Metric::OpenFiles, busy ? 61.0 + static_cast<double>(random_() % 8) : 12},
             {Metric::ReadBytesPerSecond, busy ? written / 2 : 0},
             {Metric::WrittenBytesPerSecond, written},
             {Metric::Ports, 1}}};
  }

  int services_;
  std::minstd_rand random_{42};  // NOLINT: the same every time
  std::uniform_real_distribution<double> chance_{0, 1};
};

}  // namespace mainstay::history
