// When a service may start, given how far those that it depends on have come. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time.h"
#include "model/dependency_graph.h"
#include "model/service_spec.h"
#include "policy/instance_machine.h"

namespace mainstay::policy {

// How many instances of a service have come how far; kept up to date, never counted anew.
struct Progress {
  std::uint32_t instances = 0;
  std::uint32_t running = 0;    // and ready
  std::uint32_t healthy = 0;    // running, and no check says otherwise or has yet to say
  std::uint32_t completed = 0;  // exited with a success code
  std::uint32_t live = 0;       // not at rest, and not given up on as unkillable
  bool operator==(const Progress&) const = default;
};

// Adds (or takes off, with `sign` -1) what an instance in this state stands for.
void count(Progress& progress, const InstanceMachine& machine, int sign);

// started: every instance is up and ready, or has done its work with success. healthy: and every
// check of it has passed. completed: every instance has ended with success. A service scaled to
// nothing satisfies neither.
bool satisfies(const Progress& progress, model::DependencyCondition condition);

// The sum of stop timeouts along the longest chain of services of which each needs the next, plus
// kKillGrace. `live[i]` says whether service i has something to stop.
Duration longest_stop(const std::vector<model::ServiceSpec>& services,
                      const model::DependencyGraph& graph, const std::vector<bool>& live);

// Who is restarted after whom: followers[i] are the services with restart_with naming service i.
// An edge that would close a circle is left out, so that a restart never comes back to its origin.
std::vector<std::vector<std::size_t>> restart_followers(
    const std::vector<model::ServiceSpec>& services);

}  // namespace mainstay::policy
