// What the machine as a whole uses: processors, memory, disks. Off the loop.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace mainstay::process {

struct DiskUsage {
  std::string mount;  // where it is mounted
  std::uint64_t used_bytes = 0;
  std::uint64_t total_bytes = 0;
  bool operator==(const DiskUsage&) const = default;
};

struct HostUsage {
  // Of all processors together, 0 to 100, over half a second at least; nothing at first.
  std::optional<double> cpu_percent;
  // Since boot, of all processors together; idle time is not busy.
  Duration cpu_busy{0};
  Duration cpu_total{0};
  std::uint64_t memory_used_bytes = 0;   // what programs cannot have
  std::uint64_t memory_total_bytes = 0;  // 0: not known
  std::optional<double> load_average;    // over one minute; not every system has one
  Duration uptime{0};
  std::vector<DiskUsage> disks;  // as DiskReader found them
};

// One thread at a time.
class HostReader {
 public:
  // Another folder than /proc is for tests.
  explicit HostReader(const char* proc = "/proc");
  ~HostReader();
  HostReader(const HostReader&) = delete;
  HostReader& operator=(const HostReader&) = delete;

  // Sets all but `disks`. What cannot be read stays as it is in a new HostUsage.
  void read(MonoTime at, HostUsage& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Processor time of a machine, as a percentage.
class HostCpu {
 public:
  // Sets the three figures of processors.
  void look(MonoTime at, Duration busy, Duration total, HostUsage& out);

 private:
  std::optional<MonoTime> looked_at_;
  Duration busy_{0};
  Duration total_{0};
  std::optional<double> percent_;
};

// The disks that places are on. Network and user-space file systems, whose servers may be away for
// hours, are left out and never touched. One thread at a time; a disk that does not answer holds up
// the thread.
class DiskReader {
 public:
  // Absolute paths of folders; other mount points of the same file system are not shown again.
  explicit DiskReader(std::vector<std::filesystem::path> places);
  ~DiskReader();
  DiskReader(const DiskReader&) = delete;
  DiskReader& operator=(const DiskReader&) = delete;

  std::vector<DiskUsage> read();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mainstay::process
