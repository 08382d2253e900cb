#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "base/text.h"
#include "config/loader.h"
#include "ctl/bring_up.h"
#include "ctl/commands/commands.h"
#include "ctl/config_report.h"
#include "ctl/json_fields.h"
#include "ctl/launch.h"
#include "io/clock.h"
#include "mainstay/version.h"

namespace mainstay::ctl {

namespace {

namespace fs = std::filesystem;

constexpr std::array<OptionSpec, 4> kOptions = {{
    {0, "foreground", "", "become the supervisor instead of starting one in the background"},
    {0, "config", "FILE", "the same as FILE"},
    {0, "state-dir", "DIR", "where the supervisor keeps its state"},
    {0, "log-dir", "DIR", "where logs are written"},
}};

constexpr const char* kLocalFile = "ecosystem.yaml";

class Up {
 public:
  explicit Up(Context& context)
      : context_(context),
        began_(io::read_clocks().mono),
        deadline_(began_ +
                  std::min<Duration>(context.timeout_or(kStartTime), std::chrono::years{1})) {}

  CtlExit run() {
    if (auto error = choose_file()) return context_.fail_usage(*error);
    if (context_.has("foreground")) return become_supervisor();
    if (auto code = join_running()) return *code;
    const auto lock = lock_launch(state_dir(), left(), context_.interrupts().fd());
    if (!lock) return cannot_lock(lock.error());
    // Whoever had the lock before us has started one.
    if (auto code = join_running()) return *code;
    return start();
  }

 private:
  std::optional<std::string> choose_file() {
    const auto option = context_.value("config");
    named_ = option.has_value() || !context_.words().empty();
    if (option && !context_.words().empty()) return "name the file once, as FILE or with --config";
    file_ = option                     ? fs::path{*option}
            : context_.words().empty() ? context_.endpoint().config
                                       : fs::path{context_.words()[0]};
    return std::nullopt;
  }

  static fs::path absolute(const fs::path& path) {
    std::error_code error;
    const fs::path whole = fs::absolute(path, error).lexically_normal();
    return error ? path : whole;
  }

  fs::path state_dir() const {
    return absolute(context_.value("state-dir").value_or(context_.endpoint().state_dir.native()));
  }

  // --log-dir, else what the file says, else the default of the mode.
  fs::path log_dir(const model::Ecosystem* ecosystem) const {
    if (const auto option = context_.value("log-dir")) return absolute(*option);
    if (ecosystem != nullptr && ecosystem->logs.dir) return absolute(*ecosystem->logs.dir);
    return absolute(context_.endpoint().log_dir);
  }

  Duration left() const { return std::max(Duration{0}, deadline_ - io::read_clocks().mono); }

  // Nothing: no supervisor answers.
  std::optional<CtlExit> join_running() {
    const Answer info = context_.client().call("supervisor.info", Json::object(),
                                               std::min(left(), context_.timeout_or(kAnswerTime)));
    if (!info && info.failure().kind == Failure::Kind::Unreachable) return std::nullopt;
    if (!info) return context_.fail(info.failure());
    const fs::path in_force = raw_text_of(info.result(), "config");
    if (!is_ours(in_force)) {
      return context_.fail(
          CtlExit::Failed,
          fmt::format("a supervisor is running already, with {}", in_force.native()),
          "stop it first: ctl down, or run a second one with its own --socket, --state-dir and "
          "--log-dir");
    }
    if (!context_.json()) {
      context_.out().line(fmt::format("mainstay {}  already running with {}",
                                      text_of(info.result(), "version"),
                                      safe_line(in_force.native())));
    }
    return await_arrivals(context_, Expectation{false}, began_, deadline_);
  }

  // Without a file named and without one here, any is right.
  bool is_ours(const fs::path& in_force) const {
    std::error_code error;
    if (!named_ && !fs::exists(file_, error)) return true;
    return fs::equivalent(file_, in_force, error) || absolute(file_) == in_force;
  }

