// What is behind Controller: the parts, and the queues by which they reach each other. Every method
// that changes something runs within settle() or restore(); each .cc file is one subject of it.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "policy/backoff.h"
#include "policy/public_status.h"
#include "runtime/brake.h"
#include "runtime/controller.h"
#include "runtime/deadlines.h"
#include "runtime/event_log.h"
#include "runtime/instance_table.h"
#include "runtime/records.h"
#include "runtime/reloads.h"
#include "runtime/renewal.h"
#include "runtime/requests.h"
#include "runtime/wish.h"
#include "schedule/cron.h"

namespace mainstay::runtime {

class Supervision final : Reloads::Driver {
 public:
  Supervision(model::Ecosystem ecosystem, ControllerOptions options, const Ports& ports,
              const Now& now);
  Supervision(const Supervision&) = delete;
  Supervision& operator=(const Supervision&) = delete;

  // settle.cc
  void settle(const Now& now);
  std::optional<MonoTime> next_deadline() const;
  void wish(Wish wish) { wishes_.push_back(std::move(wish)); }
  void post(RunnerEvent event) { runner_events_.push_back(std::move(event)); }

  // restore.cc, recall.cc, drain.cc
  void restore(std::span<const std::pair<std::uint32_t, std::string>> records,
               std::span<const Controller::HeldRun> runs, const Now& now);
  void restore_checks(std::span<const std::pair<std::uint32_t, std::string>> records);
  void recall(std::span<const std::pair<std::uint32_t, std::string>> records, const Now& now);
  void watch(std::span<const std::pair<std::uint32_t, std::string>> records,
             std::span<const Controller::HeldRun> runs, const Now& now);

  // wishes.cc, scale.cc, shutdown.cc
  RequestId request(VerbWish wish);
  Result<RequestId> scale(std::string_view service, std::uint32_t instances, std::string who);
  Status signal(InstanceId target, int number, std::string who);
  void shutdown(int exit_code, std::string why, std::map<std::string, std::string> told);
  bool shutting_down() const { return own_.shutting_down; }
  std::optional<int> finished() const;
  Duration stop_budget() const;

  // status.cc, resolve.cc
  InstanceStatus status(const Instance& instance, const Now& now) const;
  Explanation explain(const Instance& instance, const Now& now) const;
  std::vector<InstanceId> in_file_order() const;
  Result<std::vector<InstanceId>> resolve(std::span<const std::string> targets) const;
  StartRequest start_request(const Instance& instance, RunId run) const;
  RunId next_run() const { return {own_.next_run_id}; }
  std::vector<InstanceId> take_changed();

  const model::Ecosystem& ecosystem() const { return ecosystem_; }
  InstanceTable& table() { return table_; }
  const InstanceTable& table() const { return table_; }
  Requests& requests() { return requests_; }
  const EventLog& events() const { return events_; }
  void tell_events() { events_.tell(); }
  void number_events_from(std::uint64_t next) { events_.continue_at(next); }

 private:
  // What reloads need done: wishes.cc, outcomes.cc, status.cc, settle.cc
  RunId restart(Instance& instance, const std::string& who) override;
  std::optional<Outcome> outcome_of_start(const Instance& instance, RunId baseline) const override;
  std::string reason(const Instance& instance) const override;
  void touch(Instance& instance) override;

  // settle.cc: one event to one machine, and all that follows from it at once.
  template <typename Event>
  void step(Instance& instance, Event&& event);
  policy::Context context_for(const Instance& instance);
  bool round();
  void apply(Wish& wish);
  void after_step(Instance& instance, const policy::Progress& before);
  void take(Instance& instance, const policy::Action& action);
  void check_dependencies(Instance& instance);
  void admit_in_turn();
  void reach_deadlines();

  // runner_events.cc
  void apply(const RunnerEvent& event);
  void apply(Instance& instance, const Spawned& spawned);
  void apply(Instance& instance, const StartFailed& failed);
  void apply(Instance& instance, const Exited& exited);
  void apply(Instance& instance, const TreeEmpty& empty);
  void apply(Instance& instance, const MoreTime& more);
  void apply(Instance& instance, const SaidStatus& said);
  void apply(Instance& instance, const MemoryExceeded& exceeded);

