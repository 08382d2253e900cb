// What `ctl history` prints.
#pragma once

#include <span>
#include <string>

#include "ctl/history_chart.h"
#include "ctl/history_view.h"
#include "ctl/terminal.h"

namespace mainstay::ctl {

// A row for each point, oldest first.
std::string history_table(std::span<const HistoryView> series, const Terminal& terminal);
// A line for each series, and its least, mean and greatest value.
std::string history_charts(std::span<const HistoryView> series, const ChartFrame& frame,
                           const Terminal& terminal);
// The metrics that there are, with their latest values.
std::string metrics_text(std::span<const SeriesView> series, WallTime now,
                         const Terminal& terminal);

}  // namespace mainstay::ctl
