#include "process/survivors_linux.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "process/pidfd_linux.h"
#include "process/tree.h"

namespace mainstay::process {

namespace {

// What a cookie says: "<root><instance>/<run>".
struct Cookie {
  std::string instance;
  RunId run;
};

std::optional<Cookie> parse_cookie(std::string_view text, std::string_view root) {
  if (!text.starts_with(root)) return std::nullopt;
  text.remove_prefix(root.size());
  const auto slash = text.rfind('/');
  if (slash == std::string_view::npos || slash == 0) return std::nullopt;
  const auto number = text.substr(slash + 1);
  Cookie cookie{std::string{text.substr(0, slash)}, {}};
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), cookie.run.value);
  if (error != std::errc{} || end != number.data() + number.size() || !cookie.run)
    return std::nullopt;
  return cookie;
}

MonoTime started_at(std::uint64_t ticks) {
  const auto per_second = static_cast<std::uint64_t>(std::max(1L, sysconf(_SC_CLK_TCK)));
  return {std::chrono::seconds{ticks / per_second} +
          std::chrono::nanoseconds{ticks % per_second * (1'000'000'000 / per_second)}};
}

// The read end of the pipe that descriptor `number` of the process is, if it is the pipe `inode`
// (0: whatever pipe it is).
UniqueFd open_pipe(const Proc& proc, int pid, int number, std::uint64_t inode) {
  const std::string path = fmt::format("{}/fd/{}", pid, number);
  UniqueFd fd{openat(proc.fd(), path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
  struct stat info {};
  const bool is_it = fd && fstat(fd.get(), &info) == 0 && S_ISFIFO(info.st_mode) &&
                     (inode == 0 || info.st_ino == inode);
  return is_it ? std::move(fd) : UniqueFd{};
}

// All user ids of the process are ours: nobody else started it, and it is no set-user-ID program.
bool is_our_users(const Proc& proc, int pid) {
  std::array<char, 2048> buffer;
  const std::string path = fmt::format("{}/status", pid);
  const auto status = proc.read(path.c_str(), buffer);
  const auto uid = geteuid();
  const std::string wanted = fmt::format("\nUid:\t{0}\t{0}\t{0}\t{0}\n", uid);
  return status.find(wanted) != std::string_view::npos;
}

class Search {
 public:
  Search(const Proc& proc, std::string_view cookie_root, const std::set<RunId>& known)
      : proc_(proc), root_(cookie_root), taken_(known) {}

  void take_saved(std::span<const SavedRun> saved) {
    for (const SavedRun& run : saved) {
      const auto stat = proc_.stat(run.pid);
      if (stat && stat->alive() && run.start_time != 0 && stat->start_time == run.start_time)
        add(run, *stat);
    }
  }

  void look_at_all() {
    std::vector<int> pids;
    proc_.pids(pids);
    for (const int pid : pids)
      look_at(pid);
  }

  Survivors finish() {
    // Of the processes of an unsaved run that lead a session its main process is the oldest.
    for (const auto& [run, leader] : leaders_) {
      if (!taken_.contains(run))
        add({run, leader.instance, leader.stat.pid, 0, 0, 0, 0, 0}, leader.stat);
    }
    for (const auto& [pid, run] : members_) {
      if (taken_.contains(run)) continue;
      if (UniqueFd stray = open_pidfd(pid)) found_.strays.push_back(std::move(stray));
    }
    return std::move(found_);
  }

 private:
  struct Leader {
    std::string instance;
    ProcStat stat;
  };

  void add(const SavedRun& saved, const ProcStat& stat) {
    KeeperRun run;
    run.token = saved.run.value;
    run.label = saved.instance;
    run.pid = stat.pid;
    run.flags = keeper::kForeign;
    run.spawned = started_at(stat.start_time);
    run.pidfd = open_pidfd(stat.pid);
    // Still the same process now that it cannot be confused any more?
    const auto again = proc_.stat(stat.pid);
    if (!run.pidfd || !again || again->start_time != stat.start_time) return;
    const bool known = saved.start_time != 0;
    if (!known || saved.out_pipe != 0)
      run.out = open_pipe(proc_, stat.pid, STDOUT_FILENO, saved.out_pipe);
    if (!known || saved.err_pipe != 0)
      run.err = open_pipe(proc_, stat.pid, STDERR_FILENO, saved.err_pipe);
    if (saved.notify_pipe != 0)
      run.notify_pipe = open_pipe(proc_, stat.pid, saved.notify_fd, saved.notify_pipe);
    taken_.insert(saved.run);
    found_.runs.push_back(std::move(run));
  }

  void look_at(int pid) {
    const auto value = proc_.environment_value(pid, kCookieVariable);
    auto cookie = value ? parse_cookie(*value, root_) : std::nullopt;
    const auto stat = cookie ? proc_.stat(pid) : std::nullopt;
    if (!stat || !stat->alive() || !is_our_users(proc_, pid)) return;
    members_.emplace_back(pid, cookie->run);
    if (stat->session != pid || taken_.contains(cookie->run)) return;
    const auto [at, is_new] = leaders_.try_emplace(cookie->run, Leader{cookie->instance, *stat});
    if (!is_new && stat->start_time < at->second.stat.start_time) at->second.stat = *stat;
  }

  const Proc& proc_;
  std::string_view root_;
  Survivors found_;
  std::set<RunId> taken_;
  std::vector<std::pair<int, RunId>> members_;
  std::map<RunId, Leader> leaders_;
};

}  // namespace

Survivors find_survivors(const Proc& proc, std::string_view cookie_root,
                         std::span<const SavedRun> saved, const std::set<RunId>& known) {
  Search search{proc, cookie_root, known};
  search.take_saved(saved);
  search.look_at_all();
  return search.finish();
}

}  // namespace mainstay::process
