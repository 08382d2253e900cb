#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "ctl/bring_up.h"
#include "ctl/commands/commands.h"
#include "ctl/json_fields.h"
#include "ctl/proposal.h"
#include "ctl/rollback_text.h"
#include "io/clock.h"

namespace mainstay::ctl {

namespace {

constexpr std::array<OptionSpec, 2> kOptions = {{
    {0, "yes", "", "do not ask first"},
    {0, "rollback", "", "put what was in force before in force again, whatever is on disk"},
}};

class Apply {
 public:
  explicit Apply(Context& context) : context_(context) {}

  CtlExit run() {
    if (const auto refused = refuse_both(context_)) return *refused;
    const Answer plan = context_.ask("config.plan", proposal_params(context_));
    if (!plan) return refused(plan.failure());
    plan_ = plan.result();
    if (!context_.json()) show();
    // Where nothing changes, what is in force is still to be the very file, comments and all.
    const bool asks = flag_of(plan_, "changes") && !context_.has("yes");
    if (asks && !may_ask())
      return context_.fail_usage("apply asks first, and there is no terminal; add --yes");
    if (asks && !is_confirmed()) return nothing_done();
    began_ = io::read_clocks().mono;
    return apply();
  }

 private:
  // The supervisor notes who tried to apply a file with errors. Nothing has this hash, so that a
  // file that is mended by now is not applied unseen.
  CtlExit refused(const Failure& failure) {
    if (failure.code == "invalid_config") {
      Json params = proposal_params(context_);
      params["hash"] = "";
      static_cast<void>(context_.ask("config.apply", params));
    }
    return fail_proposal(context_, failure);
  }

  static constexpr std::string_view kGoesOn = "the change goes on; ctl status shows it";

  void show() {
    context_.out().write(proposal_text(context_, plan_));
    static_cast<void>(context_.out().flush());
    if (!flag_of(plan_, "changes")) return;
    const std::string on_disk = rollback_notice(plan_);
    if (!on_disk.empty()) context_.notice(on_disk);
    const std::string file = raw_text_of(plan_, "file");
    const std::string start_file = raw_text_of(plan_, "start_file");
    if (file != start_file)
      context_.notice(
          fmt::format("a supervisor that is started anew reads {}", safe_line(start_file)));
  }

  bool may_ask() const { return !context_.json() && isatty(STDIN_FILENO) == 1; }

  bool is_confirmed() {
    context_.out().write(context_.has("rollback") ? "Go back to this? [y/N] "
                                                  : "Apply this? [y/N] ");
    static_cast<void>(context_.out().flush());
    std::array<pollfd, 2> ready = {
        {{STDIN_FILENO, POLLIN, 0}, {context_.interrupts().fd(), POLLIN, 0}}};
    if (poll(ready.data(), ready.size(), -1) < 0 || ready[1].revents != 0) return false;
    char line[64];
    const ssize_t size = read(STDIN_FILENO, line, sizeof line);
    return size > 0 && (line[0] == 'y' || line[0] == 'Y');
  }

  CtlExit nothing_done() {
    if (context_.interrupts().signal() != 0) return context_.interrupted("nothing was changed");
    return context_.fail(CtlExit::Failed, "nothing was changed");
  }

  Json params() const {
    Json params = proposal_params(context_);
    params["hash"] = raw_text_of(plan_, "hash");
    return params;
  }

  Duration left() const {
    return std::max(Duration{0},
                    context_.timeout_or(kStartTime) - (io::read_clocks().mono - began_));
  }

  CtlExit apply() {
    const Answer answer = context_.client().call("config.apply", params(), left());
    // The controller may have died after it was decided: the next one goes on with it.
    const bool perhaps = !answer && answer.failure().kind == Failure::Kind::Unreachable;
    if (!answer && !perhaps) return failed(answer.failure());
    if (const auto code = await_change()) return *code;
    if (context_.json()) context_.print_json(answer ? answer.result() : plan_);
    return await_services();
  }

  CtlExit failed(const Failure& failure) {
    if (failure.kind == Failure::Kind::Interrupted) return context_.interrupted(kGoesOn);
    return fail_proposal(context_, failure);
  }

  // Nothing: it is in force.
  std::optional<CtlExit> await_change() {
    while (left() > Duration{0}) {
      const Answer info =
          context_.another_client().call("supervisor.info", Json::object(), left(), {});
      const bool over = info && !flag_of(info.result(), "config_changes");
      const bool ours =
          over && raw_text_of(info.result(), "config_hash") == raw_text_of(plan_, "hash");
      if (ours) {
        context_.client() = context_.another_client();  // the former controller's is broken
        return std::nullopt;
      }
      if (over)
        return context_.fail(CtlExit::Failed, "not applied: the supervisor goes on as before",
                             "why: supervisor.log and ctl events");
      if (!context_.interrupts().pause()) return context_.interrupted(kGoesOn);
    }
    return context_.fail(CtlExit::TimedOut, fmt::format("not done yet; {}", kGoesOn));
  }

  CtlExit await_services() {
    Expectation expected;
    expected.fresh = true;
    expected.quiet = context_.json();
    for (const std::string& name : lines_of(plan_, "added"))
      expected.only.insert(name);
    for (const Json& change : list_of(plan_, "changed"))
      expected.only.insert(text_of(change, "name"));
    if (expected.only.empty()) return CtlExit::Done;
    return await_arrivals(context_, expected, began_, began_ + context_.timeout_or(kStartTime));
  }

  Context& context_;
  Json plan_;
  MonoTime began_;
};

CtlExit run(Context& context) {
  return Apply{context}.run();
}

}  // namespace

const Verb kApply = {
    .name = "apply",
    .aliases = {},
    .summary = "put an ecosystem file in force; only what changed is touched",
    .usage = "apply [FILE | --rollback] [--yes]",
    .details =
        "Shows what FILE, or the file in force as it is on disk now, would change, and asks. Then "
        "services\nthat are not in it any more are stopped, new ones are started, and those are "
        "restarted whose\nprocess would be another one; everything else goes on. Waits until "
        "what was added or changed is\nup, 60 s at most (--timeout). A file with errors changes "
        "nothing. Exit code 1 when a service\nfailed, 2 when the file has errors, 7 when something "
        "is still on its way at the end of the time.\n\n"
        "With --rollback what was in force before the latest apply or reload is put in force "
        "again, "
        "in the\nsame way; a second --rollback takes that back. No file is written: the next apply "
        "of the file puts\nin force what is on disk then. Exit code 1 when nothing was in force "
        "before.",
    .options = kOptions,
    .least = 0,
    .most = 1,
    .wants = {},
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
