#include "keeper/child.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "keeper/protocol.h"
#include "keeper/request_reader.h"

namespace mainstay::keeper {

namespace {

[[noreturn]] void fail(const ChildTask& task, Stage stage, int error, std::uint32_t index = 0) {
  const StageFailure failure{stage, error, index};
  if (write(task.error, &failure, sizeof failure) < 0) _exit(126);  // the keeper sees the exit
  _exit(127);
}

struct Bytes {
  const void* at = nullptr;
  std::size_t size = 0;
};

Bytes map_request(const ChildTask& task) {
  struct stat about {};
  const int seals = fcntl(task.request, F_GET_SEALS);
  const int needed = F_SEAL_WRITE | F_SEAL_SHRINK;
  if (seals < 0 || (seals & needed) != needed || fstat(task.request, &about) != 0) {
    fail(task, Stage::Request, EINVAL);
  }
  const auto size = static_cast<std::size_t>(about.st_size);
  const void* bytes = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, task.request, 0);
  if (bytes == MAP_FAILED) fail(task, Stage::Request, errno);
  return {bytes, size};
}

// The few pointers that most requests need, on the stack; a mapping for more.
struct Pointers {
  static constexpr std::size_t kFew = 256;
  const char* few[kFew];

  const char** room_for(const ChildTask& task, std::size_t count) {
    if (count <= kFew) return few;
    void* array = mmap(nullptr, count * sizeof(char*), PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (array == MAP_FAILED) fail(task, Stage::Request, errno);
    return static_cast<const char**>(array);
  }
};

ReadRequest take_request(const ChildTask& task, Pointers& pointers) {
  const Bytes bytes =
      task.request < 0 ? Bytes{task.inline_request, task.inline_size} : map_request(task);
  const std::size_t count = pointers_needed(bytes.at, bytes.size);
  if (count == 0) fail(task, Stage::Request, EINVAL);
  ReadRequest request;
  if (!read_request(bytes.at, bytes.size, pointers.room_for(task, count), request)) {
    fail(task, Stage::Request, EINVAL);
  }
  return request;
}

// Owned by the service's user, so that it may reopen /dev/stdout.
int own_pipe(const ChildTask& task, const RunRequest& head, int fd) {
  if (fd < 0) return task.inherited->dev_null;
  if ((head.flags & kSetUser) != 0 && fchown(fd, head.uid, head.gid) != 0) {
    fail(task, Stage::Output, errno);
  }
  return fd;
}

void enter_cgroup_file(const ChildTask& task, int fd, std::uint32_t index) {
  if (fd < 0 || write(fd, "0", 1) != 1) fail(task, Stage::Cgroup, errno, index);
  close(fd);
}

void enter_cgroups(const ChildTask& task, const ReadRequest& request) {
  if (task.cgroup >= 0) {
    enter_cgroup_file(task, openat(task.cgroup, "cgroup.procs", O_WRONLY | O_CLOEXEC), 0);
  }
  for (std::uint32_t i = 0; i < request.head->cgroups; ++i) {
    enter_cgroup_file(task, open(request.cgroups[i], O_WRONLY | O_CLOEXEC), i);
  }
}

void set_limits(const ChildTask& task, const ReadRequest& request) {
  restore_limits(*task.inherited);
  for (std::uint32_t i = 0; i < request.head->limits; ++i) {
    const RunLimit& limit = request.limits[i];
    const rlimit value{limit.soft, limit.hard};
    if (setrlimit(static_cast<__rlimit_resource_t>(limit.resource), &value) != 0) {
      fail(task, Stage::Limits, errno, i);
    }
  }
}

void become_user(const ChildTask& task, const ReadRequest& request) {
  const RunRequest& head = *request.head;
  if ((head.flags & kSetUser) != 0) {
    if (setgroups(head.groups, request.groups) != 0) fail(task, Stage::Groups, errno);
    if (setresgid(head.gid, head.gid, head.gid) != 0) fail(task, Stage::Group, errno);
    if (setresuid(head.uid, head.uid, head.uid) != 0) fail(task, Stage::User, errno);
    if (head.uid != 0 && setuid(0) == 0) fail(task, Stage::User, EPERM);  // there was a way back
  }
  if ((head.flags & kNoNewPrivileges) != 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    fail(task, Stage::Privileges, errno);
  }
}

// The number of a descriptor that the program gets may be that of the error pipe, which is needed
// to the end.
int out_of_the_way(const ChildTask& task, int number) {
  if (task.error != number) return task.error;
  const int moved = fcntl(task.error, F_DUPFD_CLOEXEC, number + 1);
  if (moved < 0) fail(task, Stage::Descriptors, errno);
  return moved;
}

int open_notify_pipe(ChildTask& task, const RunRequest& head) {
  if (task.notify < 0) return -1;
  const int number = static_cast<int>(head.notify_fd);
  if (number < 3) fail(task, Stage::Request, EINVAL);
  const int notify = own_pipe(task, head, task.notify);
  task.error = out_of_the_way(task, number);
  return notify;
}

void arrange_descriptors(const ChildTask& task, int out, int err) {
  if (dup2(task.inherited->dev_null, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0 ||
      (task.given >= 0 && dup2(task.given, kGivenNumber) < 0)) {
    fail(task, Stage::Descriptors, errno);
  }
  // Everything of ours is close-on-exec; this is for what a library might have opened without.
  syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
  if (task.given >= 0) fcntl(kGivenNumber, F_SETFD, 0);
}

// After everything else, whose numbers it may take.
void arrange_notify_pipe(const ChildTask& task, const RunRequest& head, int notify) {
  const int number = static_cast<int>(head.notify_fd);
  const bool in_place = notify == number;
  if (notify >= 0 && (in_place ? fcntl(number, F_SETFD, 0) : dup2(notify, number)) < 0) {
    fail(task, Stage::Descriptors, errno);
  }
}

// PATH semantics of execvp: what is not there or may not be run is passed over.
[[noreturn]] void run_first(const ChildTask& task, const ReadRequest& request) {
  int error = ENOENT;
  std::uint32_t decisive = 0;
  for (std::uint32_t i = 0; i < request.head->candidates; ++i) {
    execve(request.candidates[i], const_cast<char* const*>(request.arguments),
           const_cast<char* const*>(request.environment));
    if (errno == EACCES || (errno != ENOENT && errno != ENOTDIR)) {
      decisive = i;
      error = errno;
    }
    if (errno != EACCES && errno != ENOENT && errno != ENOTDIR) break;
  }
  fail(task, Stage::Run, error, decisive);
}

}  // namespace

void restore_limits(const Inheritance& inherited) {
  setrlimit(RLIMIT_NOFILE, &inherited.files);
  setrlimit(RLIMIT_CORE, &inherited.core);
}

void restore_oom_score(const Inheritance& inherited) {
  if (inherited.oom_score[0] == 0) return;
  const int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  if (write(fd, inherited.oom_score, strlen(inherited.oom_score)) < 0) _exit(126);
  close(fd);
}

void unblock_signals() {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

void become_program(ChildTask task) {
  Pointers pointers;
  if (task.given >= 0) task.error = out_of_the_way(task, kGivenNumber);
  const ReadRequest request = take_request(task, pointers);
  const RunRequest& head = *request.head;
  // What may need a new descriptor comes first: later a low RLIMIT_NOFILE may forbid it.
  const int out = own_pipe(task, head, task.out);
  const int err = (task.flags & kMergeErr) != 0 ? out : own_pipe(task, head, task.err);
  const int notify = open_notify_pipe(task, head);
  enter_cgroups(task, request);
  restore_oom_score(*task.inherited);
  set_limits(task, request);
  if ((head.flags & kSetNice) != 0 && setpriority(PRIO_PROCESS, 0, head.nice) != 0) {
    fail(task, Stage::Nice, errno);
  }
  umask(head.umask);
  if (setsid() < 0) fail(task, Stage::Session, errno);
  become_user(task, request);
  if (chdir(request.cwd) != 0) fail(task, Stage::Directory, errno);
  arrange_descriptors(task, out, err);
  arrange_notify_pipe(task, head, notify);
  unblock_signals();
  run_first(task, request);
}

}  // namespace mainstay::keeper
