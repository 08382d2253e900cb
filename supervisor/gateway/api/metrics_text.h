// The metrics as Prometheus reads them: text format 0.0.4. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace mainstay::gateway {

inline constexpr std::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

// Of the answer of metrics.read. Families without samples are left out, and so is what no name of a
// metric or of a label may be.
Result<std::string> metrics_text(std::string_view json);

}  // namespace mainstay::gateway
