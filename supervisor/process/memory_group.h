// The memory of a control group: how much it holds, what the kernel killed in it, and when to look.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "io/loop.h"
#include "process/limit_places.h"

namespace mainstay::process {

struct GroupMemory {
  std::uint64_t held = 0;   // what cannot be taken back: no cache of files
  std::uint64_t total = 0;  // what the limit is about: cache too
};

// Nothing when the group or its controller is not there. Any thread.
std::optional<GroupMemory> read_group_memory(const LimitGroup& group);
// The same from the text of memory.stat and the number in memory.current or
// memory.usage_in_bytes. Pure.
GroupMemory group_memory_of(GroupKind kind, std::uint64_t total, std::string_view stat);

// What the kernel has killed in the group since it was made.
struct GroupKills {
  std::uint64_t processes = 0;
  std::uint64_t at_limit =
      0;  // how often its own limit was why; v1 tells only whether: all or none
};
GroupKills read_group_kills(const LimitGroup& group, std::uint64_t hard_limit);

// The number after `key` and a space at the beginning of a line.
std::optional<std::uint64_t> find_count(std::string_view text, std::string_view key);

// Calls back when the group may have come to `threshold` bytes or has lost a process for want of
// memory. May call back too often. Silent once destroyed.
class MemoryWatch {
 public:
  virtual ~MemoryWatch() = default;
  // What has happened until now is known. To be called in each callback unless pause() is.
  virtual void rearm() = 0;
  // Silent until the next rearm().
  virtual void pause() = 0;
};
// v2 tells of memory.high and memory.max only, whatever `threshold` is. Null: the kernel does not
// tell here.
std::unique_ptr<MemoryWatch> watch_memory(io::Loop& loop, const LimitGroup& group,
                                          std::uint64_t threshold,
                                          std::function<void()> may_have_come);

}  // namespace mainstay::process
