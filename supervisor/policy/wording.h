// Numbers as people read them (LOOK), for reasons and explanations.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"
#include "model/service_spec.h"
#include "policy/run_end.h"

namespace mainstay::policy {

// format_duration without a fraction that says nothing: "10 s", "4.2 s", "350 ms".
std::string spell(Duration d);

// "1st", "2nd", "3rd", "11th".
std::string ordinal(std::uint32_t n);

// "500 ms × 2³ ± 10 %"; "at most 1m 00s" instead of the product where the cap decided.
std::string backoff_formula(const model::Backoff& backoff, std::uint32_t count);

// "ended with signal 11 (SEGV) after 200 ms", "could not start: cannot run …".
std::string spell_last_run(const LastExit& last);

// The same in a few words: "code 2", "start failed".
std::string spell_briefly(const LastExit& last);

}  // namespace mainstay::policy
