// Which services and instances a request is about, for events, which name both.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "control/rpc.h"
#include "runtime/controller.h"

namespace mainstay::control {

// Resolves targets; the failure carries the code of what there is none of: no_such_service,
// no_such_instance or no_such_tag.
struct Resolved {
  std::vector<InstanceId> instances;
  std::optional<RpcFailure> failure;
};
Resolved resolve_targets(const runtime::Controller& controller,
                         std::span<const std::string> targets);

// For requests about one instance when `name` has none (it was scaled to 0).
RpcFailure no_instances(const std::string& name);

class TargetFilter {
 public:
  // Lets everything through.
  TargetFilter() = default;
  // Only events about one of `instances`, or about a service of which it has one.
  TargetFilter(const runtime::Controller& controller, std::span<const InstanceId> instances,
               const Now& now);

  bool lets_through(const runtime::Event& event) const;
  // What it lets through, by name; both are empty when that is everything.
  std::vector<std::string> services() const { return {services_.begin(), services_.end()}; }
  std::vector<std::string> instances() const { return {instances_.begin(), instances_.end()}; }

 private:
  bool all_ = true;
  std::set<std::string> services_;
  std::set<std::string> instances_;
};

}  // namespace mainstay::control
