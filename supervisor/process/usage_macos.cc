// libproc.h, sys/proc_info.h and sys/resource.h of the macOS SDK; proc_pid_rusage(3).
#include <libproc.h>
#include <mach/mach_time.h>
#include <sys/proc_info.h>
#include <sys/resource.h>
#include <unistd.h>

#include "process/usage_listed.h"

namespace mainstay::process {

namespace {

// Figures of rusage_info are in units of the processor's clock.
std::uint64_t to_ticks(std::uint64_t mach_time) {
  static const auto base = [] {
    mach_timebase_info_data_t info{1, 1};
    mach_timebase_info(&info);
    return info;
  }();
  const auto nanoseconds = static_cast<double>(mach_time) * base.numer / base.denom;
  return static_cast<std::uint64_t>(nanoseconds / (1e9 / kListedTicks));
}

template <typename Found>
bool ask(int pid, int flavor, Found& found) {
  return proc_pidinfo(pid, flavor, 0, &found, sizeof found) == static_cast<int>(sizeof found);
}

std::vector<pid_t> all_pids() {
  constexpr std::size_t kSpare = 64;  // some may be born meanwhile
  const int expected = proc_listallpids(nullptr, 0);
  if (expected <= 0) return {};
  std::vector<pid_t> pids(static_cast<std::size_t>(expected) + kSpare);
  const int found = proc_listallpids(pids.data(), static_cast<int>(pids.size() * sizeof(pid_t)));
  pids.resize(static_cast<std::size_t>(found > 0 ? found : 0));
  return pids;
}

}  // namespace

int own_pid() {
  return getpid();
}

std::vector<ListedProcess> list_processes() {
  std::vector<ListedProcess> all;
  for (const pid_t pid : all_pids()) {
    proc_bsdinfo info{};
    if (!ask(pid, PROC_PIDTBSDINFO, info)) continue;
    ListedProcess process;
    process.use.pid = pid;
    process.use.parent = static_cast<int>(info.pbi_ppid);
    process.use.start_time = info.pbi_start_tvsec * kListedTicks + info.pbi_start_tvusec;
    process.group = static_cast<int>(info.pbi_pgid);
    process.open_files = info.pbi_nfiles;
    all.push_back(process);
  }
  return all;
}

// Neither is told of other users' processes, unless we are root.
void measure(ListedProcess& process) {
  proc_taskinfo task{};
  if (ask(process.use.pid, PROC_PIDTASKINFO, task))
    process.threads = static_cast<std::uint32_t>(task.pti_threadnum);
  rusage_info_v2 used{};
  if (proc_pid_rusage(process.use.pid, RUSAGE_INFO_V2, reinterpret_cast<rusage_info_t*>(&used)) !=
      0)
    return;
  process.memory_bytes = used.ri_phys_footprint;
  process.use.own_ticks = to_ticks(used.ri_user_time + used.ri_system_time);
  process.use.cpu_ticks =
      process.use.own_ticks + to_ticks(used.ri_child_user_time + used.ri_child_system_time);
  process.use.io = IoBytes{used.ri_diskio_bytesread, used.ri_diskio_byteswritten};
}

}  // namespace mainstay::process
