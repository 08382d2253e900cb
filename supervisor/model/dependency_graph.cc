#include "model/dependency_graph.h"

#include <algorithm>
#include <deque>
#include <unordered_map>

namespace mainstay::model {

namespace {

void add_edges(DependencyGraph& graph, const std::vector<ServiceSpec>& services) {
  std::unordered_map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < services.size(); ++i)
    index.emplace(services[i].name, i);
  for (std::size_t i = 0; i < services.size(); ++i) {
    for (const Dependency& dependency : services[i].depends_on) {
      const auto found = index.find(dependency.service);
      if (found == index.end()) continue;
      graph.needs[i].push_back(found->second);
      graph.needed_by[found->second].push_back(i);
    }
  }
}

// Kahn's algorithm; what is left over has a cycle in it.
std::vector<std::size_t> unmet_after_waves(DependencyGraph& graph) {
  std::vector<std::size_t> unmet(graph.needs.size());
  std::deque<std::size_t> ready;
  for (std::size_t i = 0; i < unmet.size(); ++i) {
    unmet[i] = graph.needs[i].size();
    if (unmet[i] == 0) ready.push_back(i);
  }
  while (!ready.empty()) {
    const std::size_t done = ready.front();
    ready.pop_front();
    for (const std::size_t user : graph.needed_by[done]) {
      graph.wave[user] = std::max(graph.wave[user], graph.wave[done] + 1);
      if (--unmet[user] == 0) ready.push_back(user);
    }
  }
  return unmet;
}

// From any node that is left, following a need that is left must come back to where it has been.
std::vector<std::string> find_cycle(const DependencyGraph& graph,
                                    const std::vector<std::size_t>& unmet,
                                    const std::vector<ServiceSpec>& services) {
  std::size_t at = 0;
  while (at < unmet.size() && unmet[at] == 0)
    ++at;
  if (at == unmet.size()) return {};
  std::vector<std::size_t> path;
  std::vector<bool> seen(unmet.size());
  while (!seen[at]) {
    seen[at] = true;
    path.push_back(at);
    at = *std::find_if(graph.needs[at].begin(), graph.needs[at].end(),
                       [&](std::size_t need) { return unmet[need] != 0; });
  }
  std::vector<std::string> names;
  for (auto i = std::find(path.begin(), path.end(), at); i != path.end(); ++i) {
    names.push_back(services[*i].name);
  }
  names.push_back(services[at].name);
  return names;
}

}  // namespace

DependencyGraph build_dependency_graph(const std::vector<ServiceSpec>& services) {
  DependencyGraph graph;
  graph.needs.resize(services.size());
  graph.needed_by.resize(services.size());
  graph.wave.resize(services.size());
  add_edges(graph, services);
  const std::vector<std::size_t> unmet = unmet_after_waves(graph);
  graph.cycle = find_cycle(graph, unmet, services);
  if (!graph.cycle.empty()) graph.wave.clear();
  return graph;
}

}  // namespace mainstay::model
