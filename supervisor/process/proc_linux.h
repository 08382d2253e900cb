// Reading /proc. All of its content is hostile: a process chooses its name, its environment and how
// long either is. Nothing here throws, blocks for long or trusts a length. Linux only; see proc(5).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"

namespace mainstay::process {

// The fields of /proc/<pid>/stat that we need. Times are clock ticks.
struct ProcStat {
  int pid = 0;
  char state = '?';
  int ppid = 0;
  int pgrp = 0;
  int session = 0;
  std::uint64_t own_ticks = 0;       // utime + stime
  std::uint64_t children_ticks = 0;  // cutime + cstime: children that were waited for
  std::uint64_t threads = 0;
  std::uint64_t start_time = 0;  // since boot
  std::uint64_t resident_pages = 0;

  // A leader that called pthread_exit shows as a zombie while its other threads go on.
  bool alive() const { return (state != 'Z' && state != 'X') || threads > 1; }
};

// The fields of /proc/<pid>/io that we need, in bytes. They include threads that have ended and
// children that were waited for.
struct ProcIo {
  std::uint64_t asked = 0;    // rchar and wchar: of the kernel, wherever to
  std::uint64_t read = 0;     // read_bytes: from storage
  std::uint64_t written = 0;  // write_bytes: to storage
};

// `text` as in /proc/<pid>/io; nothing when a field is missing.
std::optional<ProcIo> parse_io(std::string_view text);

// `text` as in /proc/<pid>/stat; the name may hold anything, parentheses and newlines too.
std::optional<ProcStat> parse_stat(std::string_view text);

// The value of `name` in a block of NUL-terminated NAME=value entries; the first one counts.
std::optional<std::string_view> find_in_environ(std::string_view block, std::string_view name);

// A view of /proc, or of a folder like it. Any thread, one at a time.
class Proc {
 public:
  explicit Proc(const char* folder = "/proc");

  std::optional<ProcStat> stat(int pid) const;
  // Nothing when we may not look, or when the kernel does not count.
  std::optional<ProcIo> io(int pid) const;
  // Appends the children of all threads of `pid`. False: no such process.
  bool children(int pid, std::vector<int>& out) const;
  // Of the first 256 KiB; nothing when we may not look, or after the process has overwritten it.
  std::optional<std::string> environment_value(int pid, std::string_view name) const;
  // The name the process gave itself, or empty.
  std::string comm(int pid) const;
  // /proc/<pid>/cgroup, at most 8 KiB of it.
  std::string cgroups(int pid) const;
  // Number of open descriptors; 0 when we may not look.
  std::uint32_t open_files(int pid) const;
  // Replaces `out` by all pids, ascending.
  void pids(std::vector<int>& out) const;
  // Calls `visit` with the inode of every socket that `pid` has open.
  template <typename Visit>
  void sockets(int pid, Visit visit) const {
    scratch_.clear();
    list_sockets(pid, scratch_);
    for (const std::uint64_t inode : scratch_)
      visit(inode);
  }

  // Fills `buffer` from the file `path` below /proc; the part that was filled.
  std::string_view read(const char* path, std::span<char> buffer) const;
  int fd() const { return proc_.get(); }

 private:
  void list_sockets(int pid, std::vector<std::uint64_t>& out) const;

  UniqueFd proc_;
  bool has_children_file_ = true;  // CONFIG_PROC_CHILDREN
  bool fd_size_is_count_ = true;   // Linux 6.2: st_size of /proc/<pid>/fd
  mutable std::vector<std::uint64_t> scratch_;
};

}  // namespace mainstay::process
