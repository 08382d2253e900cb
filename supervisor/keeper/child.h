// What a forked child does on its way to the program (ARCHITECTURE "Child set-up order").
#pragma once

#include <sys/resource.h>

#include <cstddef>
#include <cstdint>

namespace mainstay::keeper {

// What the keeper changed for itself when it started and children get back, and what they share.
struct Inheritance {
  rlimit files{};        // RLIMIT_NOFILE
  rlimit core{};         // RLIMIT_CORE
  char oom_score[16]{};  // oom_score_adj; empty: it was not changed
  int dev_null = -1;
  int keeper_pid = 0;
};

// Everything a child needs, copied before the fork: it sees nothing else of the keeper.
struct ChildTask {
  const Inheritance* inherited = nullptr;
  int request = -1;  // the sealed memfd; -1: the request is inline
  const void* inline_request = nullptr;
  std::size_t inline_size = 0;
  int out = -1;             // read-write end for 1 (and 2 with kMergeErr); -1: /dev/null
  int err = -1;             // write end for 2
  int error = -1;           // write end of the error pipe
  int notify = -1;          // write end for RunRequest::notify_fd; -1: none
  int given = -1;           // what is kGivenNumber in the program
  int cgroup = -1;          // a cgroup v2 folder to move into; -1: born there already, or none
  std::uint32_t flags = 0;  // SpawnFlags
};

// Becomes the program, or writes one StageFailure into the error pipe and ends with code 127. To be
// called right after fork or clone3; allocates nothing.
[[noreturn]] void become_program(ChildTask task);

// Gives the child of a fork the keeper's original resource limits, OOM score and signal state.
void restore_limits(const Inheritance& inherited);
void restore_oom_score(const Inheritance& inherited);
void unblock_signals();

}  // namespace mainstay::keeper