  config::Loaded load(const fs::path& path) const {
    return config::load(path, config::process_load_options());
  }

  CtlExit cannot_lock(const Error& error) {
    if (error.code == EINTR) return context_.interrupted("");
    return context_.fail(error.code == ETIMEDOUT ? CtlExit::TimedOut : CtlExit::Failed,
                         error.message);
  }

  Result<LaunchPlan> plan(const model::Ecosystem* ecosystem) const {
    auto program = supervisor_beside_me();
    if (!program) return program.error();
    return LaunchPlan{*program, absolute(file_), state_dir(), log_dir(ecosystem),
                      absolute(context_.endpoint().socket)};
  }

  CtlExit become_supervisor() {
    const config::Loaded loaded = load(file_);
    const auto how = plan(loaded.ecosystem ? &*loaded.ecosystem : nullptr);
    if (!how) return context_.fail(CtlExit::Failed, how.error().message);
    return context_.fail(CtlExit::Failed, run_in_foreground(*how).message);
  }

  CtlExit start() {
    const config::Loaded loaded = load(file_);
    if (!loaded.ecosystem) return nothing_here() ? suggest_file() : report_errors(context_, loaded);
    const auto how = plan(&*loaded.ecosystem);
    if (!how) return context_.fail(CtlExit::Failed, how.error().message);
    if (!context_.json()) context_.out().line(headline(*loaded.ecosystem));
    static_cast<void>(context_.out().flush());
    if (!loaded.inactive.empty()) {
      context_.notice(fmt::format("{} of the file {} not active in this version: ctl check",
                                  count_of(loaded.inactive.size(), "setting"),
                                  loaded.inactive.size() == 1 ? "is" : "are"));
    }
    const Launched launched = launch(*how, left(), context_.interrupts().fd());
    switch (launched.failure) {
      case LaunchFailure::None:
        return await_arrivals(context_, Expectation{true}, began_, deadline_);
      case LaunchFailure::TimedOut:
        return context_.fail(CtlExit::TimedOut, launched.message + "; ctl ping tells when it is");
      case LaunchFailure::Interrupted:
        return context_.interrupted("the supervisor goes on starting; ctl status shows it");
      case LaunchFailure::CannotStart:
        break;
    }
    // Somebody else, as the system's service manager, may have been faster.
    if (auto code = join_running()) return *code;
    return context_.fail(CtlExit::Failed, launched.message);
  }

  // As root the default is the system's file, and a person may mean the one in this folder.
  bool nothing_here() const {
    std::error_code error;
    return !named_ && !fs::exists(file_, error) && fs::exists(kLocalFile, error);
  }

  CtlExit suggest_file() {
    return context_.fail(CtlExit::Usage, fmt::format("there is no {}", file_.native()),
                         fmt::format("the file of this folder: ctl up {}", kLocalFile));
  }

  std::string headline(const model::Ecosystem& ecosystem) const {
    return fmt::format("mainstay {}  {}: {} from {}", kVersion, safe_line(ecosystem.name),
                       count_of(ecosystem.services.size(), "service"), safe_line(file_.native()));
  }

  Context& context_;
  MonoTime began_;
  MonoTime deadline_;
  fs::path file_;
  bool named_ = false;
};

CtlExit run(Context& context) {
  return Up{context}.run();
}

}  // namespace

const Verb kUp = {
    .name = "up",
    .aliases = {},
    .summary = "start the supervisor with a file and wait until everything is up",
    .usage = "up [FILE] [--foreground]",
    .details =
        "Checks FILE, starts a supervisor in the background and waits until every service that "
        "starts\nby itself is running. When one runs already with this file, only reports. Waits "
        "60 s at most\n(--timeout). Exit code 1 when a service failed, 3 when one is stopped that "
        "should run, 7 when\nsomething is still on its way at the end of the time.",
    .options = kOptions,
    .least = 0,
    .most = 1,
    .wants = {},
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
