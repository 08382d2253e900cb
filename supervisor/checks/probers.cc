#include "checks/probers.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "checks/command.h"
#include "checks/delay.h"
#include "checks/file.h"
#include "checks/frozen.h"
#include "checks/heartbeat.h"
#include "checks/http.h"
#include "checks/log.h"
#include "checks/notify.h"
#include "checks/tcp.h"
#include "logs/names.h"

namespace mainstay::checks {

namespace {

constexpr Duration kEagerInterval = std::chrono::seconds{1};
constexpr Duration kReadyLook = std::chrono::seconds{5};

std::vector<logs::Source> logs_of(const runtime::StartRequest& start) {
  const model::ServiceSpec& spec = *start.spec;
  const auto base = logs::log_base_name(spec.name, spec.instances, start.index);
  return logs::sources_of(spec.name, start.shown_name, base, spec.logs);
}

class Factory {
 public:
  Factory(const Subject& subject, const Means& means, Shared& shared)
      : subject_(subject), means_(means), shared_(shared) {}

  std::unique_ptr<Prober> operator()(const model::HttpProbe& probe) const {
    auto known = has_references(probe) ? surroundings(secret_headers(probe)) : nullptr;
    return std::make_unique<HttpProber>(means_, probe, std::move(known));
  }
  std::unique_ptr<Prober> operator()(const model::TcpProbe& probe) const {
    auto known = has_references(probe.address) ? surroundings() : nullptr;
    return std::make_unique<TcpProber>(means_, shared_.names, probe.address, std::move(known));
  }
  std::unique_ptr<Prober> operator()(const model::CommandProbe& probe) const {
    return std::make_unique<CommandProber>(means_, subject_.start.canonical_name,
                                           subject_.start.shown_name, probe.argv, surroundings());
  }
  std::unique_ptr<Prober> operator()(const model::FrozenProbe& probe) const {
    std::vector<std::string> files;
    for (const logs::Source& source : logs_of(subject_.start))
      files.push_back(source.file);
    return std::make_unique<FrozenProber>(means_, shared_.taps, probe,
                                          subject_.start.canonical_name, std::move(files),
                                          subject_.memory);
  }
  std::unique_ptr<Prober> operator()(const model::HeartbeatProbe& probe) const {
    return std::make_unique<HeartbeatProber>(means_, probe.within, subject_.memory);
  }
  std::unique_ptr<Prober> operator()(const model::FileProbe& probe) const {
    return std::make_unique<FileProber>(means_, probe.path);
  }
  std::unique_ptr<Prober> operator()(const model::NotifyProbe&) const {
    return std::make_unique<NotifyProber>();
  }
  std::unique_ptr<Prober> operator()(const model::LogProbe& probe) const {
    const WallTime since = means_.clock().wall_of(subject_.started);
    return std::make_unique<LogProber>(means_, shared_.taps, probe, logs_of(subject_.start), since);
  }
  std::unique_ptr<Prober> operator()(const model::DelayProbe& probe) const {
    return std::make_unique<DelayProber>(means_, probe.delay, subject_.started);
  }

 private:
  std::unique_ptr<Surroundings> surroundings(model::Environment more = {}) const {
    return std::make_unique<Surroundings>(means_.preparer, subject_.start, std::move(more));
  }

  const Subject& subject_;
  const Means& means_;
  Shared& shared_;
};

}  // namespace

std::unique_ptr<Prober> make_prober(const model::Probe& probe, const Subject& subject,
                                    const Means& means, Shared& shared) {
  return std::visit(Factory{subject, means, shared}, probe);
}

Plan plan_of(const model::CheckSpec& spec, std::string_view owner, std::size_t number, bool eager) {
  Plan plan;
  plan.interval = spec.interval;
  if (const auto* frozen = std::get_if<model::FrozenProbe>(&spec.probe))
    plan.interval = FrozenProber::interval_for(*frozen, spec.interval);
  plan.timeout = spec.timeout;
  plan.first = phase_of(owner, number, plan.interval);
  plan.eager = eager;
  plan.eager_interval = std::min(plan.interval, kEagerInterval);
  return plan;
}

// Every look is an extra one: it is only to pass.
Plan plan_of(const model::ReadySpec& spec) {
  Plan plan;
  plan.interval = spec.interval;
  plan.timeout = std::min(spec.timeout, kReadyLook);
  plan.eager = true;
  plan.eager_interval = spec.interval;
  plan.until_passed = true;
  return plan;
}

}  // namespace mainstay::checks
