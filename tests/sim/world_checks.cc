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
    Look look{request.start.run, watch, i, interval, {}, {}};
    if (const auto* frozen = std::get_if<model::FrozenProbe>(&checks[i].probe))
      look.frozen_after = frozen->for_time;
    const std::string known = i < request.memories.size() ? request.memories[i] : "";
    if (!known.empty()) look.still = std::chrono::seconds{std::stoi(known)};
    look_at_health(look);
  }
}

void World::look_at_health(const Look& look) {
  at(look.interval, [this, look = look]() mutable {
    const auto process = processes_.find(look.run);
    const auto watch = watches_.find(look.run);
    if (process == processes_.end() || watch == watches_.end() || watch->second != look.watch)
      return;
    const auto& sick_after = process->second.life.sick_after;
    const bool sick = sick_after && now_.mono >= process->second.started + *sick_after;
    const bool frozen = look.frozen_after && is_frozen(look, process->second);
    post(result(look.run, look.check, !sick && !frozen, now_.mono));
    look_at_health(look);
  });
}

bool World::is_frozen(Look& look, const Process& process) {
  const auto& still_after = process.life.still_after;
  const bool still = still_after && now_.mono > process.started + *still_after;
  look.still = still ? look.still + look.interval : Duration{0};
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(look.still).count();
  post(runtime::ProbeMemory{look.run, look.check, std::to_string(seconds)});
  return look.still >= *look.frozen_after;
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
