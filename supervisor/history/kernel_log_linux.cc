#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/fd.h"
#include "history/kernel_log.h"

namespace mainstay::history {

namespace {

// The buffer of the kernel holds a few thousand records, more where somebody enlarged it.
constexpr int kMostRecords = 50'000;

// PROC_PID_INIT_INO: the pid namespace of the machine has this inode on every kernel.
bool in_first_pid_namespace() {
  constexpr ino_t kFirst = 0xEFFFFFFCU;
  struct stat own {};
  return stat("/proc/self/ns/pid", &own) == 0 && own.st_ino == kFirst;
}

std::string read_small(const std::string& path) {
  const UniqueFd file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  std::array<char, 1024> text;
  const ssize_t got = file ? read(file.get(), text.data(), text.size()) : -1;
  return {text.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

}  // namespace

std::optional<MemoryKill> find_memory_kill(int pid, MonoTime since) {
  if (geteuid() != 0 || !in_first_pid_namespace()) return std::nullopt;
  const UniqueFd log{open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
  if (!log) return std::nullopt;
  std::optional<MemoryKill> found;
  std::array<char, 8192> record;
  for (int left = kMostRecords; left > 0; --left) {
    const ssize_t got = read(log.get(), record.data(), record.size());
    if (got < 0 && (errno == EPIPE || errno == EINTR)) continue;  // EPIPE: some were overwritten
    if (got <= 0) break;
    auto kill = parse_memory_kill({record.data(), static_cast<std::size_t>(got)});
    if (!kill || kill->pid != pid || kill->at < since) continue;
    // The summary comes first and says whether a group was full, the other line how much it had.
    kill->in_group = kill->in_group || (found && found->in_group);
    found = std::move(kill);
  }
  return found;
}

std::optional<std::uint64_t> group_kills(const std::string& folder) {
  if (const auto v2 = parse_group_kills(read_small(folder + "/memory.events"))) return v2;
  return parse_group_kills(read_small(folder + "/memory.oom_control"));
}

}  // namespace mainstay::history
