// The verbs, one file each; verbs.cc lists them.
#pragma once

#include <optional>

#include "ctl/context.h"
#include "ctl/verb.h"

namespace mainstay::ctl {

extern const Verb kUp, kDown, kStatus, kShow, kWhy, kStart, kStop, kRestart, kEnable, kDisable,
    kSignal, kReset, kScale, kLogs, kEvents, kHistory, kAvailability, kMonitors, kCheck, kUpgrade,
    kPing, kVersionVerb, kHelp;

// `logs rotate`, `logs flush` and `logs usage`; nothing when it is none of them: `logs` is to show
// lines.
std::optional<CtlExit> run_logs_keeping(Context& context);

}  // namespace mainstay::ctl
