// The answer to analysis.get.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "control/analysis_run.h"

namespace mainstay::control {

// docs/control-socket.md has the object. The worst services come first; beyond kAnalysisBytes they
// come without examples, signatures and endpoints, and "cut":true says so.
std::string analysis_text(std::vector<AnalysisRun::Subject> subjects, logs::Span span,
                          std::uint64_t bytes);

inline constexpr std::size_t kAnalysisBytes = 512UL * 1024;

}  // namespace mainstay::control
