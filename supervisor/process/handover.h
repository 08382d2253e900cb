// What a controller leaves to the next supervisor when its keeper has died and it becomes a keeper
// itself: descriptors that are on their way through a socket, so that one descriptor holds them all
// over execve(2) and nothing that services print meanwhile is lost.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "process/keeper_messages.h"

namespace mainstay::process {

struct HandedRun {
  KeeperRun run;
  std::optional<KeeperExit> exit;
};

struct Handover {
  std::vector<std::pair<std::string, UniqueFd>> descriptors;  // as in KeeperClient::store()
  // With their pidfds and pipes. Of a run that has ended there is its exit instead of a pidfd.
  std::vector<HandedRun> runs;
  std::string note;  // why: what supervisor.info shows of an upgrade
};

// The reading end of a socket that holds everything, close-on-exec; the writing end is closed. What
// does not fit (thousands of runs as a plain user) is left out, as `left_out` says: those are found
// without it.
Result<UniqueFd> pack(const Handover& handover, std::size_t& left_out);
// What pack() has put into it.
Result<Handover> unpack(int fd);

}  // namespace mainstay::process
