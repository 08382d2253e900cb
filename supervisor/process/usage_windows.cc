// Tool Help library, GetProcessTimes, GetProcessIoCounters and GetProcessMemoryInfo of the Windows
// SDK. The counters of I/O are of everything that a process read and wrote, not of storage alone.
#include <windows.h>

#include <psapi.h>
#include <tlhelp32.h>

#include <memory>

#include "process/usage_listed.h"

namespace mainstay::process {

namespace {

struct Close {
  void operator()(HANDLE handle) const { CloseHandle(handle); }
};
using Handle = std::unique_ptr<void, Close>;

Handle open_process(DWORD pid) {
  return Handle{OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid)};
}

// In steps of 100 ns.
std::uint64_t steps_of(const FILETIME& time) {
  return (std::uint64_t{time.dwHighDateTime} << 32U) | time.dwLowDateTime;
}

constexpr std::uint64_t kStepsPerTick = 10'000'000 / kListedTicks;
constexpr std::uint64_t kStepsTo1970 = 116'444'736'000'000'000;  // since 1601

struct Times {
  std::uint64_t began = 0;
  std::uint64_t cpu = 0;
};

Times times_of(HANDLE process) {
  FILETIME began{};
  FILETIME ended{};
  FILETIME kernel{};
  FILETIME user{};
  if (!GetProcessTimes(process, &began, &ended, &kernel, &user)) return {};
  const auto since_1970 = steps_of(began) > kStepsTo1970 ? steps_of(began) - kStepsTo1970 : 0;
  return {since_1970 / kStepsPerTick, (steps_of(kernel) + steps_of(user)) / kStepsPerTick};
}

}  // namespace

int own_pid() {
  return static_cast<int>(GetCurrentProcessId());
}

std::vector<ListedProcess> list_processes() {
  std::vector<ListedProcess> all;
  const HANDLE raw = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
  if (raw == INVALID_HANDLE_VALUE) return all;
  const Handle snapshot{raw};
  PROCESSENTRY32W entry{};
  entry.dwSize = sizeof entry;
  for (BOOL more = Process32FirstW(raw, &entry); more; more = Process32NextW(raw, &entry)) {
    ListedProcess process;
    process.use.pid = static_cast<int>(entry.th32ProcessID);
    process.use.parent = static_cast<int>(entry.th32ParentProcessID);
    process.threads = entry.cntThreads;
    if (const Handle opened = open_process(entry.th32ProcessID))
      process.use.start_time = times_of(opened.get()).began;
    all.push_back(process);
  }
  return all;
}

void measure(ListedProcess& process) {
  const Handle opened = open_process(static_cast<DWORD>(process.use.pid));
  if (!opened) return;
  process.use.own_ticks = process.use.cpu_ticks = times_of(opened.get()).cpu;
  PROCESS_MEMORY_COUNTERS_EX memory{};
  if (GetProcessMemoryInfo(opened.get(), reinterpret_cast<PROCESS_MEMORY_COUNTERS*>(&memory),
                           sizeof memory))
    process.memory_bytes = memory.PrivateUsage;
  DWORD handles = 0;
  if (GetProcessHandleCount(opened.get(), &handles)) process.open_files = handles;
  IO_COUNTERS io{};
  if (GetProcessIoCounters(opened.get(), &io))
    process.use.io = IoBytes{io.ReadTransferCount, io.WriteTransferCount};
}

}  // namespace mainstay::process
