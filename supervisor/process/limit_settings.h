// What is written into the files of a control group to keep limits. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/service_spec.h"
#include "process/limit_places.h"

namespace mainstay::process {

struct ControlSetting {
  std::string file;
  std::string value;
  bool optional = false;  // not every kernel has it
};

// How much a tree may hold before we restart it, when the kernel kills at `hard`: a little less.
std::uint64_t soft_limit(std::uint64_t hard);

// The limit that the kernel enforces; none with memory_action: alert.
std::optional<std::uint64_t> hard_limit(const model::Limits& limits);

// In the order in which they are to be written, on a new group and on one with other settings. A
// limit that is not set is lifted.
std::vector<ControlSetting> memory_settings(GroupKind kind, const model::Limits& limits);
std::vector<ControlSetting> cpu_settings(GroupKind kind, const model::Limits& limits);
std::vector<ControlSetting> process_settings(GroupKind kind, const model::Limits& limits);

}  // namespace mainstay::process
