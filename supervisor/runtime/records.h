// The records in the StateStore: all that a new controller needs to go on exactly where this one
// ended. Binary, versioned, at most StateStore::kMaxRecord bytes, texts cut to fit.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "policy/instance_machine.h"
#include "policy/roll.h"
#include "policy/run_end.h"

namespace mainstay::runtime {

// Where the controller's own record is; instances have the slots below.
inline constexpr std::uint32_t kControllerSlot = 65535;

struct InstanceRecord {
  std::string canonical_name;
  std::uint32_t instances = 1;  // how many its service has been scaled to; that of index 0 counts
  bool removing = false;
  bool signal_owed = false;
  policy::InstanceMachine machine;
  std::optional<policy::LastExit> last_exit;
  std::string actor;
  RunId last_run;
  std::uint64_t ticket = 0;  // its place in the brake's queue among the others; 0: none
  std::optional<bool> enabled;
  bool held_down = false;
  policy::RollTurn roll{};
};

// As it is found in the store, and where.
struct StoredRecord {
  InstanceId slot;
  InstanceRecord record;
};
using StoredRecords = std::map<std::string, StoredRecord, std::less<>>;  // by canonical name

struct ControllerRecord {
  std::uint64_t next_event_id = 1;
  std::uint64_t next_run_id = 1;
  bool shutting_down = false;
  bool asked_to_stop = false;  // by a person, not by a failed essential service
  bool hurry = false;
  int exit_code = 0;
  std::string why;
  bool operator==(const ControllerRecord&) const = default;
};

std::string encode(const InstanceRecord& record);
std::string encode(const ControllerRecord& record);
// Errors for a version that is neither ours nor the one before, bytes that do not add up and states
// that cannot be.
Result<InstanceRecord> decode_instance(std::string_view bytes);
Result<ControllerRecord> decode_controller(std::string_view bytes);

}  // namespace mainstay::runtime
