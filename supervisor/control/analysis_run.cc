#include "control/analysis_run.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "control/log_lines.h"

namespace mainstay::control {

namespace {

constexpr std::uint64_t kSliceBytes = 16 * 1024 * 1024;  // some tens of milliseconds
constexpr std::size_t kEventsAtOnce = 1000;

// Of those that a person or a plan wanted, nobody has to be told.
bool is_restart_by_itself(const runtime::Event& event) {
  if (event.kind != EventKind::ServiceStarted) return false;
  const auto cause = event.data.find("cause");
  return cause != event.data.end() &&
         (cause->second.starts_with("restart after ") || cause->second == "restart.retry_after");
}

std::uint64_t machine_memory() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long size = sysconf(_SC_PAGESIZE);
  return pages > 0 && size > 0
             ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(size)
             : 0;
}

void take_usage(logs::Vitals& vitals, const process::TreeUsage& usage,
                const std::optional<Bytes>& limit) {
  vitals.cpu_percent = std::max(vitals.cpu_percent.value_or(0), usage.cpu_percent);
  const std::uint64_t most = limit ? limit->count : machine_memory();
  if (most == 0) return;
  const double percent = 100 * static_cast<double>(usage.memory_bytes) / static_cast<double>(most);
  vitals.memory_percent = std::max(vitals.memory_percent.value_or(0), percent);
  vitals.memory_of_limit = limit.has_value();
}

}  // namespace

AnalysisRun::AnalysisRun(const Call& call, AnalysisWish wish, const Parts& parts,
                         std::vector<InstanceId> instances)
    : call_(call), wish_(std::move(wish)), log_dir_(parts.facts.log_dir) {
  std::map<std::string, std::size_t> places;
  for (const InstanceId id : instances) {
    const std::string service = parts.controller.status(id, parts.clock()).service;
    if (places.try_emplace(service, subjects_.size()).second) subjects_.push_back({service, {}});
    restarts_.try_emplace(service, 0);
  }
  for (logs::Source& source : log_sources(parts.controller, instances, {}, parts.clock()))
    subjects_[places.at(source.service)].sources.push_back(std::move(source));
}

void AnalysisRun::begin() {
  auto directory = logs::Directory::open(log_dir_);
  if (!directory) {
    problem_ = directory.error().message;
    read_ = true;
    return;
  }
  directory_.emplace(std::move(*directory));
  analysis_ = std::make_unique<logs::Analysis>(*directory_, subjects_, wish_.span);
}

void AnalysisRun::slice() {
  if (!analysis_) begin();
  if (!read_) read_ = analysis_->run(kSliceBytes);
}

history::EventQuery AnalysisRun::events_wanted() const {
  history::EventQuery query;
  query.from = next_event_;
  query.since = wish_.span.since;
  query.until = wish_.span.until;
  query.limit = kEventsAtOnce;
  if (wish_.targets.empty()) return query;
  for (const auto& subject : subjects_)
    query.services.push_back(subject.service);
  return query;
}

bool AnalysisRun::count_restarts(const std::vector<runtime::Event>& page) {
  for (const runtime::Event& event : page) {
    next_event_ = event.id + 1;
    if (!is_restart_by_itself(event) || !wish_.span.holds(event.at)) continue;
    const auto service = restarts_.find(event.service);
    if (service != restarts_.end()) ++service->second;
  }
  return page.size() == kEventsAtOnce;
}

void AnalysisRun::count_remembered_restarts(const runtime::Controller& controller) {
  events_are_all_ = false;
  while (count_restarts(controller.events_since(next_event_, kEventsAtOnce))) {
  }
}

// Instances may have come and gone since the beginning.
void AnalysisRun::look_at_services(const Parts& parts) {
  const auto instances = parts.controller.resolve(wish_.targets);
  if (!instances) return;
  for (const InstanceId id : *instances) {
    const auto status = parts.controller.status(id, parts.clock());
    logs::Vitals& vitals = vitals_[status.service];
    vitals.failed = vitals.failed || status.state == PublicState::Failed;
    vitals.unhealthy = vitals.unhealthy || status.health == Health::Unhealthy;
    const auto* usage = parts.usage.usage_of(id);
    if (usage != nullptr) take_usage(vitals, *usage, parts.controller.spec(id).limits.memory);
  }
}

std::vector<AnalysisRun::Subject> AnalysisRun::judge() {
  std::vector<Subject> out;
  for (logs::Findings& findings : analysis_->take()) {
    Subject subject{std::move(findings), {}, {}};
    const std::string& service = subject.findings.service;
    subject.vitals = vitals_[service];
    subject.vitals.restarts = restarts_[service];
    subject.vitals.restarts_at_least = !events_are_all_;
    subject.verdict = logs::judge(subject.findings, subject.vitals, wish_.span);
    out.push_back(std::move(subject));
  }
  return out;
}

}  // namespace mainstay::control
