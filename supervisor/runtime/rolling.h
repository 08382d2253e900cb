// A reload that is being carried out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "policy/roll.h"
#include "runtime/controller.h"

namespace mainstay::runtime {

struct Rolling {
  RequestId request;  // whoever asked may have forgotten it: the roll goes on
  std::string who;
  std::vector<InstanceId> targets;
  policy::Roll roll;
  std::optional<InstanceId> at{};  // where it ended before its time
  std::string trouble{};  // "web:1: its last run ended with code 1 …"; empty: none so far
};

}  // namespace mainstay::runtime
