#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "ctl/commands/commands.h"
#include "ctl/json_fields.h"
#include "ctl/process_watch.h"
#include "ctl/service_view.h"
#include "io/clock.h"

namespace mainstay::ctl {

namespace {

// The new programs have 5 s, the way back takes a moment, too.
constexpr Duration kPatience = std::chrono::seconds{30};

class Upgrade {
 public:
  explicit Upgrade(Context& context) : context_(context), began_(io::read_clocks().mono) {}

  CtlExit run() {
    const Answer before = context_.ask("supervisor.info");
    if (!before) return context_.fail(before.failure());
    const auto controller = whole_of(before.result(), "controller_pid").value_or(0);
    const ProcessWatch replaced{static_cast<int>(controller)};
    const Answer answer = context_.client().call("supervisor.upgrade", Json::object(),
                                                 context_.timeout_or(kPatience), {});
    if (!answer) return context_.fail(answer.failure());
    if (!replaced.wait_until_gone(left(), context_.interrupts().fd())) return still_there();
    while (left() > Duration{0}) {
      const Answer after =
          context_.another_client().call("supervisor.info", Json::object(), left(), {});
      if (after) return report(answer.result(), after.result());
      if (!context_.interrupts().pause()) return context_.interrupted(kGoesOn);
    }
    return context_.fail(CtlExit::TimedOut, "nobody answers since; look at supervisor.log");
  }

 private:
  static constexpr std::string_view kGoesOn = "the upgrade goes on; ctl version shows how it ends";

  Duration left() const {
    return std::max(Duration{0},
                    context_.timeout_or(kPatience) - (io::read_clocks().mono - began_));
  }

  CtlExit still_there() {
    if (context_.interrupts().signal() != 0) return context_.interrupted(kGoesOn);
    return context_.fail(CtlExit::TimedOut, fmt::format("not done yet; {}", kGoesOn));
  }

  CtlExit report(const Json& asked, const Json& info) {
    const Json* upgrade = member(info, "upgrade");
    const bool ok = upgrade != nullptr && upgrade->is_object() && flag_of(*upgrade, "ok");
    if (context_.json()) {
      context_.print_json(info);
      return ok ? CtlExit::Done : CtlExit::Failed;
    }
    if (!ok) {
      return context_.fail(
          CtlExit::Failed,
          fmt::format("the new version {} did not come to work; back at {}, services went on",
                      text_of(asked, "to"), text_of(info, "version")),
          "why: supervisor.log and ctl events");
    }
    const auto count = whole_of(info, "instances").value_or(0);
    context_.out().line(fmt::format("upgraded from {} to {} in {}; {} went on",
                                    text_of(asked, "from"), text_of(info, "version"),
                                    run_text(io::read_clocks().mono - began_),
                                    count_of(static_cast<std::size_t>(count), "instance")));
    return CtlExit::Done;
  }

  Context& context_;
  MonoTime began_;
};

CtlExit run(Context& context) {
  return Upgrade{context}.run();
}

}  // namespace

const Verb kUpgrade = {
    .name = "upgrade",
    .aliases = {},
    .summary = "replace the running supervisor by the installed version; services go on",
    .usage = "upgrade",
    .details =
        "The installed programs are tried first: whether they run, and can read the configuration "
        "and the\nstate in force. When the new version is not ready after 5 seconds the old one "
        "comes back.",
    .options = {},
    .least = 0,
    .most = 0,
    .wants = {},
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
