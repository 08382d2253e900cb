#include "daemon.h"

#include <fmt/format.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "changeover.h"
#include "chores.h"
#include "control/drain.h"
#include "control/socket.h"
#include "facts.h"
#include "inheritance.h"
#include "io/clock.h"
#include "io/loop.h"
#include "journal.h"
#include "late_sink.h"
#include "mainstay/endpoint.h"
#include "mainstay/exit_codes.h"
#include "own_log.h"
#include "parts.h"
#include "process/environment_posix.h"
#include "process/keeper_client.h"
#include "process/limits.h"
#include "process/notify_listener.h"
#include "process/runner.h"
#include "process/tree.h"
#include "process/user_posix.h"
#include "ready_pipe.h"
#include "reload.h"
#include "start_up_memory.h"
#include "succession.h"
#include "takeover.h"
#include "turns.h"
#include "upgrade.h"

namespace mainstay {
namespace {

class Daemon final : public process::KeeperHost {
 public:
  explicit Daemon(const ControllerArguments& arguments);
  int run() {
    keeper_.start(runner_, *this);
    return turns_.run([this] { after_turn(); });
  }
  void on_welcome(const process::KeeperWelcome& welcome) override { welcome_ = welcome; }
  void on_stored(std::string name, UniqueFd fd) override { inherited_.take(name, std::move(fd)); }
  void on_all_there() override;
  void on_paused() override { upgrade_.on_paused(); }
  void on_reload(std::uint32_t number) override { reload_.ask(number); }
  void on_terminate(int signal, unsigned count) override;
  void on_keeper_lost(const Error& why) override;

 private:
  Status begin();
  void begin_instances();
  void begin_serving(UniqueFd listening);
  void after_turn();
  void make_way();
  void settle();
  void refuse(const Error& why, SupervisorExit code);
  void say(const std::string& text) { log_.line(io::read_clocks().wall, text); }
  auto notice() {
    return [this](const std::string& text) { say(text); };
  }
  void say_good_bye();

