// The verbs, one file each; verbs.cc lists them.
#pragma once

#include "ctl/context.h"
#include "ctl/verb.h"

namespace mainstay::ctl {

extern const Verb kUp, kDown, kStatus, kShow, kWhy, kStart, kStop, kRestart, kEnable, kDisable,
    kSignal, kReset, kScale, kLogs, kEvents, kCheck, kUpgrade, kPing, kVersionVerb, kHelp;

}  // namespace mainstay::ctl
