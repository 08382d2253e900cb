// mach/mach_host.h of the macOS SDK; sysctl(3), getloadavg(3), getfsstat(2).
#include <mach/mach.h>
#include <mach/mach_host.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/param.h>
#include <sys/sysctl.h>
#include <unistd.h>

#include <set>
#include <string_view>

#include "process/host_usage.h"

namespace mainstay::process {

namespace {

void read_cpu(MonoTime at, HostCpu& cpu, HostUsage& out) {
  host_cpu_load_info_data_t load{};
  mach_msg_type_number_t count = HOST_CPU_LOAD_INFO_COUNT;
  if (host_statistics(mach_host_self(), HOST_CPU_LOAD_INFO, reinterpret_cast<host_info_t>(&load),
                      &count) != KERN_SUCCESS)
    return;
  const auto of_ticks = [](std::uint64_t ticks) {
    return Duration{std::chrono::nanoseconds{
        ticks * (1'000'000'000 / static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK)))}};
  };
  const std::uint64_t busy = std::uint64_t{load.cpu_ticks[CPU_STATE_USER]} +
                             load.cpu_ticks[CPU_STATE_SYSTEM] + load.cpu_ticks[CPU_STATE_NICE];
  cpu.look(at, of_ticks(busy), of_ticks(busy + load.cpu_ticks[CPU_STATE_IDLE]), out);
}

// What Activity Monitor calls used: of programs, wired, and compressed.
void read_memory(HostUsage& out) {
  std::uint64_t total = 0;
  std::size_t size = sizeof total;
  vm_statistics64_data_t pages{};
  mach_msg_type_number_t count = HOST_VM_INFO64_COUNT;
  if (sysctlbyname("hw.memsize", &total, &size, nullptr, 0) != 0) return;
  if (host_statistics64(mach_host_self(), HOST_VM_INFO64, reinterpret_cast<host_info64_t>(&pages),
                        &count) != KERN_SUCCESS)
    return;
  const std::uint64_t used = std::uint64_t{pages.internal_page_count} - pages.purgeable_count +
                             pages.wire_count + pages.compressor_page_count;
  out.memory_total_bytes = total;
  out.memory_used_bytes = used * vm_kernel_page_size;
}

bool is_below(std::string_view path, std::string_view folder) {
  if (folder == "/" || path == folder) return true;
  return path.starts_with(folder) && path[folder.size()] == '/';
}

// As the kernel remembers them: no server is asked.
std::vector<struct statfs> mounts() {
  const int expected = getfsstat(nullptr, 0, MNT_NOWAIT);
  if (expected <= 0) return {};
  std::vector<struct statfs> found(static_cast<std::size_t>(expected));
  const int count =
      getfsstat(found.data(), static_cast<int>(found.size() * sizeof(struct statfs)), MNT_NOWAIT);
  found.resize(static_cast<std::size_t>(count > 0 ? count : 0));
  return found;
}

const struct statfs* mount_of(const std::vector<struct statfs>& mounts, std::string_view path) {
  const struct statfs* best = nullptr;
  for (const auto& mount : mounts) {
    const std::string_view folder{mount.f_mntonname};
    if (is_below(path, folder) &&
        (best == nullptr || folder.size() >= std::string_view{best->f_mntonname}.size()))
      best = &mount;
  }
  return best;
}

}  // namespace

struct HostReader::State {
  HostCpu cpu;
};

HostReader::HostReader(const char*) : state_(std::make_unique<State>()) {}
HostReader::~HostReader() = default;

void HostReader::read(MonoTime at, HostUsage& out) {
  read_cpu(at, state_->cpu, out);
  read_memory(out);
  double load = 0;
  if (getloadavg(&load, 1) == 1) out.load_average = load;
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
  std::set<std::string> seen;
  const auto all = mounts();
  for (const auto& place : state_->places) {
    const struct statfs* mount = mount_of(all, place.native());
    if (mount == nullptr || (mount->f_flags & MNT_LOCAL) == 0 || mount->f_blocks == 0) continue;
    if (!seen.insert(mount->f_mntonname).second) continue;
    disks.push_back({mount->f_mntonname, (mount->f_blocks - mount->f_bfree) * mount->f_bsize,
                     mount->f_blocks * mount->f_bsize});
  }
  return disks;
}

}  // namespace mainstay::process