  ControllerArguments arguments_;
  io::Loop loop_;
  OwnLog log_;
  ReadyPipe ready_;
  process::KeeperClient keeper_;
  process::ProcessTrees trees_;
  process::LimitPlaces limit_places_;
  process::ResourceLimits limits_;
  LateSink sink_;
  process::NotifyListener notify_;
  process::ProcessRunner runner_;
  Turns turns_;
  io::Timer settled_in_;
  Chores chores_;
  Journal journal_;
  process::KeeperWelcome welcome_;
  Inheritance inherited_;
  Upgrade upgrade_;
  Changeover changeover_;
  Reload reload_;
  std::unique_ptr<Parts> parts_;
  std::vector<UniqueFd> farewells_;
  int early_terminations_ = 0;
  SupervisorExit failure_ = SupervisorExit::CannotStart;
};

Daemon::Daemon(const ControllerArguments& arguments)
    : arguments_(arguments),
      ready_(ReadyPipe::from_environment()),
      keeper_(loop_, UniqueFd{arguments.keeper_fd}),
      trees_(loop_, {arguments.state_dir.string(), getppid()}),
      limit_places_({arguments.state_dir.string(), getppid()}, trees_),
      limits_(loop_, trees_, limit_places_, notice()),
      notify_(
          loop_, trees_, arguments.socket.string() + ".notify",
          [this](const process::NotifySource& source, const model::Notification& told) {
            if (parts_) parts_->hear(source.run, told);
          },
          notice()),
      runner_(
          loop_, keeper_, trees_, limits_, sink_, notify_, process::own_environment(),
          process::current_user(),
          [this](runtime::RunnerEvent event) {
            if (parts_) parts_->controller.post(std::move(event));
          },
          notice()),
      turns_(loop_, keeper_),
      settled_in_(loop_, release_start_up_memory),
      chores_(loop_, keeper_),
      journal_(loop_, arguments.state_dir, notice()),
      upgrade_(loop_, keeper_, runner_, inherited_, arguments.programs),
      changeover_(loop_, keeper_, inherited_, arguments_, notice()),
      reload_(keeper_, changeover_, arguments_.drain.has_value(), notice()) {}

void Daemon::on_all_there() {
  if (const Status begun = begin(); !begun) refuse(begun.error(), failure_);
}

void Daemon::on_terminate(int, unsigned count) {
  if (!parts_) {
    early_terminations_ = static_cast<int>(count);
    return;
  }
  parts_->controller.shutdown(static_cast<int>(SupervisorExit::AskedToStop),
                              "asked to stop by a signal");
}

// Services go on; while they do, somebody has to keep them.
void Daemon::on_keeper_lost(const Error& why) {
  chores_.do_now();
  turns_.lose_keeper();
  if (!parts_ || turns_.leaving()) return say("the keeper is gone: " + why.message);
  say("the keeper has died; this controller takes its place");
  parts_->close_history();
  journal_.save();
  say(become_keeper(arguments_, {inherited_.copies(), runner_.hand_over(), {}}, welcome_).message);
}

// Nothing may run yet: says why to whoever waits, and has the keeper end.
void Daemon::refuse(const Error& why, SupervisorExit code) {
  say(why.message);
  ready_.say_error(why.message);
  turns_.leave();
  keeper_.finish(static_cast<int>(code));
}

Status Daemon::begin() {
  for (process::HandedRun& run : inherited_.take_handover(keeper_, notice()))
    runner_.hold(std::move(run));
  failure_ = SupervisorExit::BadUsageOrConfig;
  auto ecosystem = inherited_.load_configuration(arguments_.config, keeper_, notice());
  if (!ecosystem) return ecosystem.error();
  failure_ = SupervisorExit::CannotStart;
  auto stores = open_stores(log_dir_of(arguments_, *ecosystem), arguments_.state_dir, inherited_,
                            keeper_, notice());
  if (!stores) return stores.error();
  auto listening = inherited_.open_control_socket(arguments_.socket, keeper_);
  if (!listening) return listening.error();
  parts_ = std::make_unique<Parts>(
      Base{loop_, trees_, limits_, runner_, sink_, log_, arguments_, notice()}, std::move(*stores),
      std::move(*ecosystem),
      make_options(arguments_, welcome_, inherited_.note(), changeover_.take_renewal()));
  chores_.serve(&parts_->controller);
  begin_serving(std::move(*listening));
  begin_instances();
  release_start_up_memory();
  settled_in_.start(std::chrono::seconds{3});  // by then everything has been started
  return {};
}

void Daemon::begin_instances() {
  parts_->continue_history();
  const auto looks = parts_->stores.checks.records();
  parts_->monitors.restore(looks);
  take_over(parts_->controller, runner_,
            {.controller = welcome_.generation > 1,
             .handed_over = inherited_.handed_over(),
             .records = parts_->stores.state.records(),
             .left_records = inherited_.take_left_records(keeper_),
             .checks = looks,
             .state_dir = arguments_.state_dir,
             .cookie_root = trees_.cookie_root(),
             .only_to_watch = arguments_.drain.has_value()},
            notice());
  notify_.remove_leftovers();
  journal_.serve(parts_->stores.state, runner_);
  parts_->crashes.begin();
  if (!arguments_.drain) parts_->controller.begin(io::read_clocks());
  parts_->sampler.start();
  changeover_.serve(parts_->controller, arguments_.drain.has_value());
  keeper_.tell_stop_budget(parts_->controller.stop_budget(), trees_.kill_folder());
  for (; early_terminations_ > 0; --early_terminations_)
    on_terminate(0, 1);
  settle();
  changeover_.begun();
  if (!arguments_.drain) parts_->monitors.begin();
  parts_->serve_page(inherited_, keeper_);
  ready_.say_ready();
}

void Daemon::begin_serving(UniqueFd listening) {
  const control::Facts facts =
      make_facts(arguments_, welcome_, inherited_, parts_->stores.directory.path());
  if (facts.drain) say(control::drain_sentence(facts));
  parts_->serve(
      loop_, std::move(listening), facts,
      [this](const std::string& who, Upgrade::Tried tried) { upgrade_.begin(who, tried); },
      changeover_);
}

void Daemon::after_turn() {
  if (!parts_ || turns_.leaving()) return;
  if (!upgrade_.under_way() && !changeover_.is_over()) settle();
  if (upgrade_.under_way() || changeover_.is_over()) return make_way();
  chores_.after_turn();
  journal_.after_turn();
  reload_.after_turn();
  if (parts_->controller.finished()) return say_good_bye();
  turns_.tell_keeper();
}

// For the programs or the controller that come next.
void Daemon::make_way() {
  chores_.do_now();
  const bool drained = parts_->server->drained();
  const bool upgrades = upgrade_.under_way();
  if (!(upgrades ? upgrade_.after_turn(drained) : changeover_.after_turn(drained))) return;
  parts_->close_history();
  journal_.save();
  turns_.leave();
}

void Daemon::settle() {
  const Now now = io::read_clocks();
  parts_->controller.settle(now);
  parts_->server->after_settle();
  changeover_.after_settle();
  notify_.acknowledge();
  turns_.wake_at(parts_->controller.next_deadline(), now.mono);
}

// Everything is stopped: the last answers go out, then the keeper is told.
void Daemon::say_good_bye() {
  if (!parts_->server->drained()) return;
  parts_->monitors.end();
  chores_.do_now();
  parts_->close_history();
  journal_.close();
  const int code = *parts_->controller.finished();
  farewells_ = leave_open(keeper_, parts_->server->farewell_descriptors());
  trees_.remove_all();
  control::remove_control_socket(arguments_.socket);
  notify_.remove_folder();
  say(fmt::format("everything is stopped; exit code {}", code));
  keeper_.finish(code);
  turns_.leave();
}

}  // namespace

int run_daemon(const ControllerArguments& arguments) {
  return Daemon{arguments}.run();
}

}  // namespace mainstay
