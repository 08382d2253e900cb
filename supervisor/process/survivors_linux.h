// Services that outlived a supervisor which died together with its keeper. They are found by what
// that one saved, and by the cookie in the environment of those that it had no time to save.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "process/keeper_messages.h"
#include "process/proc_linux.h"
#include "process/state_file.h"

namespace mainstay::process {

struct Survivors {
  // Each with its pidfd, and the read ends of its output pipes as far as it still has them.
  std::vector<KeeperRun> runs;
  // pidfds of what is left of runs whose main process is gone.
  std::vector<UniqueFd> strays;
};

// Reads every process of the machine once. `saved` are runs of this boot; `cookie_root` is
// what every cookie of this supervisor begins with. Anybody can put a cookie into an environment,
// so without being saved only processes of our own user are believed.
// Runs that are `known` already, and what belongs to them, are left out.
Survivors find_survivors(const Proc& proc, std::string_view cookie_root,
                         std::span<const SavedRun> saved, const std::set<RunId>& known = {});

}  // namespace mainstay::process
