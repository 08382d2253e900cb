// Watches the memory of one run against limits.memory, and tells when it has come to it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "io/loop.h"
#include "model/service_spec.h"
#include "process/memory_group.h"

namespace mainstay::process {

class MemoryGuard {
 public:
  // `used` is what the tree held. With memory_action: restart at most once while the run lives, and
  // once when it has ended if the kernel killed in it; with alert every time anew.
  using Tell = std::function<void(std::uint64_t used, bool killed_by_kernel)>;

  // `limits` has memory. Without a group, or with one that no event tells of, somebody has to call
  // measured(). `killed_before`: what the kernel had killed in the group before this run.
  MemoryGuard(io::Loop& loop, LimitGroup group, const model::Limits& limits,
              GroupKills killed_before, Tell tell);
  MemoryGuard(const MemoryGuard&) = delete;
  MemoryGuard& operator=(const MemoryGuard&) = delete;

  bool is_fed_by_events() const { return watch_ != nullptr; }
  void measured(std::uint64_t used);
  // The main process has ended: was it the kernel? Nothing is told afterwards.
  void ended();

 private:
  void begin();
  void look();
  bool killed_again() const;
  std::uint64_t threshold() const;

  io::Loop& loop_;
  LimitGroup group_;
  std::uint64_t limit_;
  bool alert_;
  GroupKills killed_before_;
  Tell tell_;
  bool told_ = false;
  bool seen_kill_ = false;
  std::unique_ptr<MemoryWatch> watch_;
  io::Timer again_;
};

}  // namespace mainstay::process
