// The keeper has died and the controller has not: it becomes the next keeper.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "process/handover.h"
#include "process/keeper_messages.h"

namespace mainstay {

// Runs `program` with `words` in the place of this process, which keeps its pid; the controller
// that it starts gets what is handed over. `welcome` is what the dead keeper had told. Returns only
// when that is impossible, and says why.
Error become_keeper(const std::filesystem::path& program, const std::vector<std::string>& words,
                    const process::Handover& handover, const process::KeeperWelcome& welcome);

}  // namespace mainstay