  // health.cc: what is looked at follows from the state, what is found moves it.
  void decide_watch(Instance& instance);
  void watch_as_decided();
  void look_at(Instance& instance);
  void apply(Instance& instance, const ProbeResult& result);
  void apply(Instance& instance, const ProbeMemory& news);
  void take_ready_look(Instance& instance, const policy::CheckResult& result);
  void take_health_look(Instance& instance, std::uint32_t check, const policy::CheckResult& result);
  void become_ready(Instance& instance);
  void keep_looks(const Instance& instance);
  void write_looks_anew();
  void stop_looking(Instance& instance);
  void note_lateness(Instance& instance);
  void become_unhealthy(Instance& instance, std::uint32_t check);
  void restart_for(Instance& instance, policy::StopCause cause, std::string note);
  void announce_check(EventKind kind, const Instance& instance, std::uint32_t check);
  void drop_stale(const RunnerEvent& event);
  policy::LastExit last_exit_of(const Instance& instance, const Exited& exited) const;
  policy::LastExit last_exit_of(const StartFailed& failed) const;

  // drain.cc: what settle(), status() and explain() do while this only watches
  void settle_watching();
  void await_word(const Instance& instance);
  void witness(const RunnerEvent& event);
  void witness(Instance& instance, const ProbeResult& news);
  void witness(Instance& instance, const MoreTime& more);
  void show_watched(const Instance& instance, InstanceStatus& status) const;
  static void explain_watched(Explanation& explanation);

  // outbox.cc: records first, then deeds.
  void flush();
  void publish(Instance& instance);
  void publish_touched();
  void publish_own();
  void perform(InstanceId id, const policy::Action& action);

  // announcements.cc
  void announce(const Instance& instance, const policy::Action& action);
  void add_event(EventKind kind, const Instance* about, std::map<std::string, std::string> data);
  void apply(const AuditWish& wish);

  // wishes.cc
  void begin_all();
  void apply(const NoteWish& wish);
  void apply(VerbWish& wish);
  void apply_verb(VerbWish& wish, Instance& instance, std::unordered_set<std::uint32_t>& pulled);
  void pull_dependencies(const Instance& instance, policy::StartCause cause, std::string_view who,
                         std::unordered_set<std::uint32_t>& pulled);
  void start(Instance& instance, policy::StartCause cause, std::string_view who);
  RunId restart_by_hand(Instance& instance, std::string_view who,
                        std::unordered_set<std::uint32_t>& pulled);
  void advance_reloads();
  void enable(Instance& instance, bool enabled, const VerbWish& wish);
  bool comes_up_by_itself(const Instance& instance) const;
  void refuse(RequestId request, const Instance& instance, std::string message);

  // outcomes.cc
  void settle_requests();
  void settle_requests_of(const Instance& instance);
  void settle_blocked_dependants(std::uint32_t service);
  std::optional<Outcome> outcome_of(const Instance& instance,
                                    const Requests::Pending& pending) const;
  std::optional<Outcome> outcome_of_stop(const Instance& instance) const;

  // dependencies.cc
  bool dependencies_met(const Service& service) const;
  bool is_blocked(std::uint32_t service) const;
  std::string waits_for(const Service& service) const;
  void restart_followers(std::uint32_t service);
  void excuse_users(std::uint32_t service);

  // scale.cc
  void apply(const ScaleWish& wish);
  void grow(std::uint32_t service, const ScaleWish& wish);
  void shrink(std::uint32_t service, const ScaleWish& wish);
  void remove_stopped();
  void remove_now(Instance& instance);
  void check_waiting_users(const Service& service);

  // shutdown.cc
  void apply(const ShutdownWish& wish);
  void stop_in_turn();
  void heed_essential(const Instance& instance);

