// Whose orphan is it? Without cgroups the keeper inherits every process that outlives its parent.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "process/proc_linux.h"

namespace mainstay::process {

// What a cookie of `instance` begins with: "<root><instance>/".
std::string cookie_prefix(std::string_view cookie_root, std::string_view instance);

// Remembers what it found: a process that later overwrites its environment stays whose it was.
// Any thread, one at a time.
class OrphanOwners {
 public:
  explicit OrphanOwners(std::string cookie_root) : cookie_root_(std::move(cookie_root)) {}

  // The instance named by the process' cookie, or empty: no cookie of this supervisor that we may
  // read.
  const std::string& named_by_cookie(const Proc& proc, const ProcStat& process);

  // Is it `instance`'s? By the cookie; without one, when it is in the session or group that the
  // process `main_pid` (0: unknown) led.
  bool owns(const Proc& proc, const ProcStat& process, std::string_view instance, int main_pid);

 private:
  struct Known {
    std::uint64_t start_time = 0;
    std::string instance;
  };
  void make_room();

  std::string cookie_root_;
  std::unordered_map<int, Known> known_;
  std::string none_;
};

}  // namespace mainstay::process
