#include "control/target_filter.h"

#include <fmt/format.h>

#include "base/text.h"

namespace mainstay::control {

namespace {

bool resolves(const runtime::Controller& controller, const std::string& target) {
  return controller.resolve(std::span(&target, 1)).ok();
}

std::string code_for(const runtime::Controller& controller, const std::string& target) {
  if (target.starts_with('@')) return "no_such_tag";
  const auto colon = target.rfind(':');
  const bool names_instance =
      colon != std::string::npos && resolves(controller, target.substr(0, colon));
  return names_instance ? "no_such_instance" : "no_such_service";
}

}  // namespace

Resolved resolve_targets(const runtime::Controller& controller,
                         std::span<const std::string> targets) {
  auto resolved = controller.resolve(targets);
  if (resolved) return {std::move(*resolved), std::nullopt};
  RpcFailure failure{RpcError::NoSuchTarget, "no_such_service", resolved.error().message};
  for (const std::string& target : targets) {
    if (resolves(controller, target)) continue;
    failure.code = code_for(controller, target);
    break;
  }
  return {{}, std::move(failure)};
}

RpcFailure no_instances(const std::string& name) {
  return {RpcError::NoSuchTarget, "no_such_instance",
          fmt::format("'{}' has no instances now; ctl scale adds some", to_valid_utf8(name))};
}

TargetFilter::TargetFilter(const runtime::Controller& controller,
                           std::span<const InstanceId> instances, const Now& now)
    : all_(false) {
  for (const InstanceId id : instances) {
    const auto status = controller.status(id, now);
    services_.insert(status.service);
    instances_.insert(status.name);
  }
}

bool TargetFilter::lets_through(const runtime::Event& event) const {
  if (all_) return true;
  if (event.instance.empty()) return services_.count(event.service) != 0;
  return instances_.count(event.instance) != 0;
}

}  // namespace mainstay::control
