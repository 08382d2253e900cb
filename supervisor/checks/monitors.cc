#include "checks/monitors.h"

#include <algorithm>

#include "base/text.h"

namespace mainstay::checks {

namespace {

// A few monitors are looked at soon after the start, many are spread over their interval.
constexpr Duration kSoon = std::chrono::seconds{1};
constexpr Duration kEach = std::chrono::milliseconds{50};

// The surroundings of one: the supervisor's own user in the folder of the file that declares it.
model::ServiceSpec surroundings_of(const model::MonitorSpec& monitor) {
  model::ServiceSpec spec;
  spec.name = monitor.name;
  spec.cwd = model::literal_template(monitor.folder.string());
  spec.command.argv = {{"monitor"}};
  return spec;
}

std::string milliseconds(Duration time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
}

}  // namespace

struct Monitors::Monitor {
  model::MonitorSpec spec;
  std::uint32_t slot = 0;
  MonitorRecord record;
  MonoTime begun;
  std::deque<PastLook> history;
  std::unique_ptr<Repeated> looks;
};

Monitors::Monitors(Engine& engine, std::span<const model::MonitorSpec> specs,
                   runtime::StateStore& store, Note note)
    : engine_(engine), store_(store), note_(std::move(note)) {
  for (const model::MonitorSpec& spec : specs) {
    auto monitor = std::make_unique<Monitor>();
    monitor->spec = spec;
    monitor->slot = kFirstSlot + static_cast<std::uint32_t>(monitors_.size());
    monitor->record.name = spec.name;
    monitors_.push_back(std::move(monitor));
  }
}

Monitors::~Monitors() = default;

void Monitors::restore(std::span<const std::pair<std::uint32_t, std::string>> records) {
  for (const auto& [slot, bytes] : records) {
    if (slot < kFirstSlot) continue;
    outdated_.push_back(slot);
    auto record = decode_monitor(bytes);
    if (!record) continue;
    const auto found = std::find_if(monitors_.begin(), monitors_.end(), [&](const auto& monitor) {
      return monitor->spec.name == record->name;
    });
    if (found != monitors_.end()) (*found)->record = std::move(*record);
  }
}

void Monitors::begin() {
  // In drain mode nobody begins, and the next controller finds what the last one left.
  for (const std::uint32_t slot : std::exchange(outdated_, {}))
    store_.erase(slot);
  for (std::size_t number = 0; number < monitors_.size(); ++number)
    begin(*monitors_[number], number);
}

void Monitors::end() {
  for (const auto& monitor : monitors_)
    monitor->looks.reset();
}

void Monitors::begin(Monitor& monitor, std::size_t number) {
  const Means& means = engine_.means();
  const model::ServiceSpec spec = surroundings_of(monitor.spec);
  const runtime::StartRequest start{RunId{}, InstanceId{}, spec.name + ":0", monitor.spec.name,
                                    0,       &spec};
  monitor.begun = means.clock().mono;
  Plan plan = plan_of(monitor.spec.check, monitor.spec.name, number, false);
  const Duration spread = kSoon + kEach * monitors_.size();
  plan.first = phase_of(monitor.spec.name, number, std::min(plan.interval, spread));
  save(monitor);
  monitor.looks = std::make_unique<Repeated>(
      means.loop, means.clock,
      make_prober(monitor.spec.check.probe, {start, monitor.begun}, means, engine_.shared()), plan,
      [this, &monitor](const policy::CheckResult& result) { on_result(monitor, result); });
}

void Monitors::on_result(Monitor& monitor, const policy::CheckResult& result) {
  const Now now = engine_.means().clock();
  if (on_look_) on_look_(monitor.spec.name, result);
  policy::CheckState& state = monitor.record.state;
  policy::take(state, monitor.spec.check, result, monitor.begun);
  monitor.history.push_back({now.wall_of(result.at), result.verdict, result.latency});
  if (monitor.history.size() > kKeptLooks) monitor.history.pop_front();
  const bool down = state.health == Health::Unhealthy;
  const bool known = down || state.health == Health::Healthy;
  if (known && (down != monitor.record.down || !monitor.record.since)) {
    const bool news = down != monitor.record.down;
    monitor.record.down = down;
    monitor.record.since = now.wall;
    if (news) announce(monitor, down, result);
  }
  save(monitor);
}

void Monitors::announce(Monitor& monitor, bool down, const policy::CheckResult& result) {
  std::map<std::string, std::string> data{
      {"monitor", monitor.spec.name},
      {"check", std::string{policy::kind_of(monitor.spec.check.probe)}},
      {"target", policy::target_of(monitor.spec.check.probe, {})},
      {"latency_ms", milliseconds(result.latency)}};
  if (down) {
    data["failures"] = std::to_string(monitor.record.state.failures);
    data["error"] = result.message;
  }
  note_(down ? EventKind::MonitorDown : EventKind::MonitorUp, std::move(data));
}

void Monitors::save(const Monitor& monitor) {
  store_.put(monitor.slot, encode(monitor.record));
}

std::vector<MonitorStatus> Monitors::list(const Now& now) const {
  const auto wall = [&now](const std::optional<MonoTime>& at) {
    return at ? std::optional{now.wall_of(*at)} : std::nullopt;
  };
  std::vector<MonitorStatus> out;
  for (const auto& monitor : monitors_) {
    const model::CheckSpec& check = monitor->spec.check;
    const policy::CheckState& state = monitor->record.state;
    out.push_back({monitor->spec.name, std::string{policy::kind_of(check.probe)},
                   policy::target_of(check.probe, {}), check.failures, check.successes,
                   check.interval, check.timeout, state, monitor->record.down,
                   monitor->record.since, wall(state.last_at), wall(state.last_good),
                   &monitor->history});
  }
  return out;
}

}  // namespace mainstay::checks
