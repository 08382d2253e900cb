// GetSystemTimes, GlobalMemoryStatusEx, GetDriveTypeW and GetDiskFreeSpaceExW of the Windows SDK.
#include <windows.h>

#include <set>

#include "process/host_usage.h"

namespace mainstay::process {

namespace {

Duration duration_of(const FILETIME& time) {
  const std::uint64_t steps = (std::uint64_t{time.dwHighDateTime} << 32U) | time.dwLowDateTime;
  return std::chrono::nanoseconds{steps * 100};
}

}  // namespace

struct HostReader::State {
  HostCpu cpu;
};

HostReader::HostReader(const char*) : state_(std::make_unique<State>()) {}
HostReader::~HostReader() = default;

// There is no load average here.
void HostReader::read(MonoTime at, HostUsage& out) {
  FILETIME idle{};
  FILETIME kernel{};  // with the idle time in it
  FILETIME user{};
  if (GetSystemTimes(&idle, &kernel, &user)) {
    const Duration total = duration_of(kernel) + duration_of(user);
    state_->cpu.look(at, total - duration_of(idle), total, out);
  }
  MEMORYSTATUSEX memory{};
  memory.dwLength = sizeof memory;
  if (GlobalMemoryStatusEx(&memory)) {
    out.memory_total_bytes = memory.ullTotalPhys;
    out.memory_used_bytes = memory.ullTotalPhys - memory.ullAvailPhys;
  }
  out.uptime = at.since_boot;
}

struct DiskReader::State {
  std::vector<std::filesystem::path> places;
};

DiskReader::DiskReader(std::vector<std::filesystem::path> places)
    : state_(std::make_unique<State>(State{std::move(places)})) {}
DiskReader::~DiskReader() = default;

std::vector<DiskUsage> DiskReader::read() {
  std::vector<DiskUsage> disks;
  std::set<std::filesystem::path> seen;
  for (const auto& place : state_->places) {
    const auto drive = place.root_path();
    if (!seen.insert(drive).second || GetDriveTypeW(drive.c_str()) != DRIVE_FIXED) continue;
    ULARGE_INTEGER ours{};
    ULARGE_INTEGER total{};
    ULARGE_INTEGER unused{};
    if (GetDiskFreeSpaceExW(drive.c_str(), &ours, &total, &unused) && total.QuadPart > 0)
      disks.push_back({drive.string(), total.QuadPart - unused.QuadPart, total.QuadPart});
  }
  return disks;
}

}  // namespace mainstay::process
