#include "keeper/spawn.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <initializer_list>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "io/clock.h"

namespace mainstay::keeper {

namespace {

struct Pipe {
  int& read;  // the slot's, which closes it
  int write = -1;

  bool open() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return false;
    read = ends[0];
    write = ends[1];
    return true;
  }

  // The program's own end blocks, and is for reading and writing, so that the death of every reader
  // raises no SIGPIPE. Opened here and not by the child, for which /proc would first have to be
  // made.
  bool open_for_program() {
    if (!open()) return false;
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", write);
    const int both = ::open(path, O_RDWR | O_CLOEXEC);
    const int error = errno;
    drop_fd(write);
    write = both;
    errno = error;
    return both >= 0;
  }
};

struct Pipes {
  Pipe error, out, err, notify;

  bool open(std::uint32_t flags) {
    const bool wants_err = (flags & kPipeErr) != 0 && (flags & kMergeErr) == 0;
    return error.open() && ((flags & kPipeOut) == 0 || out.open_for_program()) &&
           (!wants_err || err.open_for_program()) &&
           ((flags & kNotifyPipe) == 0 || notify.open_for_program());
  }
  void close_write_ends() {
    for (Pipe* pipe : {&error, &out, &err, &notify})
      drop_fd(pipe->write);
  }
};

// fork() with a pidfd, in a cgroup where one is given; clears task.cgroup when the child is born
// there.
pid_t fork_child(ChildTask& task, int& pidfd) {
  clone_args arguments{};
  arguments.flags = CLONE_PIDFD;
  arguments.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
  arguments.exit_signal = SIGCHLD;
  const int cgroup = task.cgroup;
  if (cgroup >= 0) {
    arguments.flags |= CLONE_INTO_CGROUP;
    arguments.cgroup = static_cast<std::uint64_t>(cgroup);
    task.cgroup = -1;
  }
  const long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
  if (pid >= 0 || (errno != ENOSYS && errno != EPERM && errno != EINVAL && errno != E2BIG)) {
    return static_cast<pid_t>(pid);
  }
  // An old kernel, or a container that forbids what it cannot inspect.
  task.cgroup = cgroup;
  const pid_t forked = fork();
  if (forked > 0) pidfd = open_pidfd(forked);
  return forked;
}

void fill_slot(Slot& slot, const Spawn& spawn, pid_t pid) {
  slot.run = Run{};
  slot.run.token = spawn.token;
  slot.run.flags = spawn.flags;
  slot.run.pid = pid;
  memcpy(slot.run.label, spawn.label, sizeof slot.run.label);
  slot.run.spawned_mono_ns = io::read_clocks().mono.since_boot.count();
  slot.announce = true;
}

}  // namespace

int open_pidfd(int pid) {
  return static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
}

bool start_run(Table& table, const Spawn& spawn, ChildTask task, Refused& refused) {
  refused.token = spawn.token;
  const SlotId id = table.take();
  if (id == kNoSlot) {
    refused.at = RefusedAt::Table;
    refused.error = EAGAIN;
    return false;
  }
  Slot& slot = table.at(id);
  Pipes pipes{{slot.error}, {slot.out}, {slot.err}, {slot.notify_pipe}};
  task.flags = spawn.flags;
  pid_t pid = -1;
  refused.at = RefusedAt::Pipes;
  if (pipes.open(spawn.flags)) {
    refused.at = RefusedAt::Fork;
    task.error = pipes.error.write;
    task.out = pipes.out.write;
    task.err = pipes.err.write;
    task.notify = pipes.notify.write;
    pid = fork_child(task, slot.pidfd);
    if (pid == 0) become_program(task);
    // The child is wanted, what we do next is not: where both share a processor it comes first.
    if (pid > 0) sched_yield();
  }
  refused.error = errno;
  pipes.close_write_ends();
  if (pid < 0) {
    table.free(id);
    return false;
  }
  fill_slot(slot, spawn, pid);
  table.index(id);
  table.mark_dirty(id);
  return true;
}

}  // namespace mainstay::keeper
