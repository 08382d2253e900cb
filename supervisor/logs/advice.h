// What to do about what was found. Pure.
#pragma once

#include <vector>

#include "logs/verdict.h"

namespace mainstay::logs {

// At most kMostAdvice, the most urgent first.
std::vector<Advice> advise(const Findings& findings, const Vitals& vitals, const Verdict& verdict);

inline constexpr std::size_t kMostAdvice = 6;

}  // namespace mainstay::logs
