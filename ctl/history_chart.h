// Values over time as a line in characters: Braille dots, or asterisks where there is no UTF-8.
#pragma once

#include <string>

#include "base/time.h"
#include "ctl/history_view.h"
#include "ctl/terminal.h"

namespace mainstay::ctl {

struct ChartFrame {
  WallTime from;
  WallTime to;  // later than `from`
};

// How many points a line on this terminal can show.
std::size_t chart_points(const Terminal& terminal);

// The line, with its values at the left and times below; maxima stand above the means they are of.
// No line is wider than the terminal. `view` has points.
std::string chart_text(const HistoryView& view, const ChartFrame& frame, const Terminal& terminal);

}  // namespace mainstay::ctl
