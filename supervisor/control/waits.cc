#include "control/waits.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "control/service_object.h"

namespace mainstay::control {

namespace {

bool is_at_rest(const runtime::InstanceStatus& status, WaitGoal goal, RunId before) {
  switch (status.state) {
    case PublicState::Stopped:
    case PublicState::Exited:
    case PublicState::Failed:
      return true;
    case PublicState::Waiting:
    case PublicState::Starting:
    case PublicState::Stopping:
    case PublicState::Backoff:
      return false;
    case PublicState::Running:
      break;
  }
  switch (goal) {
    case WaitGoal::Up:
      return status.ready;
    case WaitGoal::Down:
      return false;
    case WaitGoal::NewRun:
      return status.ready && status.run != before;
  }
  return true;
}

}  // namespace

Waits::Waits(Parts& parts, Duration progress_every)
    : parts_(parts), progress_every_(progress_every), timer_(parts.loop, [this] { tick(); }) {}

void Waits::add(const Call& call, runtime::RequestId request, WaitGoal goal,
                std::vector<InstanceId> targets, bool progress) {
  Wait wait{call, request, goal, {}, {}, progress};
  const Now now = parts_.clock();
  for (const InstanceId id : targets) {
    wait.targets.push_back({id, progress ? parts_.controller.status(id, now).run : RunId{}});
  }
  waits_.push_back(std::move(wait));
  arm();
}

void Waits::add_scale(const Call& call, runtime::RequestId request, std::string service,
                      bool progress) {
  waits_.push_back({call, request, WaitGoal::Up, {}, std::move(service), progress});
  arm();
}

void Waits::add_shutdown(const Call& call, bool progress) {
  std::erase_if(shutdowns_, [](const Call& earlier) { return !earlier.duplicate_socket(); });
  shutdowns_.push_back(call);
  Wait wait{call, std::nullopt, WaitGoal::Down, {}, {}, progress};
  for (const InstanceId id : parts_.controller.instances())
    wait.targets.push_back({id, {}});
  waits_.push_back(std::move(wait));
  arm();
}

bool Waits::is_over(Wait& wait) {
  if (!wait.call.open()) {
    if (wait.request) parts_.controller.forget(*wait.request);
    return true;
  }
  if (!wait.request) {
    if (!parts_.controller.finished()) return false;
    wait.call.answer(R"({"stopped":true})");
    return true;
  }
  const auto outcomes = parts_.controller.take_finished(*wait.request);
  if (outcomes) wait.call.answer_outcomes(*outcomes);
  return outcomes.has_value();
}

void Waits::after_settle() {
  if (waits_.empty()) return;
  std::erase_if(waits_, [this](Wait& wait) { return is_over(wait); });
  arm();
}

void Waits::arm() {
  const bool wanted =
      std::any_of(waits_.begin(), waits_.end(), [](const Wait& wait) { return wait.progress; });
  if (wanted && !timer_runs_) timer_.start(progress_every_);
  if (!wanted && timer_runs_) timer_.cancel();
  timer_runs_ = wanted;
}

void Waits::tick() {
  timer_runs_ = false;
  const Now now = parts_.clock();
  for (const Wait& wait : waits_) {
    if (wait.progress && wait.call.keeps_up()) wait.call.item(waiting_text(wait, now));
  }
  arm();
}

// Without those that were scaled away meanwhile.
std::vector<Waits::Target> Waits::present_targets(const Wait& wait) const {
  std::vector<Target> targets = wait.targets;
  for (const auto& service : parts_.controller.services()) {
    if (wait.service.empty() || service.spec->name != wait.service) continue;
    for (const InstanceId id : service.instances)
      targets.push_back({id, {}});
  }
  const auto instances = parts_.controller.instances();
  const std::unordered_set<InstanceId> existing(instances.begin(), instances.end());
  std::erase_if(targets, [&](const Target& target) { return existing.count(target.id) == 0; });
  return targets;
}

std::string Waits::waiting_text(const Wait& wait, const Now& now) const {
  JsonWriter out;
  const LogConditions conditions{parts_};
  out.open_object().key("waiting").open_list();
  for (const Target& target : present_targets(wait)) {
    const auto status = parts_.controller.status(target.id, now);
    if (is_at_rest(status, wait.goal, target.run_before)) continue;
    write_service(out, status, parts_.usage.usage_of(target.id), conditions.of(status));
  }
  out.close_list().close_object();
  return out.take();
}

std::vector<UniqueFd> Waits::farewell_descriptors() const {
  std::vector<UniqueFd> descriptors;
  for (const Call& call : shutdowns_) {
    if (auto fd = call.duplicate_socket()) descriptors.push_back(std::move(fd));
  }
  return descriptors;
}

}  // namespace mainstay::control
