#include "control/history_targets.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "checks/monitors.h"
#include "control/target_filter.h"

namespace mainstay::control {

namespace {

using history::SeriesKind;

// `check`: "/http", "/http-2".
bool has_check(const runtime::InstanceStatus& status, std::string_view check) {
  return std::any_of(status.checks.begin(), status.checks.end(),
                     [&](const auto& each) { return check.substr(1).starts_with(each.kind); });
}

constexpr std::string_view kHost = "host";
constexpr std::string_view kDisk = "disk:";
constexpr std::string_view kMonitor = "monitor:";
constexpr std::size_t kMostSeries = 1000;

RpcFailure invalid(std::string message) {
  return {RpcError::InvalidParams, "invalid_params", std::move(message)};
}

class Search {
 public:
  Search(const Context& context, std::optional<SeriesKind> kind) : context_(context), kind_(kind) {}

  std::variant<WantedAll, RpcFailure> run(const std::vector<std::string>& targets) {
    for (const std::string& target : targets) {
      find(target);
      if (failure_) return *failure_;
    }
    if (found_.size() > kMostSeries)
      return invalid(fmt::format("{} series; at most {} at once", found_.size(), kMostSeries));
    const bool mixed = std::any_of(found_.begin(), found_.end(), [&](const auto& series) {
      return series.key.kind != found_.front().key.kind;
    });
    if (mixed) return invalid("targets: are of several kinds; ask for each kind on its own");
    return std::move(found_);
  }

 private:
  void find(const std::string& target) {
    const std::size_t slash = target.find('/');
    if (kind_) {
      add({*kind_, target}, "", target);
    } else if (target.starts_with(kDisk)) {
      add({SeriesKind::Disk, target.substr(kDisk.size())}, "", target);
    } else if (target.starts_with(kMonitor)) {
      add_monitor(target.substr(kMonitor.size()));
    } else if (slash != std::string::npos) {
      add_instances(target.substr(0, slash), target.substr(slash));
    } else {
      find_by_name(target);
    }
  }

  void find_by_name(const std::string& name) {
    const bool is_service =
        resolve_targets(context_.controller(), std::span(&name, 1)).failure == std::nullopt;
    if (is_service || (name != kHost && !is_monitor(name))) return add_instances(name, "");
    if (name == kHost) {
      add({SeriesKind::Host, ""}, "", name);
    } else {
      add({SeriesKind::Monitor, name}, "", name);
    }
  }

  // The instances that `target` means, or with `check` ("/http") those checks of theirs.
  void add_instances(const std::string& target, const std::string& check) {
    const auto resolved = resolve_targets(context_.controller(), std::span(&target, 1));
    if (resolved.failure) {
      failure_ = resolved.failure;
      return;
    }
    for (const InstanceId id : resolved.instances) {
      const auto status = context_.controller().status(id, context_.now());
      const SeriesKind kind = check.empty() ? SeriesKind::Instance : SeriesKind::Check;
      add({kind, fmt::format("{}:{}{}", status.service, status.index, check)}, status.service,
          status.name + check, check.empty() || has_check(status, check));
    }
  }

  void add_monitor(const std::string& name) {
    if (is_monitor(name)) return add({SeriesKind::Monitor, name}, "", name);
    failure_ = RpcFailure{RpcError::NoSuchTarget, "no_such_monitor",
                          fmt::format("no monitor named '{}'{}", to_valid_utf8(name),
                                      did_you_mean(name, monitor_names()))};
  }

  void add(history::SeriesKey key, std::string service, std::string shown, bool declared = false) {
    if (!names_.insert({key.kind, key.name}).second) return;
    found_.push_back({std::move(key), std::move(service), std::move(shown), declared});
  }

  std::vector<std::string> monitor_names() const {
    std::vector<std::string> names;
    if (context_.parts.monitors == nullptr) return names;
    for (const auto& monitor : context_.parts.monitors->list(context_.now()))
      names.push_back(monitor.name);
    return names;
  }

  bool is_monitor(const std::string& name) const {
    const auto names = monitor_names();
    return std::find(names.begin(), names.end(), name) != names.end();
  }

  const Context& context_;
  std::optional<SeriesKind> kind_;
  WantedAll found_;
  std::set<std::pair<SeriesKind, std::string>> names_;
  std::optional<RpcFailure> failure_;
};

}  // namespace

std::variant<WantedAll, RpcFailure> find_series(const Context& context,
                                                const std::vector<std::string>& targets,
                                                std::optional<SeriesKind> kind) {
  return Search{context, kind}.run(targets);
}

}  // namespace mainstay::control
