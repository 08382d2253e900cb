// The real runtime in a world of its own: a clock that jumps to the next thing that happens, a
// keeper whose processes live as their script says, and a store that survives the controller.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/controller.h"
#include "sim/kept_events.h"

namespace mainstay::sim {

using namespace std::chrono_literals;

// How the processes of a service behave, from their next start on.
struct Life {
  std::optional<Duration> runs_for;  // nothing: until it is stopped
  runtime::ExitStatus ends_with{runtime::ExitStatus::Kind::Code, 0, false};
  std::optional<Duration> obeys_term = 5ms;     // nothing: ignores it
  bool leaves_processes = false;                // when the main process ends by itself or by TERM
  std::optional<Duration> leftovers_obey = {};  // TERM; nothing: they ignore it
  bool unkillable = false;                      // uninterruptible wait, until let_go()
  std::optional<runtime::StartFailure> start_failure;
  std::optional<Duration> ready_after = 0ms;  // `ready` passes from then on; nothing: never
  std::optional<Duration> sick_after;         // its checks fail from then on; nothing: never
  std::optional<Duration> still_after;        // does nothing from then on; nothing: never
};

class World : public runtime::Runner,
              public runtime::Checks,
              public runtime::StateStore,
              public runtime::EventSink {
 public:
  World();
  ~World() override;

  // --- setting the scene ---
  // A service with exact delays (no jitter). Before up().
  model::ServiceSpec& declare(const std::string& name);
  Life& life(const std::string& service) { return lives_[service]; }
  runtime::ControllerOptions options;
  void up();

  // --- the passing of time ---
  void settle();
  // Everything that is due until then, in its order.
  void advance(Duration d);
  // To the next thing that is due, if it is due before `until`; whether there was one.
  bool step(MonoTime until);
  void jump_wall_clock(Duration by) { now_.wall = now_.wall + by; }
  const Now& now() const { return now_; }

  // --- wishes ---
  runtime::RequestId request(runtime::Verb verb, const std::string& target);
  void start(const std::string& target) { ask(runtime::Verb::Start, target); }
  void stop(const std::string& target) { ask(runtime::Verb::Stop, target); }
  void restart(const std::string& target) { ask(runtime::Verb::Restart, target); }
  void reset(const std::string& target) { ask(runtime::Verb::Reset, target); }
  void scale(const std::string& service, std::uint32_t instances);
  // The processes of the service that hang in the kernel go on to die.
  void let_go(const std::string& service);
  // The main process ends now.
  void die(const std::string& canonical_name, runtime::ExitStatus status);

  // --- the death of the controller ---
  // It dies now, or, with a number, right before its next but `effects` call of the runner or the
  // store.
  void kill_controller();
  void kill_controller_after(std::uint64_t effects) { effects_left_ = effects; }
  bool controller_is_dead() const { return dead_; }
  // A new one takes over. kill_controller() and some time may lie between.
  void take_over();
  // Both at once, until all is settled.
  void die_and_take_over();
  // take_over() by one that only watches (drain mode).
  void take_over_to_watch();
  // What is declared now takes the place of what was when the controller began, as by `ctl apply`:
  // what is gone is stopped, and then another controller takes over. In two steps, between which
  // that one may die: until settle() the change is not done, and whoever is next is told the same.
  void undeclare(const std::string& name);  // what declare() returned for later ones is void
  void apply();
  void begin_to_apply();
  // Nothing runs any more, and another supervisor begins with the records of the last.
  void start_over();
  std::map<std::uint32_t, std::string>& records() { return records_; }
  KeptEvents kept_events;
  std::map<std::uint32_t, std::string>& check_records() { return check_store_.records; }
  // Tells the controller something of the instance's live run.
  void tell(const std::string& canonical_name,
            const std::function<runtime::RunnerEvent(RunId run)>& event);
  // Whether anybody looks at a run of it.
  bool is_watched(const std::string& canonical_name) const;

  // --- looking ---
  runtime::Controller& controller() { return *controller_; }
  InstanceId id(const std::string& target);
  runtime::InstanceStatus status(const std::string& target);
  PublicState state(const std::string& target) { return status(target).state; }
  runtime::Explanation why(const std::string& target);
  bool is_up(const std::string& target) { return state(target) == PublicState::Running; }
  int starts(const std::string& service) { return starts_[service]; }
  std::size_t live_processes() const;  // main processes and leftovers
  // "TERM backend:0", "KILL backend:0", "start backend:0", "stop.command backend:0", … in their
  // order.
  std::vector<std::string> deeds;
  std::vector<runtime::Event> told;  // every event, of all controllers
  std::function<void(const runtime::Event&)> on_told = [](const runtime::Event&) {};
  std::size_t count_events(EventKind kind, const std::string& service) const;
  // What must never be and was: empty, or the test fails.
  std::vector<std::string> violations;
  bool keeps_deeds = true;  // off for long walks

  // --- runtime::Runner ---
  void start(const runtime::StartRequest& request) override;
  void signal_tree(RunId run, int number) override;
  void signal_main(RunId run, int number) override;
  void run_stop_command(const runtime::StartRequest& request) override;
  void kill_tree(RunId run) override;
  void await_tree_empty(RunId run) override;
  void release(RunId run) override;
  // --- runtime::Checks: every check at its interval, frozen ones too, `ready` every 100 ms ---
  void await_ready(const runtime::WatchRequest& request) override;
  void watch_health(const runtime::WatchRequest& request, bool eager) override;
  void unwatch(RunId run) override;
  // --- runtime::StateStore, EventSink ---
  void put(std::uint32_t slot, std::string_view record) override;
  void erase(std::uint32_t slot) override;
  void on_event(const runtime::Event& event) override;

 private:
  // What the keeper knows of a run; it outlives controllers.
  struct Process {
    std::string name;  // canonical
    Life life;
    int pid = 0;
    MonoTime started;
    bool failed = false;  // never became the program
    bool main_alive = true;
    bool leftovers_alive = false;
    bool awaited = false;
    runtime::ExitStatus status;
    MonoTime ended;
  };

  struct CheckStore : runtime::StateStore {
    std::map<std::uint32_t, std::string> records;
    void put(std::uint32_t slot, std::string_view record) override { records[slot] = record; }
    void erase(std::uint32_t slot) override { records.erase(slot); }
  };

  std::uint64_t begin_watch(const runtime::WatchRequest& request);
  void look_whether_ready(RunId run, std::uint64_t watch);
  struct Look {
    RunId run;
    std::uint64_t watch = 0;
    std::uint32_t check = 0;
    Duration interval{0};
    std::optional<Duration> frozen_after;  // of a frozen check
    Duration still{0};                     // which is what it remembers
  };
  void look_at_health(const Look& look);
  bool is_frozen(Look& look, const Process& process);

  void ask(runtime::Verb verb, const std::string& target);
  void take_over(bool only_to_watch);
  void stop_for_good(const std::string& service);
  bool has_effect();  // whether the controller still lives to do this
  void build_controller();
  void at(Duration from_now, std::function<void()> happening);
  void post(runtime::RunnerEvent event);
  void end_main(RunId run, runtime::ExitStatus status);
  void end_leftovers(RunId run);
  void tell_end(RunId run);
  void note(const std::string& deed, const std::string& name);
  std::string name_of(RunId run) const;

  model::Ecosystem ecosystem_;
  std::map<std::string, Life> lives_;
  Now now_;
  std::multimap<MonoTime, std::function<void()>> happenings_;
  std::map<RunId, Process> processes_;
  std::map<std::uint32_t, std::string> records_;
  CheckStore check_store_;
  std::map<RunId, std::uint64_t> watches_;  // the present controller's, by a number of their own
  std::uint64_t next_watch_ = 1;
  std::unique_ptr<runtime::Controller> controller_;
  std::map<std::string, int> starts_;
  std::optional<std::uint64_t> effects_left_;
  bool dead_ = false;
  int next_pid_ = 1000;
};

}  // namespace mainstay::sim
