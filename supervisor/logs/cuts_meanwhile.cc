#include "logs/cuts_meanwhile.h"

#include <utility>

namespace mainstay::logs {

void CutsMeanwhile::add(const Directory& directory, const Rotated& rotated) {
  cuts_.push_back({rotated, open_archive(directory, rotated)});
  if (cuts_.size() > Follower::kMostOpenParts)
    cuts_[cuts_.size() - Follower::kMostOpenParts - 1].archive.reset();
}

void CutsMeanwhile::tell(Follower& follower, const LogReading& past) {
  for (Cut& cut : std::exchange(cuts_, {})) {
    // What was an archive when the past was read has been read.
    if (!past.knows(cut.rotated.archive)) follower.rotated(cut.rotated, std::move(cut.archive));
  }
}

}  // namespace mainstay::logs