  // planned.cc
  void plan_restart(Instance& instance);
  void watch_clock();

  // restore.cc, resume.cc
  using HeldRuns = std::map<RunId, const Controller::HeldRun*>;
  HeldRuns recollect(std::span<const std::pair<std::uint32_t, std::string>> raw,
                     std::span<const Controller::HeldRun> runs, const Now& now);
  void restore_own(std::string_view bytes);
  void fit_table(const StoredRecords& records, std::span<const Controller::HeldRun> runs);
  void take_over(const std::string& name, InstanceRecord& record);
  bool is_newer_than_recorded(const Controller::HeldRun& run) const;
  void rebuild(const Controller::HeldRun& run);
  void set_machine(Instance& instance, policy::InstanceMachine machine);
  void resume(Instance& instance, const HeldRuns& held);
  void resume_run(Instance& instance, const Controller::HeldRun& run);
  void give_time_to_look(Instance& instance);
  void resume_scaling(Instance& instance);
  void lose_run(Instance& instance);
  void renew_table();
  void forget_checks(Instance& instance);
  void apply(const RenewWish& wish);
  void rejoin_brake();
  void recall(const InstanceRecord& record);
  void write_all_anew(std::span<const std::pair<std::uint32_t, std::string>> raw);

  // status.cc
  void add_checks(InstanceStatus& status, const Instance& instance, const Now& now) const;
  policy::Situation situation(const Instance& instance, const Now& now,
                              std::string_view waits) const;

  model::Ecosystem ecosystem_;
  ControllerOptions options_;
  Runner& runner_;
  Checks& checks_port_;
  StateStore& store_;
  StateStore& check_store_;
  InstanceTable table_;
  Deadlines deadlines_;
  Brake brake_;
  EventLog events_;
  Requests requests_;
  Reloads reloads_;
  policy::Jitter jitter_;
  ControllerRecord own_;
  std::optional<ControllerRecord> own_published_;
  std::int64_t live_ = 0;  // the sum of Progress::live
  bool restored_ = false;
  bool watches_ = false;  // watch(): decides nothing
  std::map<InstanceId, policy::LastExit>
      ended_;  // while it watches: runs whose end is undealt with

  Now now_;                               // of the settle() that is going on
  std::optional<Duration> clock_offset_;  // wall minus monotonic, when last looked at
  std::map<std::uint32_t, schedule::CronExpression> planned_;  // by service, of restart.at
  std::optional<schedule::Zone> zone_;

  std::deque<Wish> wishes_;
  std::deque<RunnerEvent> runner_events_;
  std::deque<InstanceId> checks_;       // instances whose dependencies are to be looked at
  std::deque<std::uint32_t> followed_;  // services of which a run has begun, all of it being up
  std::deque<std::uint32_t> fallen_;    // services of which a run has ended by itself
  std::deque<std::uint32_t> to_stop_;   // services whose turn in the shutdown may have come
  std::vector<InstanceId> removable_;   // stopped, and to be removed
  std::deque<std::pair<InstanceId, policy::Action>> outbox_;
  std::vector<InstanceId> to_watch_;  // instances for which something else is to be looked at
  FormerLooks former_looks_;
  std::vector<InstanceId> touched_;
  std::vector<InstanceId> changed_;
  RunUsage ended_usage_;  // of the exit that is being applied
  int ended_pid_ = 0;
  std::string ended_stage_;
};

template <typename Event>
void Supervision::step(Instance& instance, Event&& event) {
  Service& service = table_.service_of(instance);
  const policy::Progress before = service.progress;
  policy::count(service.progress, instance.machine, -1);
  const policy::Actions actions = event(instance.machine, context_for(instance));
  policy::count(service.progress, instance.machine, +1);
  if (instance.machine.run().value >= own_.next_run_id)
    own_.next_run_id = instance.machine.run().value + 1;
  touch(instance);
  for (const policy::Action& action : actions)
    take(instance, action);
  after_step(instance, before);
}

}  // namespace mainstay::runtime
