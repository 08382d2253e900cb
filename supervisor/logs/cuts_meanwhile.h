// The cuts of logs that came while somebody read their past, for the follower that goes on after
// it. Each archive stays open until then: it may be compressed or deleted.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>

#include "logs/directory.h"
#include "logs/follower.h"
#include "logs/log_reading.h"
#include "logs/rotation.h"

namespace mainstay::logs {

class CutsMeanwhile {
 public:
  // Of a log that will be followed. Of more than Follower::kMostOpenParts archives the newest stay
  // open; who follows is told what it missed of the others.
  void add(const Directory& directory, const Rotated& rotated);
  // Tells `follower` of those that are not in the past, which has ended; none is left after that.
  void tell(Follower& follower, const LogReading& past);
  void clear() { cuts_.clear(); }

 private:
  struct Cut {
    Rotated rotated;
    std::optional<OpenedFile> archive;
  };
  std::deque<Cut> cuts_;
};

}  // namespace mainstay::logs
