#include "runtime/controller.h"

#include <utility>

#include "runtime/supervision.h"

namespace mainstay::runtime {

Controller::Controller(model::Ecosystem ecosystem, ControllerOptions options, const Ports& ports,
                       const Now& now)
    : state_(std::make_unique<Supervision>(std::move(ecosystem), std::move(options), ports, now)) {}
Controller::~Controller() = default;

void Controller::begin(const Now&) {
  state_->wish(BeginWish{});
}

void Controller::restore(std::span<const std::pair<std::uint32_t, std::string>> records,
                         std::span<const HeldRun> runs, const Now& now) {
  state_->restore(records, runs, now);
}

void Controller::restore_checks(std::span<const std::pair<std::uint32_t, std::string>> records) {
  state_->restore_checks(records);
}

void Controller::watch(std::span<const std::pair<std::uint32_t, std::string>> records,
                       std::span<const HeldRun> runs, const Now& now) {
  state_->watch(records, runs, now);
}

void Controller::recall(std::span<const std::pair<std::uint32_t, std::string>> records,
                        const Now& now) {
  state_->recall(records, now);
}

void Controller::number_events_from(std::uint64_t next) {
  state_->number_events_from(next);
}

void Controller::post(RunnerEvent event) {
  state_->post(std::move(event));
}
void Controller::settle(const Now& now) {
  state_->settle(now);
}

void Controller::tell_events() {
  state_->tell_events();
}
std::optional<MonoTime> Controller::next_deadline() const {
  return state_->next_deadline();
}

RequestId Controller::request(Verb verb, std::vector<InstanceId> targets, std::string who) {
  return state_->request({{}, verb, std::move(targets), std::move(who)});
}

std::optional<std::vector<Outcome>> Controller::take_finished(RequestId id) {
  return state_->requests().take_finished(id);
}

void Controller::forget(RequestId id) {
  state_->requests().forget(id);
}

Status Controller::signal(InstanceId target, int number, std::string who) {
  return state_->signal(target, number, std::move(who));
}

Result<RequestId> Controller::scale(std::string_view service, std::uint32_t instances,
                                    std::string who) {
  return state_->scale(service, instances, std::move(who));
}

void Controller::note(EventKind kind, std::optional<InstanceId> about,
                      std::map<std::string, std::string> data) {
  state_->wish(NoteWish{kind, about, std::move(data)});
}

void Controller::audit(std::vector<InstanceId> about, std::map<std::string, std::string> data) {
  state_->wish(AuditWish{std::move(about), std::move(data)});
}

void Controller::shutdown(int exit_code, std::string why, std::map<std::string, std::string> told) {
  state_->shutdown(exit_code, std::move(why), std::move(told));
}

bool Controller::shutting_down() const {
  return state_->shutting_down();
}
std::optional<int> Controller::finished() const {
  return state_->finished();
}
Duration Controller::stop_budget() const {
  return state_->stop_budget();
}

const model::Ecosystem& Controller::ecosystem() const {
  return state_->ecosystem();
}

std::vector<ServiceSummary> Controller::services() const {
  std::vector<ServiceSummary> summaries;
  for (const Service& service : std::as_const(*state_).table().services()) {
    summaries.push_back({service.spec, service.instances});
  }
  return summaries;
}

std::vector<InstanceId> Controller::instances() const {
  return state_->in_file_order();
}

// What callers pass as an id may be of an instance that was scaled away a moment ago.
InstanceStatus Controller::status(InstanceId id, const Now& now) const {
  const Instance* instance = state_->table().find(id);
  if (instance != nullptr) return state_->status(*instance, now);
  InstanceStatus gone;
  gone.id = id;
  gone.reason = "no longer exists";
  return gone;
}

Explanation Controller::explain(InstanceId id, const Now& now) const {
  const Instance* instance = state_->table().find(id);
  if (instance != nullptr) return state_->explain(*instance, now);
  Explanation gone;
  gone.status = status(id, now);
  return gone;
}

const model::ServiceSpec& Controller::spec(InstanceId id) const {
  return *state_->table().service_of(state_->table().at(id)).spec;
}

std::optional<InstanceId> Controller::instance_of(RunId run) const {
  const Instance* instance = state_->table().find(run);
  return instance == nullptr ? std::nullopt : std::optional{instance->id};
}

RunId Controller::next_run() const {
  return state_->next_run();
}

StartRequest Controller::start_request(InstanceId id, RunId run) const {
  return state_->start_request(state_->table().at(id), run);
}

Result<std::vector<InstanceId>> Controller::resolve(std::span<const std::string> targets) const {
  return state_->resolve(targets);
}

std::vector<Event> Controller::events_since(std::uint64_t from, std::size_t limit) const {
  return state_->events().since(from, limit);
}

std::uint64_t Controller::first_event_id() const {
  return state_->events().first_id();
}

std::uint64_t Controller::next_event_id() const {
  return state_->events().next_id();
}

std::vector<InstanceId> Controller::take_changed() {
  return state_->take_changed();
}

}  // namespace mainstay::runtime
