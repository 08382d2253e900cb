// `ctl why`: which rule decided, what comes next and when, in words (LOOK "ctl why"). Pure.
#pragma once

#include <string>
#include <vector>

#include "policy/public_status.h"

namespace mainstay::policy {

struct Reasoning {
  std::string headline;  // a whole sentence: "worker is in backoff: …."
  std::string
      next;  // "start in 4.2 s, at 14:02:11 (500 ms × 2³ ± 10 %)"; empty: nothing is planned
  std::string
      gives_up;  // "after 13 more unstable runs (max_restarts 16), in about 9m at this pace"
  std::vector<std::string>
      rules;  // the settings that matter in this state: "restart.policy: always"
  std::vector<std::string> try_commands;  // "ctl logs worker -n 50"
};

Reasoning explain(const Situation& situation);

// Its parts that are lists.
std::vector<std::string> rules_for(const Situation& situation);
std::vector<std::string> commands_for(const Situation& situation);

}  // namespace mainstay::policy
