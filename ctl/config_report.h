// What the check of an ecosystem file found, for people and as JSON.
#pragma once

#include <string>

#include "base/json.h"
#include "config/loader.h"
#include "ctl/context.h"

namespace mainstay::ctl {

// Prints the errors as a compiler does, on stderr, and with --json as a list on stdout. Exit
// code 2.
CtlExit report_errors(Context& context, const config::Loaded& loaded);

// {"file","services","jobs","errors","diagnostics":[{"severity","file","line","column","message"}]}
Json report_json(const std::string& file, const config::Loaded& loaded);

// "ecosystem.yaml: 4 services, 1 job: no errors"
std::string report_summary(const std::string& file, const model::Ecosystem& ecosystem);

}  // namespace mainstay::ctl
