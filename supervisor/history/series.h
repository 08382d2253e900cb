// What is measured over time. A series is one thing that is looked at again and again; a sample is
// what one look at it found. Plain data.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace mainstay::history {

// Numbers are stored: only append.
enum class SeriesKind : std::uint8_t {
  Instance,  // named by its canonical name, "backend:0"
  Host,      // the machine; no name
  Disk,      // named by where it is mounted
  Check,     // "backend:0/http", "backend:0/http-2" for a second one of its kind
  Monitor,   // named as declared
};

constexpr std::string_view to_string(SeriesKind kind) {
  constexpr std::string_view kNames[] = {"instance", "host", "disk", "check", "monitor"};
  return kNames[static_cast<std::size_t>(kind)];
}
std::optional<SeriesKind> series_kind_of(std::string_view name);

struct SeriesKey {
  SeriesKind kind = SeriesKind::Instance;
  std::string name;
  auto operator<=>(const SeriesKey&) const = default;
};

// Numbers are stored: only append, here and in kMetrics.
enum class Metric : std::uint8_t {
  CpuPercent,
  MemoryBytes,
  Processes,
  Threads,
  OpenFiles,
  ReadBytesPerSecond,
  WrittenBytesPerSecond,
  Ports,
  LoadAverage,
  MemoryTotalBytes,
  UsedBytes,
  TotalBytes,
  UptimeSeconds,
  LatencyMs,
  Up,
};

struct MetricSpec {
  std::string_view name;  // as people and the API say it
  double scale;           // what is stored is the value times this, rounded
};

inline constexpr std::array<MetricSpec, 15> kMetrics = {{
    {"cpu_percent", 100},  // of one core; of the whole machine for the host
    {"memory_bytes", 1},   // of the host: used
    {"processes", 1},
    {"threads", 1},
    {"open_files", 1},
    {"read_bytes_per_second", 1},
    {"written_bytes_per_second", 1},
    {"ports", 1},           // how many it listens on
    {"load_average", 100},  // over one minute
    {"memory_total_bytes", 1},
    {"used_bytes", 1},
    {"total_bytes", 1},
    {"uptime_seconds", 1},
    {"latency_ms", 1000},
    {"up", 1},  // 1 or 0
}};

constexpr std::string_view to_string(Metric metric) {
  return kMetrics[static_cast<std::size_t>(metric)].name;
}
std::optional<Metric> metric_of(std::string_view name);

struct Reading {
  Metric metric = Metric::CpuPercent;
  double value = 0;
  bool operator==(const Reading&) const = default;
};

struct Sample {
  SeriesKey series;
  std::vector<Reading> readings;  // of different metrics
};

// All that was found at one moment.
struct Round {
  WallTime at;
  std::vector<Sample> samples;
};

}  // namespace mainstay::history
