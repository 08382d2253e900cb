#include "keeper/reaper.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "io/clock.h"

namespace mainstay::keeper {

namespace {

std::int64_t nanoseconds(const timeval& time) {
  return time.tv_sec * 1'000'000'000LL + time.tv_usec * 1000LL;
}

// KILLs our direct children; their own ones become ours then. False when the kernel does not list
// them.
bool kill_children() {
  const int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  char text[4096];
  int pid = 0;
  for (ssize_t size; (size = read(fd, text, sizeof text)) > 0;) {
    for (ssize_t i = 0; i < size; ++i) {
      if (text[i] >= '0' && text[i] <= '9') {
        pid = pid * 10 + (text[i] - '0');
      } else if (pid > 0) {
        kill(pid, SIGKILL);
        pid = 0;
      }
    }
  }
  close(fd);
  return true;
}

void kill_runs(Table& table) {
  for (SlotId id = table.first_used(); id != kNoSlot; id = table.at(id).used_next) {
    const Slot& slot = table.at(id);
    if (!slot.has_ended && slot.foreign < 0) kill(slot.run.pid, SIGKILL);
  }
}

void kill_foreign(Table& table) {
  for (SlotId id = table.first_used(); id != kNoSlot; id = table.at(id).used_next) {
    const Slot& slot = table.at(id);
    if (slot.foreign >= 0) syscall(SYS_pidfd_send_signal, slot.foreign, SIGKILL, nullptr, 0);
  }
}

void kill_cgroup(const char* root) {
  char path[kPathBytes + 16];
  snprintf(path, sizeof path, "%s/cgroup.kill", root);
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  if (write(fd, "1", 1) != 1) kill_children();
  close(fd);
}

}  // namespace

void Reaper::record(SlotId id, int status, const rusage& usage) {
  Slot& slot = table_.at(id);
  if (table_.by_pid(slot.run.pid) == id) table_.forget_pid(slot.run.pid);
  if (slot.abandoned) {
    table_.free(id);
    return;
  }
  slot.ended = Ended{};
  slot.ended.seq = next_seq_++;
  slot.ended.token = slot.run.token;
  slot.ended.pid = slot.run.pid;
  slot.ended.wait_status = status;
  slot.ended.cpu_ns = nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime);
  slot.ended.peak_memory_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  slot.ended.ended_mono_ns = io::read_clocks().mono.since_boot.count();
  slot.has_ended = slot.tell_end = true;
  table_.mark_dirty(id);
}

bool Reaper::reap(int controller, int& status, bool only_controller) {
  if (only_controller) return controller != 0 && waitpid(controller, &status, WNOHANG) > 0;
  bool controller_ended = false;
  rusage usage{};
  int one = 0;
  for (pid_t pid; (pid = wait4(-1, &one, WNOHANG, &usage)) > 0;) {
    const SlotId id = table_.by_pid(pid);
    if (pid == controller) {
      status = one;
      controller_ended = true;
    } else if (id != kNoSlot) {
      record(id, one, usage);
    }
  }
  return controller_ended;
}

bool kill_everything(Table& table, const char* cgroup_root, int milliseconds) {
  for (int waited = 0; waited <= milliseconds; waited += 5) {
    if (cgroup_root[0] != 0) kill_cgroup(cgroup_root);
    kill_foreign(table);
    if (!kill_children()) kill_runs(table);
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    if (waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD) return true;
    poll(nullptr, 0, 5);
  }
  return false;
}

}  // namespace mainstay::keeper
