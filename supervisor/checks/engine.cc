#include "checks/engine.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

namespace mainstay::checks {

namespace {

std::string name_of(const std::string& instance, std::span<const model::CheckSpec> health,
                    std::size_t number) {
  const auto kind = policy::kind_of(health[number].probe);
  const auto before = std::ranges::count_if(health.first(number), [&](const auto& other) {
    return policy::kind_of(other.probe) == kind;
  });
  const std::string name = instance + "/" + std::string{kind};
  return before == 0 ? name : name + "-" + std::to_string(before + 1);
}

}  // namespace

Engine::Engine(Means means, std::function<void(runtime::RunnerEvent)> post)
    : means_(std::move(means)), post_(std::move(post)), shared_(means_) {}

Engine::~Engine() = default;

std::unique_ptr<Repeated> Engine::begin(const runtime::WatchRequest& request,
                                        const model::Probe& probe, std::uint32_t number, Plan plan,
                                        Repeated::Report report) {
  Memory memory = memory_of(request, number);
  plan.goes_on = !memory.known.empty();
  auto prober =
      make_prober(probe, {request.start, request.started, std::move(memory)}, means_, shared_);
  return std::make_unique<Repeated>(means_.loop, means_.clock, std::move(prober), plan,
                                    std::move(report));
}

Repeated::Report Engine::report_of(RunId run, std::uint32_t number, std::string check) {
  return [this, run, number, check = std::move(check)](policy::CheckResult result) {
    if (on_look_ && !check.empty()) on_look_(check, result);
    post_(runtime::ProbeResult{run, number, std::move(result)});
  };
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
  const RunId run = request.start.run;
  unwatch(run);
  const auto& ready = request.start.spec->ready;
  if (!ready) return;
  runs_[run].push_back(begin(request, ready->probe, runtime::kReadyProbe, plan_of(*ready),
                             report_of(run, runtime::kReadyProbe, {})));
}

void Engine::watch_health(const runtime::WatchRequest& request, bool eager) {
  const auto early = early_.extract(request.start.run);
  unwatch(request.start.run);
  const auto& health = request.start.spec->health;
  if (health.empty()) return;
  Watched& checks = runs_[request.start.run];
  for (std::uint32_t number = 0; number < health.size(); ++number) {
    const Plan plan = plan_of(health[number], request.start.canonical_name, number, eager);
    checks.push_back(begin(request, health[number].probe, number, plan,
                           report_of(request.start.run, number,
                                     name_of(request.start.canonical_name, health, number))));
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
