// Reloading, decided by value: who takes part, and in a rolling restart whose turn it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "policy/instance_machine.h"

namespace mainstay::policy {

// What the next controller has to know of a roll that ends with this one.
enum class RollTurn : std::uint8_t {
  None,
  Ahead,  // its turn is still to come
  Now,    // it is being restarted
};

// Why the instance has nothing to reload; empty: it has. By a restart whatever is meant to be up is
// reloaded, also what is in backoff or has failed; by a signal only what runs and is ready: to
// others the signal may be the end.
std::string reload_refusal(const InstanceMachine& machine, bool by_signal);

// One instance at a time, in order; the next when the one before is up again. Whoever drives it
// asks whose turn it is, restarts that instance, and says what became of it.
class Roll {
 public:
  explicit Roll(std::vector<InstanceId> instances) : instances_(std::move(instances)) {}

  // Whose turn it is; nothing: it is over.
  std::optional<InstanceId> turn() const;
  // Whether that instance is being restarted, and which run it had before.
  bool is_under_way() const { return before_.has_value(); }
  RunId run_before() const { return *before_; }

  void begin(RunId before) { before_ = before; }
  // It is up again: the next one's turn.
  void succeed();
  // It takes no part after all.
  void skip();
  // An instance is gone for good; whether its turn had not ended.
  bool forget(InstanceId instance);
  // Nobody else's turn comes; those whose turn it had not been.
  std::vector<InstanceId> end();

  // Restarted and up again when their turn ended.
  const std::vector<InstanceId>& succeeded() const { return succeeded_; }

 private:
  std::vector<InstanceId> instances_;
  std::size_t at_ = 0;
  std::optional<RunId> before_;
  std::vector<InstanceId> succeeded_;
};

}  // namespace mainstay::policy
