// Runs that are not our children: services that an earlier supervisor started and that outlived it.
// Their end is told by their pidfd, and how they ended by the kernel (pidfd_info, Linux 6.15),
// once whoever inherited them has reaped them; where it does not say, the status is unknown.
#pragma once

#include <cstdint>

#include "keeper/reaper.h"
#include "keeper/table.h"

namespace mainstay::keeper {

class ForeignRuns {
 public:
  ForeignRuns(Table& table, Reaper& reaper) : table_(table), reaper_(reaper) {}

  // Watches the run in the slot by `pidfd`, which is taken. False, with errno: it cannot be.
  bool watch(SlotId id, int pidfd);
  // Readable when collect() has something to do; -1 while there is nothing to watch.
  int fd() const { return epoll_; }
  // When collect() has to be called at the latest, as CLOCK_MONOTONIC in ns, or 0.
  std::int64_t deadline() const { return deadline_; }
  void collect(std::int64_t now);

 private:
  void look(SlotId id, std::int64_t now);
  void end(SlotId id, int status);

  Table& table_;
  Reaper& reaper_;
  int epoll_ = -1;
  std::int64_t deadline_ = 0;
};

}  // namespace mainstay::keeper
