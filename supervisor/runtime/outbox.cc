// Records first, then deeds: what is not written down must not happen.
#include <functional>
#include <utility>

#include "runtime/supervision.h"

namespace mainstay::runtime {

using policy::Action;

void Supervision::flush() {
  if (!touched_.empty()) publish_touched();
  publish_own();
  if (!outbox_.empty()) {
    for (const auto& [id, action] : std::exchange(outbox_, {}))
      perform(id, action);
  }
  if (!to_watch_.empty()) watch_as_decided();
}

void Supervision::publish_touched() {
  for (const InstanceId id : std::exchange(touched_, {})) {
    Instance* instance = table_.find(id);
    if (instance == nullptr) continue;
    instance->touched = false;
    publish(*instance);
  }
}

void Supervision::publish(Instance& instance) {
  InstanceRecord record;
  record.canonical_name = table_.canonical_name(instance);
  record.instances = table_.service_of(instance).wanted;
  record.removing = instance.removing;
  record.signal_owed = instance.signal_owed;
  record.machine = instance.machine;
  record.last_exit = instance.last_exit;
  record.actor = instance.actor;
  record.last_run = instance.last_run;
  record.ticket = instance.ticket;
  record.enabled = instance.enabled;
  record.held_down = instance.held_down;
  record.roll = instance.roll;
  const std::string bytes = encode(record);
  const std::uint64_t checksum = std::hash<std::string>{}(bytes) | 1;
  if (checksum == instance.published) return;
  instance.published = checksum;
  store_.put(instance.id.value, bytes);
}

void Supervision::publish_own() {
  own_.next_event_id = events_.next_id();
  if (own_ == own_published_) return;
  store_.put(kControllerSlot, encode(own_));
  own_published_ = own_;
}

void Supervision::perform(InstanceId id, const Action& action) {
  Instance* instance = table_.find(id);
  switch (action.kind) {
    case Action::Kind::Start:
      if (instance != nullptr) runner_.start(start_request(*instance, action.run));
      return;
    case Action::Kind::SignalTree:
      runner_.signal_tree(action.run, action.number);
      break;
    case Action::Kind::RunStopCommand:
      if (instance != nullptr) runner_.run_stop_command(start_request(*instance, action.run));
      break;
    case Action::Kind::KillTree:
      runner_.kill_tree(action.run);
      return;
    case Action::Kind::AwaitTreeEmpty:
      runner_.await_tree_empty(action.run);
      return;
    case Action::Kind::Release:
      runner_.release(action.run);
      return;
    case Action::Kind::CheckDependencies:
    case Action::Kind::JoinBrake:
    case Action::Kind::AnnounceStarted:
    case Action::Kind::AnnounceExited:
    case Action::Kind::AnnounceBackoff:
    case Action::Kind::AnnounceFailed:
    case Action::Kind::AnnounceStopped:
    case Action::Kind::AnnounceReady:
      return;
  }
  // Written down too, so that a new controller does not send it a second time.
  if (instance == nullptr || !instance->signal_owed) return;
  instance->signal_owed = false;
  touch(*instance);
}

}  // namespace mainstay::runtime
