#include "control/service_streams.h"

#include <algorithm>
#include <utility>

#include "control/host_object.h"
#include "control/service_object.h"

namespace mainstay::control {

namespace {

constexpr Duration kAtMostEvery = std::chrono::milliseconds{100};

std::string service_text(const Parts& parts, const LogConditions& conditions, InstanceId id,
                         const runtime::InstanceStatus& status) {
  JsonWriter out;
  write_service(out, status, parts.usage.usage_of(id), conditions.of(status));
  return out.take();
}

}  // namespace

ServiceStreams::ServiceStreams(Parts& parts)
    : parts_(parts), timer_(parts.loop, [this] {
        planned_ = false;
        flush();
      }) {}

void ServiceStreams::add(const Call& call, std::vector<std::string> targets) {
  if (followers_.empty()) begin();
  const auto [added, fresh] =
      followers_.emplace(++last_number_, Follower{call, std::move(targets)});
  send_all(added->second, parts_.controller.instances());
}

// What changed before is in the first item.
void ServiceStreams::begin() {
  parts_.controller.take_changed();
  changed_.clear();
  sampled_ = false;
  const Now now = parts_.clock();
  const auto instances = parts_.controller.instances();
  for (const InstanceId id : instances)
    known_[id].name = parts_.controller.status(id, now).name;
  note_numbers(instances);
  changed_.clear();
}

bool ServiceStreams::any_left() {
  std::erase_if(followers_, [](const auto& entry) { return !entry.second.call.open(); });
  if (!followers_.empty()) return true;
  known_.clear();
  if (std::exchange(planned_, false)) timer_.cancel();
  return false;
}

void ServiceStreams::after_settle() {
  if (followers_.empty() || !any_left()) return;
  for (const InstanceId id : parts_.controller.take_changed())
    changed_.insert(id);
  if (!changed_.empty() || waits_for_everything()) plan();
}

bool ServiceStreams::waits_for_everything() const {
  return std::ranges::any_of(followers_, [](const auto& entry) {
    return entry.second.behind && entry.second.call.keeps_up();
  });
}

void ServiceStreams::sampled() {
  if (followers_.empty() || !any_left()) return;
  sampled_ = true;
  note_numbers(parts_.controller.instances());
  plan();
}

void ServiceStreams::plan() {
  if (planned_) return;
  const Duration since = sent_at_ ? parts_.clock().mono - *sent_at_ : kAtMostEvery;
  if (since >= kAtMostEvery) return flush();
  planned_ = true;
  timer_.start(kAtMostEvery - since);
}

void ServiceStreams::note_numbers(const std::vector<InstanceId>& instances) {
  const Now now = parts_.clock();
  const LogConditions conditions{parts_};
  for (const InstanceId id : instances) {
    const auto found = known_.find(id);
    if (found == known_.end()) continue;  // it is new, and so changed
    std::string numbers =
        numbers_text(parts_.usage.usage_of(id), conditions.of(parts_.controller.status(id, now)));
    if (numbers == found->second.numbers) continue;
    found->second.numbers = std::move(numbers);
    changed_.insert(id);
  }
}

void ServiceStreams::flush() {
  sent_at_ = parts_.clock().mono;
  const auto instances = parts_.controller.instances();
  const Batch batch = take_batch(instances);
  for (auto& [number, follower] : followers_) {
    if (!follower.call.keeps_up()) {
      follower.behind = true;
    } else if (follower.behind) {
      send_all(follower, instances);
    } else {
      send(follower, instances, batch);
    }
  }
}

ServiceStreams::Batch ServiceStreams::take_batch(const std::vector<InstanceId>& instances) {
  Batch batch;
  batch.host = std::exchange(sampled_, false);
  const Now now = parts_.clock();
  const LogConditions conditions{parts_};
  const std::set<InstanceId> changed = std::exchange(changed_, {});
  for (const InstanceId id : instances) {
    if (!changed.contains(id)) continue;
    const auto status = parts_.controller.status(id, now);
    batch.services.emplace(id, service_text(parts_, conditions, id, status));
    std::string& name = known_[id].name;
    if (!name.empty() && name != status.name) batch.removed.push_back(name);
    name = status.name;
  }
  forget_removed(instances, batch);
  return batch;
}

void ServiceStreams::forget_removed(const std::vector<InstanceId>& instances, Batch& batch) {
  if (known_.size() > instances.size()) {
    const std::set<InstanceId> left(instances.begin(), instances.end());
    std::erase_if(known_, [&](const auto& entry) {
      if (left.contains(entry.first)) return false;
      batch.removed.push_back(entry.second.name);
      return true;
    });
  }
  // A name that went from one instance to another is still there.
  if (batch.removed.empty()) return;
  std::set<std::string> names;
  for (const auto& [id, known] : known_)
    names.insert(known.name);
  std::erase_if(batch.removed, [&](const auto& name) { return names.contains(name); });
}

std::vector<InstanceId> ServiceStreams::wanted(const Follower& follower,
                                               const std::vector<InstanceId>& instances) const {
  if (follower.targets.empty()) return instances;
  auto found = parts_.controller.resolve(follower.targets);
  return found ? std::move(*found) : std::vector<InstanceId>{};
}

void ServiceStreams::send(const Follower& follower, const std::vector<InstanceId>& instances,
                          const Batch& batch) {
  JsonWriter out;
  bool any = batch.host || !batch.removed.empty();
  out.open_object().key("services").open_list();
  for (const InstanceId id : wanted(follower, instances)) {
    const auto found = batch.services.find(id);
    if (found == batch.services.end()) continue;
    out.raw(found->second);
    any = true;
  }
  out.close_list();
  write_texts(out, "removed", batch.removed);
  if (batch.host) write_host_in_brief(out.key("host"), parts_.usage.host());
  out.key("at").time(parts_.clock().wall).close_object();
  if (any) follower.call.item(out.take());
}

void ServiceStreams::send_all(Follower& follower, const std::vector<InstanceId>& instances) {
  follower.behind = false;
  const Now now = parts_.clock();
  const LogConditions conditions{parts_};
  JsonWriter out;
  out.open_object().key("snapshot").flag(true).key("services").open_list();
  for (const InstanceId id : wanted(follower, instances))
    out.raw(service_text(parts_, conditions, id, parts_.controller.status(id, now)));
  out.close_list();
  write_texts(out, "removed", {});
  write_host_in_brief(out.key("host"), parts_.usage.host());
  out.key("at").time(now.wall).close_object();
  follower.call.item(out.take());
}

}  // namespace mainstay::control
