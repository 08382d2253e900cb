#include "process/limits.h"

#include <utility>

#include "process/memory_guard.h"

namespace mainstay::process {

struct ResourceLimits::Kept {
  RunId run;
  model::Limits limits;
  InstanceLimits by;
  GroupKills killed_before;
  std::unique_ptr<MemoryGuard> guard;  // while the run lives
};

namespace {

bool has_any(const model::Limits& limits) {
  return limits.memory || limits.cpu_percent || limits.processes;
}

LimitsAtBirth at_birth(const InstanceLimits& limits) {
  LimitsAtBirth out;
  out.resources = limits.resources;
  for (const LimitGroup* group : {&limits.memory, &limits.cpu, &limits.processes}) {
    // A child is born in its v2 group already.
    if (group->kind == GroupKind::V1) out.enters.push_back(group->folder + "/cgroup.procs");
  }
  return out;
}

}  // namespace

ResourceLimits::ResourceLimits(io::Loop& loop, ProcessTrees& trees, LimitPlaces& places,
                               std::function<void(const std::string&)> notice)
    : loop_(loop), trees_(trees), groups_(trees, places, std::move(notice)) {}

ResourceLimits::~ResourceLimits() = default;

ResourceLimits::Kept* ResourceLimits::find(const std::string& instance, RunId run) {
  const auto found = kept_.find(instance);
  return found != kept_.end() && found->second->run == run ? found->second.get() : nullptr;
}

ResourceLimits::Kept* ResourceLimits::add(const runtime::StartRequest& start,
                                          InstanceLimits limits) {
  const bool has_group = limits.memory || limits.cpu || limits.processes;
  if (!has_any(start.spec->limits) && !has_group) {
    kept_.erase(start.canonical_name);
    return nullptr;
  }
  auto& kept = kept_[start.canonical_name];
  kept = std::make_unique<Kept>();
  kept->run = start.run;
  kept->limits = start.spec->limits;
  kept->by = std::move(limits);
  return kept.get();
}

LimitsAtBirth ResourceLimits::prepare(const runtime::StartRequest& start) {
  // A secret command before the run, or a stop command: it shares what the run has.
  if (const Kept* known = find(start.canonical_name, start.run)) return at_birth(known->by);
  Kept* kept = add(start, groups_.make(start));
  if (kept == nullptr) return {};
  if (kept->by.memory && kept->limits.memory)
    kept->killed_before = read_group_kills(kept->by.memory, kept->limits.memory->count);
  return at_birth(kept->by);
}

void ResourceLimits::adopt(const runtime::StartRequest& start, int main_pid) {
  add(start, groups_.take_over(start, main_pid));
}

void ResourceLimits::started(const std::string& instance, RunId run) {
  Kept* kept = find(instance, run);
  if (kept == nullptr || !kept->limits.memory) return;
  const auto tell = [this, run, limit = kept->limits.memory->count](std::uint64_t used,
                                                                    bool killed_by_kernel) {
    if (on_exceeded_) on_exceeded_({run, used, limit, killed_by_kernel});
  };
  kept->guard = std::make_unique<MemoryGuard>(loop_, kept->by.memory, kept->limits,
                                              kept->killed_before, tell);
  if (!kept->guard->is_fed_by_events() && on_polled_) on_polled_();
}

void ResourceLimits::ended(const std::string& instance, RunId run) {
  Kept* kept = find(instance, run);
  if (kept == nullptr || !kept->guard) return;
  kept->guard->ended();
  kept->guard.reset();
}

void ResourceLimits::released(const std::string& instance, RunId run) {
  Kept* kept = find(instance, run);
  if (kept == nullptr) return;
  kept->guard.reset();
  groups_.remove(kept->by);
}

void ResourceLimits::remove_when_empty(const std::string& instance, int main_pid) {
  const InstanceLimits left = groups_.find(instance, main_pid);
  trees_.await_empty(instance, [this, instance, left] {
    if (!kept_.contains(instance)) groups_.remove(left);
  });
}

std::vector<PolledMemory> ResourceLimits::polled() const {
  std::vector<PolledMemory> out;
  for (const auto& [instance, kept] : kept_) {
    if (kept->guard && !kept->guard->is_fed_by_events())
      out.push_back({instance, kept->limits.memory->count});
  }
  return out;
}

void ResourceLimits::measured(const std::string& instance, std::uint64_t used) {
  const auto found = kept_.find(instance);
  if (found != kept_.end() && found->second->guard) found->second->guard->measured(used);
}

std::vector<std::string> ResourceLimits::describe(const std::string& instance) const {
  const auto found = kept_.find(instance);
  return found == kept_.end() ? std::vector<std::string>{} : found->second->by.described;
}

}  // namespace mainstay::process
