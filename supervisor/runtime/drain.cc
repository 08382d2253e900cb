// Drain mode: what there is, is known and shown, and nothing is decided (Controller::watch).
#include <fmt/format.h>

#include <memory>
#include <utility>
#include <variant>

#include "policy/run_end.h"
#include "runtime/supervision.h"

namespace mainstay::runtime {

void Supervision::watch(std::span<const std::pair<std::uint32_t, std::string>> records,
                        std::span<const Controller::HeldRun> runs, const Now& now) {
  watches_ = true;
  const HeldRuns held = recollect(records, runs, now);
  for (const InstanceId id : in_file_order()) {
    Instance& instance = table_.at(id);
    if (auto former = former_looks_.by_run.extract(instance.machine.run()))
      instance.looks = std::make_unique<Looks>(std::move(former.mapped()));
    if (held.contains(instance.machine.run())) await_word(instance);
  }
}

// READY=1 is said once, and taken off its socket: it must not be lost on those who will decide.
void Supervision::await_word(const Instance& instance) {
  const auto& ready = table_.service_of(instance).spec->ready;
  if (instance.machine.kind() != policy::StateKind::GettingReady || !ready) return;
  if (!std::holds_alternative<model::NotifyProbe>(ready->probe)) return;
  const policy::Running& up = *instance.machine.up();
  checks_port_.await_ready({start_request(instance, up.run), up.pid, up.started});
}

void Supervision::witness(Instance& instance, const ProbeResult& news) {
  const bool passed = news.result.verdict == policy::CheckVerdict::Passed;
  if (!passed || news.probe != kReadyProbe || ended_.contains(instance.id)) return;
  policy::InstanceMachine machine = instance.machine;
  const policy::Actions actions = machine.became_ready();
  set_machine(instance, std::move(machine));
  publish(instance);
  for (const policy::Action& action : actions)
    announce(instance, action);
}

// Nobody is killed for being late now, but perhaps at once afterwards.
void Supervision::witness(Instance& instance, const MoreTime& more) {
  policy::InstanceMachine machine = instance.machine;
  machine.extend(context_for(instance), more.time);
  set_machine(instance, std::move(machine));
  publish(instance);
}

void Supervision::settle_watching() {
  const std::uint64_t first = events_.next_id();
  for (; !wishes_.empty(); wishes_.pop_front()) {
    if (const auto* note = std::get_if<NoteWish>(&wishes_.front())) apply(*note);
    if (const auto* audit = std::get_if<AuditWish>(&wishes_.front())) apply(*audit);
  }
  for (; !runner_events_.empty(); runner_events_.pop_front())
    witness(runner_events_.front());
  // The next controller must not give the same numbers to other events.
  if (events_.next_id() != first) publish_own();
}

void Supervision::show_watched(const Instance& instance, InstanceStatus& status) const {
  status.next_start_at.reset();
  status.next_start_in.reset();
  status.kill_in.reset();
  if (const auto ended = ended_.find(instance.id); ended != ended_.end()) {
    status.state = PublicState::Exited;
    status.ready = false;
    status.pid = 0;
    status.started_at.reset();
    status.uptime.reset();
    status.last_exit = ended->second;
    status.reason = fmt::format("ended with {}; what follows is decided after drain mode",
                                policy::describe(ended->second.status));
    return;
  }
  switch (status.state) {
    case PublicState::Waiting:
    case PublicState::Starting:
    case PublicState::Backoff:
    case PublicState::Stopping:
      status.reason = "nothing is started or stopped in drain mode";
      return;
    case PublicState::Stopped:
    case PublicState::Running:
    case PublicState::Exited:
    case PublicState::Failed:
      return;
  }
}

// What the machine would do next is not going to happen.
void Supervision::explain_watched(Explanation& explanation) {
  const InstanceStatus& status = explanation.status;
  explanation.headline =
      fmt::format("{} is {}: {}", status.name, mainstay::to_string(status.state), status.reason);
  explanation.next = "nothing, until the supervisor has left drain mode";
  explanation.gives_up.clear();
  explanation.try_commands = {"ctl logs " + status.name, "ctl upgrade"};
}

}  // namespace mainstay::runtime
