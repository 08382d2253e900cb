#include "checks/engine.h"

#include <utility>

namespace mainstay::checks {

Engine::Engine(Means means, std::function<void(runtime::RunnerEvent)> post)
    : means_(std::move(means)), post_(std::move(post)), shared_(means_) {}

Engine::~Engine() = default;

std::unique_ptr<Repeated> Engine::begin(const runtime::WatchRequest& request,
                                        const model::Probe& probe, std::uint32_t number,
                                        Plan plan) {
  Memory memory = memory_of(request, number);
  plan.goes_on = !memory.known.empty();
  auto prober =
      make_prober(probe, {request.start, request.started, std::move(memory)}, means_, shared_);
  const auto report = [this, run = request.start.run, number](policy::CheckResult result) {
    post_(runtime::ProbeResult{run, number, std::move(result)});
  };
  return std::make_unique<Repeated>(means_.loop, means_.clock, std::move(prober), plan, report);
}

// `ready` has none: it is over when it has passed once.
Memory Engine::memory_of(const runtime::WatchRequest& request, std::uint32_t number) {
  if (number >= request.start.spec->health.size()) return {};
  Memory memory;
  if (number < request.memories.size()) memory.known = request.memories[number];
  memory.keep = [this, run = request.start.run, number](std::string bytes) {
    post_(runtime::ProbeMemory{run, number, std::move(bytes)});
  };
  return memory;
}

void Engine::await_ready(const runtime::WatchRequest& request) {
  unwatch(request.start.run);
  const auto& ready = request.start.spec->ready;
  if (!ready) return;
  runs_[request.start.run].push_back(
      begin(request, ready->probe, runtime::kReadyProbe, plan_of(*ready)));
}

void Engine::watch_health(const runtime::WatchRequest& request, bool eager) {
  const auto early = early_.extract(request.start.run);
  unwatch(request.start.run);
  const auto& health = request.start.spec->health;
  if (health.empty()) return;
  Watched& checks = runs_[request.start.run];
  for (std::uint32_t number = 0; number < health.size(); ++number) {
    const Plan plan = plan_of(health[number], request.start.canonical_name, number, eager);
    checks.push_back(begin(request, health[number].probe, number, plan));
  }
  if (!early) return;
  for (const Said& said : early.mapped())
    heard(request.start.run, said);
}

void Engine::unwatch(RunId run) {
  runs_.erase(run);
  early_.erase(run);
}

void Engine::heard(RunId run, const Said& said) {
  const auto found = runs_.find(run);
  if (found == runs_.end()) return;
  for (const auto& check : found->second)
    check->prober().hear(said);
  keep(run, said);
}

// A first heartbeat may come with the message that the service is ready, when nobody waits for one.
void Engine::keep(RunId run, const Said& said) {
  if (said.what == Said::What::Ready) return;
  std::vector<Said>& kept = early_[run];
  std::erase_if(kept, [&](const Said& other) { return other.what == said.what; });
  kept.push_back(said);
}

}  // namespace mainstay::checks
