// Everything down, dependants first.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "runtime/supervision.h"

namespace mainstay::runtime {

using policy::Context;
using policy::InstanceMachine;
using policy::StateKind;
using policy::StopCause;

void Supervision::shutdown(int exit_code, std::string why,
                           std::map<std::string, std::string> told) {
  if (watches_) return;
  if (own_.asked_to_stop) {
    own_.hurry = true;
    wishes_.push_back(ShutdownWish{true, false, std::move(told)});
    return;
  }
  own_.asked_to_stop = true;
  if (own_.shutting_down) return;  // an essential service has failed already: its code stands
  own_.shutting_down = true;
  own_.exit_code = exit_code;
  own_.why = std::move(why);
  wishes_.push_back(ShutdownWish{false, false, std::move(told)});
}

std::optional<int> Supervision::finished() const {
  const bool over =
      !watches_ && own_.shutting_down && live_ == 0 && wishes_.empty() && outbox_.empty();
  return over ? std::optional{own_.exit_code} : std::nullopt;
}

Duration Supervision::stop_budget() const {
  std::vector<bool> live;
  live.reserve(table_.services().size());
  for (const Service& service : table_.services())
    live.push_back(service.progress.live > 0);
  // Before begin() nothing lives yet, but all of it may.
  if (std::ranges::find(live, true) == live.end()) live.assign(live.size(), true);
  return policy::longest_stop(ecosystem_.services, table_.graph(), live);
}

// What does not run ends at once; what runs is told that it is next, and stopped in its turn.
void Supervision::apply(const ShutdownWish& wish) {
  if (!wish.resumed) {
    auto data = wish.told;
    data["verb"] = wish.hurry ? "shutdown at once" : "shutdown";
    data["why"] = own_.why;
    add_event(EventKind::Action, nullptr, std::move(data));
  }
  for (const InstanceId id : in_file_order()) {
    step(table_.at(id), [&](InstanceMachine& machine, const Context& context) {
      return wish.hurry ? machine.kill(context) : machine.doom(context, StopCause::Shutdown);
    });
  }
  for (std::uint32_t i = 0; i < table_.services().size(); ++i)
    to_stop_.push_back(i);
}

// Services are looked at again whenever the last one that needs them has ended.
void Supervision::stop_in_turn() {
  for (; !to_stop_.empty(); to_stop_.pop_front()) {
    const Service& service = table_.services()[to_stop_.front()];
    const bool needed = std::ranges::any_of(service.needed_by, [&](std::uint32_t user) {
      return table_.services()[user].progress.live > 0;
    });
    if (needed) continue;
    for (const InstanceId id : service.instances) {
      if (table_.at(id).machine.up() == nullptr) continue;
      step(table_.at(id), [](InstanceMachine& machine, const Context& context) {
        return machine.stop(context, StopCause::Shutdown);
      });
    }
  }
}

// An essential service that has failed for good takes everything down with it.
void Supervision::heed_essential(const Instance& instance) {
  const model::ServiceSpec& spec = *table_.service_of(instance).spec;
  if (!spec.essential || own_.shutting_down || !policy::has_failed_for_good(instance.machine))
    return;
  own_.shutting_down = true;
  own_.exit_code = instance.last_exit ? policy::failure_code(instance.last_exit->status) : 1;
  own_.why = fmt::format("essential service {} has failed for good", spec.name);
  wishes_.push_back(ShutdownWish{false, false, {}});
}

}  // namespace mainstay::runtime
