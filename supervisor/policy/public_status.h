// What people are told of an instance: the fine state as one of eight words and one sentence. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"
#include "mainstay/states.h"
#include "model/service_spec.h"
#include "policy/check_state.h"
#include "policy/instance_machine.h"
#include "policy/run_end.h"

namespace mainstay::policy {

// All that a sentence about an instance may draw on. References and views live as long as the call.
struct Situation {
  const model::ServiceSpec& spec;
  const InstanceMachine& machine;
  Now now;
  std::string_view name;                 // as shown
  const LastExit* last_exit = nullptr;   // nothing: no run has ended yet
  std::string_view waits_for;            // "database, which has failed"
  std::string_view actor;                // who asked for it last; may be empty
  std::optional<bool> enabled;           // by a person
  std::size_t ahead = 0;                 // in the brake's queue
  double starts_per_second = 0;          // of the brake
  std::span<const CheckState> checks{};  // of spec.health; empty: nothing is known of them
  std::string_view not_ready_because{};  // the last look at `ready`
  std::string_view said{};               // by the service itself, of itself
};

PublicState public_state(const InstanceMachine& machine);

// One of its checks and how it stands: "tcp 8000: 3 of 3 failed: connection refused on …".
std::string spell_check(const Situation& situation, std::size_t at);

// "start in 4.2 s: its last run ended with code 1 after 200 ms". No full stop.
std::string reason_for(const Situation& situation);

// When a start is planned; nothing when none is or when it depends on something else than time.
std::optional<MonoTime> next_start(const InstanceMachine& machine);

// While the stop ladder waits: when KILL follows.
std::optional<MonoTime> kill_at(const InstanceMachine& machine);

// Nothing of the instance lives and nothing will start by itself, but for retry_after.
bool is_at_rest(const InstanceMachine& machine);

// KILL did not end its tree within kKillGrace.
bool is_unkillable(const InstanceMachine& machine);

// Neither up nor on its way there within a moment: nobody should be kept waiting for it.
bool is_stuck(const InstanceMachine& machine);

// It has failed for good: what ends the supervisor when the service is essential.
bool has_failed_for_good(const InstanceMachine& machine);

}  // namespace mainstay::policy
