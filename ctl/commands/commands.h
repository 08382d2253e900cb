// The verbs, one file each; verbs.cc lists them.
#pragma once

#include <optional>

#include "ctl/context.h"
#include "ctl/monitor_text.h"
#include "ctl/verb.h"

namespace mainstay::ctl {

extern const Verb kUp, kDown, kStatus, kShow, kWhy, kStart, kStop, kRestart, kReload, kEnable,
    kDisable, kSignal, kReset, kScale, kLogs, kAnalyze, kEvents, kHistory, kAvailability, kAudit,
    kMonitors, kCheck, kPassword, kToken, kUpgrade, kBoot, kCompletion, kPing, kVersionVerb, kHelp;

// `logs rotate`, `logs flush` and `logs usage`; nothing when it is none of them: `logs` is to show
// lines.
std::optional<CtlExit> run_logs_keeping(Context& context);

// What people call by its name may be a monitor where a service was looked for: the answer about
// it, or the failure that there was.
Answer ask_for_monitor(Context& context, const std::string& name, const Answer& no_service);
// Shows such an answer with one of the texts of monitor_text.h.
using MonitorText = std::string (*)(const MonitorView&, WallTime now, const Terminal&);
CtlExit show_monitor(Context& context, const Answer& answer, MonitorText text);

}  // namespace mainstay::ctl
