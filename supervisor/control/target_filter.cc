#include "control/target_filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

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

constexpr std::size_t kMostTargets = 1000;
constexpr std::size_t kMostPatterns = 32;
constexpr std::size_t kLongestTarget = 200;

// Every pattern is held against every name, and a long word against every name in search of what
// was meant.
std::optional<RpcFailure> excess(std::span<const std::string> targets) {
  const auto failure = [](std::string message) {
    return RpcFailure{RpcError::InvalidParams, "invalid_params", std::move(message)};
  };
  if (targets.size() > kMostTargets) {
    return failure(
        fmt::format("{} targets; at most {} are possible", targets.size(), kMostTargets));
  }
  if (std::count_if(targets.begin(), targets.end(), is_glob) > std::ptrdiff_t{kMostPatterns}) {
    return failure(fmt::format("at most {} targets may be patterns", kMostPatterns));
  }
  const bool too_long = std::any_of(targets.begin(), targets.end(), [](const std::string& target) {
    return target.size() > kLongestTarget;
  });
  if (too_long) return failure(fmt::format("a target may have {} bytes", kLongestTarget));
  return std::nullopt;
}

// Monitors are no services, but people ask for them all the same.
std::string with_monitors(const runtime::Controller& controller, const std::string& target,
                          std::string message) {
  std::vector<std::string> names;
  for (const auto& monitor : controller.ecosystem().monitors)
    names.push_back(monitor.name);
  if (std::find(names.begin(), names.end(), target) != names.end())
    return fmt::format("no service named '{}': it is a monitor; ctl monitors {}", target, target);
  const bool has_hint = message.find("did you mean") != std::string::npos;
  return has_hint || is_glob(target) ? message : message + did_you_mean(target, names);
}

}  // namespace

Resolved resolve_targets(const runtime::Controller& controller,
                         std::span<const std::string> targets) {
  if (auto failure = excess(targets)) return {{}, std::move(failure)};
  auto resolved = controller.resolve(targets);
  if (resolved) return {std::move(*resolved), std::nullopt};
  RpcFailure failure{RpcError::NoSuchTarget, "no_such_service", resolved.error().message};
  for (const std::string& target : targets) {
    if (resolves(controller, target)) continue;
    failure.code = code_for(controller, target);
    if (failure.code == "no_such_service")
      failure.message = with_monitors(controller, target, std::move(failure.message));
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
    // The first one had another name when there were more, or fewer.
    if (status.index != 0) continue;
    instances_.insert(status.service);
    instances_.insert(status.service + ":0");
  }
}

bool TargetFilter::lets_through(const runtime::Event& event) const {
  if (all_) return true;
  if (event.instance.empty()) return services_.count(event.service) != 0;
  return instances_.count(event.instance) != 0;
}

}  // namespace mainstay::control
