#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "base/text.h"
#include "ctl/commands/commands.h"
#include "ctl/json_fields.h"
#include "ctl/process_watch.h"
#include "ctl/progress.h"
#include "ctl/waiting.h"
#include "io/clock.h"

namespace mainstay::ctl {

namespace {

constexpr std::string_view kGoesOn = "the stop goes on; ctl status shows it";

class Down {
 public:
  explicit Down(Context& context) : context_(context), began_(io::read_clocks().mono) {}

  CtlExit run() {
    const Answer info = context_.ask("supervisor.info");
    if (!info && info.failure().kind == Failure::Kind::Unreachable) return nothing_runs();
    if (!info) return context_.fail(info.failure());
    remember_services();
    // Taken before it is asked to end, while the number is surely its own.
    const ProcessWatch keeper{static_cast<int>(whole_of(info.result(), "pid").value_or(0))};
    // In drain mode only the keeper can stop what runs, by a controller that it starts for that.
    const bool drains = member(info.result(), "drain") != nullptr;
    if (drains && !keeper.terminate()) return cannot_signal();
    const Answer answer = drains ? Answer{Json{{"stopped", true}}} : shut_down();
    if (!answer) return explain(answer.failure());
    if (!keeper.wait_until_gone(left(), context_.interrupts().fd())) return still_there();
    return report(answer.result());
  }

 private:
  CtlExit nothing_runs() {
    context_.notice(fmt::format("nothing to stop: no supervisor answers on {}",
                                context_.endpoint().socket.native()));
    return CtlExit::Done;
  }

  // What is shown in the end: by then nobody can be asked.
  void remember_services() {
    const Answer answer = context_.ask("services.list");
    if (!answer) return;
    for (const ServiceView& service : views_of(list_of(answer.result(), "services"))) {
      if (!service.pid) continue;
      running_.push_back(service.name);
      services_.insert(service.service);
    }
  }

  Duration left() const {
    const Duration all = context_.timeout_or(kNoTimeout);
    return all == kNoTimeout ? all : std::max(Duration{0}, all - (io::read_clocks().mono - began_));
  }

  Answer shut_down() {
    Progress progress{context_.notices()};
    const auto on_item = [&](const Json& item) {
      waiting_.update(views_of(list_of(item, "waiting")));
      if (!waiting_.empty() && !context_.json()) {
        progress.show(waiting_.line(context_.notices().terminal()), waiting_.what());
      }
      return true;
    };
    return context_.client().call("supervisor.shutdown", Json{{"progress", true}}, left(), on_item);
  }

  CtlExit explain(const Failure& failure) {
    if (failure.kind == Failure::Kind::Interrupted) return context_.interrupted(kGoesOn);
    if (failure.kind == Failure::Kind::TimedOut && !waiting_.empty()) {
      return context_.fail(failure.exit_code(),
                           fmt::format("still stopping: {}; {}", waiting_.names(), kGoesOn));
    }
    return context_.fail(failure);
  }

  CtlExit cannot_signal() {
    return context_.fail(CtlExit::Failed,
                         "cannot send TERM to the supervisor, which is in drain mode: " +
                             std::generic_category().message(errno));
  }

  CtlExit still_there() {
    if (context_.interrupts().signal() != 0) return context_.interrupted(kGoesOn);
    return context_.fail(CtlExit::TimedOut,
                         "everything is stopped, but the supervisor itself has not ended yet");
  }

  CtlExit report(const Json& result) {
    if (context_.json()) return context_.print_json(result);
    const std::string took = run_text(io::read_clocks().mono - began_);
    const std::string names = running_.empty() ? "" : fmt::format(": {}", join_some(running_, 10));
    std::string what = running_.empty() ? "nothing" : count_of(services_.size(), "service");
    if (running_.size() > services_.size()) {
      what += fmt::format(" ({})", count_of(running_.size(), "instance"));
    }
    context_.out().line(fmt::format("Stopped {} and the supervisor in {}{}.", what, took, names));
    return CtlExit::Done;
  }

  Context& context_;
  MonoTime began_;
  Waiting waiting_{"stopping"};
  std::vector<std::string> running_;  // instances
  std::set<std::string> services_;
};

CtlExit run(Context& context) {
  return Down{context}.run();
}

}  // namespace

const Verb kDown = {
    .name = "down",
    .aliases = {},
    .summary = "stop everything and the supervisor",
    .usage = "down",
    .details =
        "Stops all services in reverse order, waits until the supervisor is gone and says "
        "what was stopped.\nWithout --timeout it waits as long as it takes. When no "
        "supervisor runs, that is said and the exit\ncode is 0: what was asked for is so.",
    .options = {},
    .least = 0,
    .most = 0,
    .wants = {},
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
