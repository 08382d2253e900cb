#include "policy/roll.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "policy/public_status.h"

namespace mainstay::policy {

std::string reload_refusal(const InstanceMachine& machine, bool by_signal) {
  const bool done = machine.kind() == StateKind::Exited;
  const bool wanted = machine.goal() == Goal::Up && !done;
  if (wanted && (!by_signal || machine.kind() == StateKind::Running)) return {};
  const auto state = mainstay::to_string(public_state(machine));
  if (wanted) return fmt::format("it is {}, and is sent no signal before it is ready", state);
  return fmt::format("it is {}: there is nothing to reload", done ? "not running" : state);
}

std::optional<InstanceId> Roll::turn() const {
  if (at_ == instances_.size()) return std::nullopt;
  return instances_[at_];
}

void Roll::succeed() {
  succeeded_.push_back(instances_[at_]);
  skip();
}

void Roll::skip() {
  ++at_;
  before_.reset();
}

bool Roll::forget(InstanceId instance) {
  std::erase(succeeded_, instance);
  const auto found = std::ranges::find(instances_, instance);
  if (found == instances_.end()) return false;
  const auto position = static_cast<std::size_t>(std::distance(instances_.begin(), found));
  const bool had_its_turn = position < at_;
  if (position == at_) before_.reset();
  if (had_its_turn) --at_;
  instances_.erase(found);
  return !had_its_turn;
}

std::vector<InstanceId> Roll::end() {
  const std::size_t first = std::min(at_ + (before_ ? 1 : 0), instances_.size());
  std::vector<InstanceId> left(instances_.begin() + static_cast<std::ptrdiff_t>(first),
                               instances_.end());
  at_ = instances_.size();
  before_.reset();
  return left;
}

}  // namespace mainstay::policy
