// Lines of `ctl why`: a label, and what there is to say.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ctl/terminal.h"

namespace mainstay::ctl {

// "  label    part · part": a part that does not fit begins a new line below the first. Without
// parts nothing.
std::string labelled(std::string_view label, const std::vector<std::string>& parts,
                     std::string_view between, const Terminal& terminal);
std::string labelled(std::string_view label, const std::string& text, const Terminal& terminal);

}  // namespace mainstay::ctl
