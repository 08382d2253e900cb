// The part of the world that looks at its services.
#include "sim/world.h"

namespace mainstay::sim {

using policy::CheckVerdict;

namespace {

runtime::ProbeResult result(RunId run, std::uint32_t probe, bool passed, MonoTime at) {
  return {run,
          probe,
          {.verdict = passed ? CheckVerdict::Passed : CheckVerdict::Failed,
           .at = at,
           .latency = 2ms,
           .message = passed ? "" : "connection refused on 127.0.0.1:8000"}};
}

}  // namespace

std::uint64_t World::begin_watch(const runtime::WatchRequest& request) {
  const auto process = processes_.find(request.start.run);
  if (process == processes_.end() || process->second.pid != request.pid) {
    violations.push_back("looks at a run that is not there: " + request.start.canonical_name);
  }
  return watches_[request.start.run] = next_watch_++;
}

void World::await_ready(const runtime::WatchRequest& request) {
  if (!has_effect()) return;
  look_whether_ready(request.start.run, begin_watch(request));
}

void World::look_whether_ready(RunId run, std::uint64_t watch) {
  at(100ms, [this, run, watch] {
    const auto process = processes_.find(run);
    if (process == processes_.end() || !watches_.contains(run) || watches_[run] != watch) return;
    const auto& ready_after = process->second.life.ready_after;
    const bool ready = ready_after && now_.mono >= process->second.started + *ready_after;
    post(result(run, runtime::kReadyProbe, ready, now_.mono));
    if (!ready) look_whether_ready(run, watch);
  });
}

void World::watch_health(const runtime::WatchRequest& request, bool eager) {
  if (!has_effect()) return;
  const std::uint64_t watch = begin_watch(request);
  const auto& checks = request.start.spec->health;
  for (std::uint32_t i = 0; i < checks.size(); ++i) {
    const Duration interval =
        eager ? std::min(checks[i].interval, Duration{1s}) : checks[i].interval;
    look_at_health(request.start.run, watch, i, interval);
  }
}

void World::look_at_health(RunId run, std::uint64_t watch, std::uint32_t check, Duration interval) {
  at(interval, [this, run, watch, check, interval] {
    const auto process = processes_.find(run);
    if (process == processes_.end() || !watches_.contains(run) || watches_[run] != watch) return;
    const auto& sick_after = process->second.life.sick_after;
    const bool sick = sick_after && now_.mono >= process->second.started + *sick_after;
    post(result(run, check, !sick, now_.mono));
    look_at_health(run, watch, check, interval);
  });
}

void World::unwatch(RunId run) {
  if (!has_effect()) return;
  if (watches_.erase(run) == 0) violations.push_back("nobody looked at what is not looked at now");
}

bool World::is_watched(const std::string& canonical_name) const {
  for (const auto& [run, watch] : watches_) {
    if (name_of(run) == canonical_name) return true;
  }
  return false;
}

void World::tell(const std::string& canonical_name,
                 const std::function<runtime::RunnerEvent(RunId run)>& event) {
  for (const auto& [run, process] : processes_) {
    if (process.name == canonical_name && process.main_alive) post(event(run));
  }
  settle();
}

}  // namespace mainstay::sim
