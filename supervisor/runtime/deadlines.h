// The one deadline of every instance, soonest first: a binary heap that knows where each one is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace mainstay::runtime {

class Deadlines {
 public:
  // Replaces the deadline of `id`; nothing takes it out. O(log n).
  void set(InstanceId id, std::optional<MonoTime> at);
  std::optional<MonoTime> soonest() const;
  // Whose deadline is at or before `now`; it stays until it is set anew.
  std::optional<InstanceId> due(MonoTime now) const;

 private:
  struct Entry {
    MonoTime at;
    InstanceId id;
  };
  static constexpr std::uint32_t kAbsent = UINT32_MAX;

  void place(std::size_t position, Entry entry);
  void sift_up(std::size_t position);
  void sift_down(std::size_t position);
  void remove(std::size_t position);

  std::vector<Entry> heap_;
  std::vector<std::uint32_t> positions_;  // by InstanceId
};

}  // namespace mainstay::runtime
