// What checks, limits and the service itself have told of an instance's present run. Only services
// with `ready`, `health` or `limits.memory` have it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "policy/check_state.h"

namespace mainstay::runtime {

// What has to be looked at.
enum class Watch : std::uint8_t { Nothing, Ready, HealthUntilReady, Health };

struct Looks {
  RunId run;
  Watch wanted = Watch::Nothing;
  Watch watched = Watch::Nothing;  // what Checks was asked for
  RunId watched_run;
  std::vector<policy::CheckState> checks;  // parallel to ServiceSpec::health
  std::vector<std::string> memories;       // parallel to checks: what each wants to know again
  std::string not_ready_because;           // the last look at `ready`
  std::string said;                        // by the service, of itself
  std::string end_note;                    // why it is being ended, for its LastExit
  bool killed_at_memory_limit = false;
  bool queued = false;  // for watched to become what is wanted
};

// What a former controller left, until its runs are known again. Its slots may belong to other
// instances now.
struct FormerLooks {
  std::unordered_map<RunId, Looks> by_run;
  std::vector<std::uint32_t> slots;
};

// Its record in the store of checks: what a new controller has to know of the same run. Texts
// are cut so that it fits; memories come before them, those of the first checks first.
std::string encode(const Looks& looks);
Result<Looks> decode_looks(std::string_view bytes);

}  // namespace mainstay::runtime
