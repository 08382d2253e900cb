// The keeper has died and the controller has not: it becomes the next keeper.
#pragma once

#include "base/result.h"
#include "controller_options.h"
#include "process/handover.h"
#include "process/keeper_messages.h"

namespace mainstay {

// Runs the keeper's program, with the words and variables in `own`, in the place of this process,
// which keeps its pid; the controller that it starts gets what is handed over. `welcome` is what
// the dead keeper had told. Returns only when that is impossible, and says why.
Error become_keeper(const ControllerArguments& own, const process::Handover& handover,
                    const process::KeeperWelcome& welcome);

}  // namespace mainstay
