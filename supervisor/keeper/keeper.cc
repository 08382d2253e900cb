#include "keeper/keeper.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <iterator>

#include "io/clock.h"
#include "keeper/say.h"

namespace mainstay::keeper {

namespace {

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kSecond = 1000 * kMillisecond;
constexpr std::int64_t kNever = INT64_MAX;
constexpr std::int64_t kAskAfter = 5 * kSecond;  // without an answer: Ping
constexpr std::int64_t kHungAfter = 10 * kSecond;
constexpr std::int64_t kStopMargin = 5 * kSecond;
constexpr std::int64_t kHurriedStop = 10 * kSecond;
constexpr std::int64_t kFinishTime = 5 * kSecond;  // from Finish to the end of the controller
constexpr std::int64_t kTrial = 5 * kSecond;       // for new programs to become ready
constexpr int kKillMilliseconds = 10'000;

}  // namespace

int open_signals() {
  sigset_t set;
  sigfillset(&set);
  // Faults of our own and what stops us from a terminal keep their meaning.
  for (int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS, SIGTSTP, SIGTTIN,
                     SIGTTOU, SIGCONT}) {
    sigdelset(&set, number);
  }
  // Whatever our parent ignored would be ignored in every service.
  for (int number = 1; number < SIGRTMAX; ++number) {
    if (sigismember(&set, number) == 1) signal(number, SIG_DFL);
  }
  sigprocmask(SIG_SETMASK, &set, nullptr);
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

Keeper::Keeper(Table& table, ControllerCommand& command, const Program& program,
               const Inheritance& inherited, const ServiceManager& manager, int signal_fd,
               bool hangup_stops)
    : table_(table),
      inherited_(inherited),
      controller_(command, inherited),
      reaper_(table),
      foreign_(table, reaper_),
      manager_(manager),
      link_(table, foreign_, inherited, manager_),
      program_(program),
      signal_fd_(signal_fd),
      hangup_stops_(hangup_stops) {
  hold_left();
  if (program_.passed.handover < 0) return;
  link_.hold(kHandoverName, program_.passed.handover);
  awaits_takeover_ = true;
  if (program_.passed.on_trial()) trial_deadline_ = now_ns() + kTrial;
}

void Keeper::hold_left() {
  for (int i = 0; i < kMostLeft; ++i) {
    if (program_.passed.left.fds[i] < 0) continue;
    char name[kNameBytes];
    snprintf(name, sizeof name, "%s%s", kLeftPrefix, kLeftNames[i]);
    link_.hold(name, program_.passed.left.fds[i]);
  }
}

int Keeper::run() {
  while (!over_) {
    act_on_deadlines(now_ns());
    link_.pump();
    report(now_ns());
    if (!over_) wait(now_ns());
  }
  return exit_code_;
}

std::int64_t Keeper::next_deadline() const {
  std::int64_t next = kNever;
  const auto consider = [&next](std::int64_t at) { next = std::min(next, at); };
  if (controller_.pid() == 0) consider(controller_.start_at());
  if (drains()) consider(controller_.crash_loop().drains_until());
  if (const std::int64_t since = link_.unanswered_since(); since != 0 && controller_.pid() != 0) {
    consider(since + (link_.pinged() ? kHungAfter : kAskAfter));
  }
  if (stop_deadline_ != 0) consider(stop_deadline_);
  if (finish_deadline_ != 0) consider(finish_deadline_);
  if (trial_deadline_ != 0) consider(trial_deadline_);
  if (manager_.next_due() != 0) consider(manager_.next_due());
  if (foreign_.deadline() != 0) consider(foreign_.deadline());
  if (link_.head_start_ends() != 0) consider(link_.head_start_ends());
  return next;
}

void Keeper::wait(std::int64_t now) {
  const std::int64_t deadline = next_deadline();
  const std::int64_t pause = std::clamp<std::int64_t>(deadline - now, 0, 3600 * kSecond);
  const int timeout =
      deadline == kNever ? -1 : static_cast<int>((pause + kMillisecond - 1) / kMillisecond);
  const auto socket_events = static_cast<short>((link_.wants_to_receive() ? POLLIN : 0) |
                                                (link_.wants_to_send() ? POLLOUT : 0));
  pollfd fds[] = {{signal_fd_, POLLIN, 0},
                  {link_.socket(), socket_events, 0},
                  {link_.alive_timer(), POLLIN, 0},
                  {foreign_.fd(), POLLIN, 0}};
  if (poll(fds, std::size(fds), timeout) <= 0) return;
  const std::int64_t woken = now_ns();
  if (fds[3].revents != 0) foreign_.collect(woken);
  if (fds[1].revents != 0) link_.receive();
  if (fds[0].revents != 0) read_signals(woken);
  std::uint64_t expirations = 0;
  if (fds[2].revents != 0 && read(fds[2].fd, &expirations, sizeof expirations) > 0) link_.ping();
  if (awaits_takeover_ && link_.wishes().ready) on_takeover(woken);
  if (link_.wishes().finish && finish_deadline_ == 0) finish_deadline_ = woken + kFinishTime;
}

void Keeper::act_on_deadlines(std::int64_t now) {
  if (finish_deadline_ != 0) {
    if (controller_.pid() == 0 || now >= finish_deadline_) finish(link_.wishes().finish_code);
    return;
  }
  if (stop_deadline_ != 0 && now >= stop_deadline_) {
    say("not everything was stopped in time; killing what is left");
    return finish(0);
  }
  if (foreign_.deadline() != 0 && now >= foreign_.deadline()) foreign_.collect(now);
  if (drains() && now >= controller_.crash_loop().drains_until()) {
    say("drain mode ends: trying a whole controller again");
    controller_.end_drain();
  }
  if (controller_.pid() == 0 && now >= controller_.start_at()) start_controller(now);
  if (controller_.pid() != 0) check_liveness(now);
  if (trial_deadline_ != 0 && now >= trial_deadline_) fall_back();
}

void Keeper::check_liveness(std::int64_t now) {
  const std::int64_t since = link_.unanswered_since();
  if (since == 0 || now < since + kAskAfter) return;
  if (!link_.pinged()) return link_.ping();
  if (now < since + kHungAfter) return;
  link_.forgive();
  // Should ABRT not help, the next suspicion ends with KILL.
  if (controller_.end_hung()) link_.ping();
}

void Keeper::start_controller(std::int64_t now) {
  int socket = -1;
  if (!controller_.start(now, socket)) return;
  const int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  link_.open(socket, timer, controller_.generation());
}

void Keeper::read_signals(std::int64_t now) {
  bool children = false;
  signalfd_siginfo info;
  while (read(signal_fd_, &info, sizeof info) == sizeof info) {
    const int number = static_cast<int>(info.ssi_signo);
    const bool stops = number == SIGTERM || number == SIGINT || number == SIGQUIT ||
                       (number == SIGHUP && hangup_stops_);
    if (stops) on_terminate(number, now);
    if (number == SIGHUP && !stops) on_reload(now);
    if (number != SIGCHLD) continue;
    children = true;
    const bool controller_stopped =
        info.ssi_code == CLD_STOPPED && static_cast<int>(info.ssi_pid) == controller_.pid();
    if (controller_stopped) link_.ping();
  }
  if (children) reap(now);
}

void Keeper::on_terminate(int signal, std::int64_t now) {
  ++terminations_;
  link_.terminate(signal, terminations_);
  const std::int64_t budget = link_.wishes().stop_budget_ms * kMillisecond + kStopMargin;
  if (stop_deadline_ == 0) {
    stop_deadline_ = now + budget;
    manager_.stopping(budget + kKillMilliseconds * kMillisecond);
  }
  if (terminations_ > 1) stop_deadline_ = std::min(stop_deadline_, now + kHurriedStop);
  // Only a whole controller can stop things in their order. Should it die, too, we end them.
  if (drains()) controller_.end_drain();
  if (controller_.pid() == 0) controller_.hurry();
}

void Keeper::on_reload(std::int64_t now) {
  if (terminations_ > 0) return;
  manager_.reloading(now);
  link_.reload();
}

void Keeper::report(std::int64_t now) {
  // One that was asked and does not answer yet may hang, or take up its work again and beat on.
  manager_.act(now, !link_.pinged());
  const bool ready = link_.wishes().ready && !link_.reloads();
  if (ready == said_ready_ || terminations_ > 0) return;
  said_ready_ = ready;
  if (ready) return manager_.ready(link_.found()[0] != 0 ? link_.found() : "Running");
  if (controller_.pid() == 0) manager_.status("The controller has ended; services go on");
}

void Keeper::reap(std::int64_t now) {
  link_.end_head_start();
  int status = 0;
  if (reaper_.reap(controller_.pid(), status, !reaps_all())) on_controller_end(status, now);
}

void Keeper::on_takeover(std::int64_t now) {
  awaits_takeover_ = false;
  trial_deadline_ = 0;
  for (int* fd : {&program_.passed.reserve, &program_.passed.old_keeper})
    drop_fd(*fd);
  if (program_.passed.fell_back_from.empty()) drop_fd(program_.passed.old_controller);
  reap(now);
}

void Keeper::upgrade() {
  const Wishes& wishes = link_.wishes();
  Passed passed;
  passed.handover = wishes.handover;
  passed.reserve = wishes.reserve;
  passed.old_keeper = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  passed.old_controller = wishes.old_controller;
  say("upgrading: running %s in the place of this program", program_.path);
  if (passed.old_keeper >= 0 && passed.old_controller >= 0)
    run_new_program(program_.path, program_.arguments, passed, inherited_);
  say("cannot run %s: %s; going on as before", program_.path, strerror(errno));
  drop_fd(passed.old_keeper);
}

void Keeper::fall_back() {
  say("the new version is not ready in time, or has ended; going back to the old one");
  if (controller_.pid() != 0) {
    kill(controller_.pid(), SIGKILL);
    waitpid(controller_.pid(), nullptr, 0);
    controller_.ended();
  }
  run_old_program(program_.path, program_.arguments, program_.passed, inherited_);
  say("cannot go back: %s; going on with what is there", strerror(errno));
  trial_deadline_ = 0;
  awaits_takeover_ = false;
}

void Keeper::on_controller_end(int status, std::int64_t now) {
  link_.receive();  // its last words may be Finish or Upgrade
  const bool never_began = controller_.generation() == 1 && !link_.greeted() && WIFEXITED(status);
  link_.close();
  controller_.ended();
  if (link_.wishes().finish) return finish(link_.wishes().finish_code);
  if (link_.wishes().upgrade) {
    upgrade();
    link_.resume();
    controller_.ended();
    return reap(now);
  }
  if (trial_deadline_ != 0) return fall_back();
  const bool made_room = link_.wishes().replace && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  link_.resume();
  awaits_takeover_ = false;
  if (made_room) return controller_.hurry();
  if (controller_.take_retired()) return;
  if (never_began) {
    const int code = WEXITSTATUS(status);
    return finish(code == 127 || code == 0 ? 1 : code);
  }
  controller_.crashed(status, now);
  if (terminations_ > 0 && controller_.crash_loop().crashes() >= 3) {
    say("the controller cannot stop the services; killing them");
    finish(0);
  }
}

void Keeper::finish(int code) {
  over_ = true;
  exit_code_ = code;
  manager_.forget_all();  // that is for a supervisor that could not end so
  if (kill_everything(table_, link_.wishes().cgroup_root, kKillMilliseconds)) return;
  say("some processes did not end even when killed; leaving them behind");
}

}  // namespace mainstay::keeper
