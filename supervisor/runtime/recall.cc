// A new supervisor remembers what people wished under an earlier one.
#include <algorithm>

#include "runtime/supervision.h"

namespace mainstay::runtime {

using policy::Goal;

void Supervision::recall(std::span<const std::pair<std::uint32_t, std::string>> raw,
                         const Now& now) {
  now_ = now;
  for (const auto& [slot, bytes] : raw) {
    if (slot == kControllerSlot) {
      if (const auto own = decode_controller(bytes)) {
        own_.next_run_id = std::max(own_.next_run_id, own->next_run_id);
        events_.continue_at(own->next_event_id);
      }
    } else if (const auto record = decode_instance(bytes)) {
      recall(*record);
    }
  }
}

void Supervision::recall(const InstanceRecord& record) {
  const auto place = table_.place_of(record.canonical_name);
  if (!place) return;
  const Service& service = table_.services()[place->service];
  if (place->index >= service.instances.size()) return;
  Instance& instance = table_.at(service.instances[place->index]);
  instance.enabled = record.enabled;
  instance.held_down = record.held_down;
  if (record.held_down) {
    instance.actor = record.actor;
    set_machine(instance, {Goal::Down, policy::Stopped{policy::StoppedWhy::Requested}, {}});
  }
  touch(instance);
}

}  // namespace mainstay::runtime
