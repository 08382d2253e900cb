#include "policy/start_order.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "policy/public_status.h"

namespace mainstay::policy {

namespace {

void bump(std::uint32_t& counter, int sign) {
  counter = sign > 0 ? counter + 1 : counter - 1;
}

// The services as a graph whose needs are restart_with; nothing else of them matters here.
std::vector<model::ServiceSpec> follow_specs(const std::vector<model::ServiceSpec>& services) {
  std::vector<model::ServiceSpec> bare(services.size());
  for (std::size_t i = 0; i < services.size(); ++i) {
    bare[i].name = services[i].name;
    for (const std::string& name : services[i].restart_with) {
      if (name != services[i].name) bare[i].depends_on.push_back({name});
    }
  }
  return bare;
}

// Takes out one edge of the circle: that of the service of the file that comes last in it.
void open_circle(std::vector<model::ServiceSpec>& bare, const std::vector<std::string>& cycle) {
  for (std::size_t i = bare.size(); i-- > 0;) {
    const auto at = std::find(cycle.begin(), cycle.end() - 1, bare[i].name);
    if (at == cycle.end() - 1) continue;
    std::erase_if(bare[i].depends_on,
                  [&](const model::Dependency& edge) { return edge.service == *(at + 1); });
    return;
  }
}

}  // namespace

void count(Progress& progress, const InstanceMachine& machine, int sign) {
  bump(progress.instances, sign);
  const auto* exited = machine.as<Exited>();
  if (const auto* running = machine.as<Running>()) {
    bump(progress.running, sign);
    const bool well = running->health == Health::None || running->health == Health::Healthy;
    if (well) bump(progress.healthy, sign);
  }
  if (exited != nullptr && exited->success) bump(progress.completed, sign);
  if (!is_at_rest(machine) && !is_unkillable(machine)) bump(progress.live, sign);
}

bool satisfies(const Progress& progress, model::DependencyCondition condition) {
  if (progress.instances == 0) return false;
  switch (condition) {
    case model::DependencyCondition::Started:
      return progress.running + progress.completed == progress.instances;
    case model::DependencyCondition::Healthy:
      return progress.healthy + progress.completed == progress.instances;
    case model::DependencyCondition::Completed:
      return progress.completed == progress.instances;
  }
  return false;
}

Duration longest_stop(const std::vector<model::ServiceSpec>& services,
                      const model::DependencyGraph& graph, const std::vector<bool>& live) {
  std::vector<std::size_t> order(services.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return graph.wave[a] < graph.wave[b]; });
  // chain[i]: from the stop of service i down to the last of those that it needs.
  std::vector<Duration> chain(services.size());
  Duration longest{0};
  for (const std::size_t i : order) {
    for (const std::size_t need : graph.needs[i])
      chain[i] = std::max(chain[i], chain[need]);
    if (live[i]) chain[i] = later({chain[i]}, services[i].stop.timeout).since_boot;
    longest = std::max(longest, chain[i]);
  }
  return later({longest}, kKillGrace).since_boot;
}

std::vector<std::vector<std::size_t>> restart_followers(
    const std::vector<model::ServiceSpec>& services) {
  std::vector<model::ServiceSpec> bare = follow_specs(services);
  model::DependencyGraph graph = model::build_dependency_graph(bare);
  while (!graph.cycle.empty()) {
    open_circle(bare, graph.cycle);
    graph = model::build_dependency_graph(bare);
  }
  return graph.needed_by;
}

}  // namespace mainstay::policy
