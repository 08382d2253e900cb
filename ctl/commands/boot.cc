#include <fmt/format.h>

#include <array>
#include <system_error>

#include "base/text.h"
#include "config/loader.h"
#include "ctl/boot/findings.h"
#include "ctl/boot/install.h"
#include "ctl/boot/places.h"
#include "ctl/boot/render.h"
#include "ctl/commands/commands.h"
#include "ctl/config_report.h"
#include "ctl/json_fields.h"
#include "ctl/launch.h"
#include "ctl/proposal.h"

namespace mainstay::ctl {

namespace {

namespace fs = std::filesystem;
using boot::Host;
using boot::Plan;
using boot::Refusal;
using boot::Step;
using boot::Target;

constexpr std::array<OptionSpec, 6> kOptions = {{
    {0, "config", "FILE", "the ecosystem file that it starts with"},
    {0, "user", "", "for this account alone, without root"},
    {0, "dry-run", "", "only say what would be done"},
    {0, "state-dir", "DIR", "where the supervisor keeps its state"},
    {0, "log-dir", "DIR", "where logs are written"},
    {0, "program", "FILE", "the supervisor, if not the one beside ctl"},
}};

// Files for another system have its usual places.
Endpoint places_of(Target target, bool user, const EnvironmentLookup& environment) {
  if (target != Target::WindowsTask) return default_endpoint(!user, environment);
  if (user) {
    const fs::path folder = R"(C:\Users\NAME\AppData\Local\Mainstay)";
    return {folder.native() + R"(\control.sock)", folder.native() + R"(\state)",
            folder.native() + R"(\log)", folder.native() + R"(\ecosystem.yaml)"};
  }
  return {R"(C:\ProgramData\Mainstay\control.sock)", R"(C:\ProgramData\Mainstay\state)",
          R"(C:\ProgramData\Mainstay\log)", R"(C:\ProgramData\Mainstay\ecosystem.yaml)"};
}

constexpr const char* kWindowsProgram = R"(C:\Program Files\Mainstay\bin\supervisor.exe)";

std::string absolute(const Plan& plan, const std::string& path) {
  if (plan.target == Target::WindowsTask) return path;
  std::error_code error;
  const fs::path whole = fs::absolute(path, error).lexically_normal();
  return error ? path : whole.native();
}

class Boot {
 public:
  explicit Boot(Context& context)
      : context_(context), host_(boot::this_host(context.environment())) {}

  CtlExit run() {
    const auto& words = context_.words();
    if (words.size() > 1) {
      target_ = boot::target_named(words[1]);
      if (!target_) return unknown_target(words[1]);
    } else {
      target_ = host_.native();
      if (!target_) return no_target();
    }
    if (words[0] == "install") return install();
    if (words[0] == "remove") return remove();
    if (words[0] == "status") return status();
    if (words[0] == "print") return print();
    return context_.fail_usage(
        fmt::format("'{}' is none of install, remove, status and print", words[0]));
  }

 private:
  bool user() const { return context_.has("user"); }

  CtlExit unknown_target(const std::string& word) {
    std::vector<std::string> names;
    for (const Target target : boot::kTargets)
      names.emplace_back(name_of(target));
    return context_.fail_usage(
        fmt::format("'{}' is no system to start with{}", word, did_you_mean(word, names)));
  }

  CtlExit no_target() {
    return context_.fail(
        CtlExit::Failed,
        "neither systemd nor OpenRC runs this system, so nothing here starts services",
        "a container starts `supervisor` itself; for another machine: ctl boot print "
        "systemd");
  }

  CtlExit fail(const Refusal& refusal) {
    return context_.fail(refusal.code, refusal.message, refusal.hint);
  }

  Result<std::string> program(const Plan& plan) const {
    if (const auto named = context_.value("program")) return absolute(plan, *named);
    if (plan.target == Target::WindowsTask) return std::string{kWindowsProgram};
    const auto beside = supervisor_beside_me();
    if (!beside) return beside.error();
    return beside->native();
  }

  Result<Plan> make_plan() const {
    Plan plan;
    plan.target = *target_;
    plan.user = user();
    const Endpoint places = places_of(plan.target, plan.user, context_.environment());
    const auto program_path = program(plan);
    if (!program_path) return program_path.error();
    plan.program = *program_path;
    plan.config = absolute(plan, context_.value("config").value_or(places.config.native()));
    plan.state_dir =
        absolute(plan, context_.value("state-dir").value_or(places.state_dir.native()));
    plan.socket = absolute(plan, context_.value("socket").value_or(places.socket.native()));
    plan.log_dir = absolute(plan, context_.value("log-dir").value_or(places.log_dir.native()));
    plan.log_dir_is_named = context_.has("log-dir");
    if (plan.target == Target::WindowsTask && plan.user) plan.account = host_.user;
    return plan;
  }

  CtlExit install() {
    if (const auto refusal = boot::refuse(*target_, user(), host_)) return fail(*refusal);
    const auto plan = make_plan();
    if (!plan) return context_.fail(CtlExit::Failed, plan.error().message);
    const auto loaded = config::load(plan->config, config::process_load_options());
    if (!loaded.ecosystem) return report_errors(context_, loaded);
    const std::string file = boot::file_of(*target_, user(), host_);
    return carry_out(boot::install_steps(*plan, host_), file,
                     fmt::format("It starts with the machine from now on; at once with: {}",
                                 boot::start_command(*target_, user(), host_)));
  }

  CtlExit remove() {
    return carry_out(
        boot::remove_steps(*target_, user(), host_), boot::installed_file(*target_, user(), host_),
        "It does not start with the machine any more; what runs goes on until ctl down");
  }

  CtlExit carry_out(const std::variant<std::vector<Step>, Refusal>& decided,
                    const std::string& file, const std::string& outcome) {
    if (const auto* refusal = std::get_if<Refusal>(&decided)) return fail(*refusal);
    const auto& steps = std::get<std::vector<Step>>(decided);
    std::vector<std::string> notes;
    const bool dry = context_.has("dry-run");
    if (!dry) {
      const Status done = boot::carry_out(host_, steps, notes);
      if (!done) return context_.fail(CtlExit::Failed, done.error().message);
    }
    if (context_.json()) return context_.print_json(result(steps, notes, file));
    show(steps, notes, outcome);
    return CtlExit::Done;
  }

  Json result(const std::vector<Step>& steps, const std::vector<std::string>& notes,
              const std::string& file) const {
    Json list = Json::array();
    for (const Step& step : steps)
      list.push_back(boot::json_of_step(step));
    return Json{{"target", std::string{name_of(*target_)}},
                {"user", user()},
                {"file", file},
                {"dry_run", context_.has("dry-run")},
                {"changed", !steps.empty() && !context_.has("dry-run")},
                {"steps", std::move(list)},
                {"notes", notes}};
  }

  void show(const std::vector<Step>& steps, const std::vector<std::string>& notes,
            const std::string& outcome) {
    const bool dry = context_.has("dry-run");
    for (const Step& step : steps) {
      context_.out().line(
          fmt::format("{}{}", dry ? "would " : "", safe_line(boot::text_of_step(step))));
    }
    for (const std::string& note : notes)
      context_.notice(note);
    if (steps.empty()) context_.out().line("Nothing to do: everything is as it should be.");
    if (!steps.empty() && !dry) context_.out().line(outcome);
  }

  CtlExit status() {
    if (const auto refusal = boot::refuse(*target_, user(), host_)) return fail(*refusal);
    const auto own = supervisor_beside_me();
    const boot::Look look =
        boot::look_at(*target_, user(), host_, own ? own->native() : "",
                      [this](const std::string& socket, const std::string& file) {
                        Client client{socket};
                        client.interrupt_by(context_.interrupts().fd());
                        return would_change(client, file, context_.timeout_or(kAnswerTime));
                      });
    if (context_.json()) {
      context_.print_json(boot::json_of(look));
    } else {
      context_.out().write(boot::text_of_look(look));
    }
    return look.findings.empty() ? CtlExit::Done : CtlExit::NotRunning;
  }

  CtlExit print() {
    if (user() && *target_ == Target::OpenRc) return context_.fail_usage(boot::kOpenRcForUsers);
    const auto plan = make_plan();
    if (!plan) return context_.fail(CtlExit::Failed, plan.error().message);
    const auto text = boot::render(*plan);
    if (!text) return context_.fail(CtlExit::Usage, text.error().message);
    if (context_.json()) {
      return context_.print_json(Json{{"target", std::string{name_of(*target_)}},
                                      {"user", user()},
                                      {"file", boot::file_of(*target_, user(), host_)},
                                      {"text", *text}});
    }
    context_.out().write(*text);
    return CtlExit::Done;
  }

  Context& context_;
  Host host_;
  std::optional<Target> target_;
};

CtlExit run(Context& context) {
  return Boot{context}.run();
}

}  // namespace

const Verb kBoot = {
    .name = "boot",
    .aliases = {},
    .summary = "have the supervisor start with the machine, and see whether that still holds",
    .usage = "boot install|remove|status|print [systemd|launchd|windows-task|openrc] [--user]",
    .details =
        "install writes what the system wants and enables it, remove undoes that; neither starts "
        "or "
        "stops\nanything. status tells what has drifted since (exit code 3). print shows the file "
        "for "
        "any system, on\nany system. Without a system named, the one that runs this machine is "
        "meant.",
    .options = kOptions,
    .least = 1,
    .most = 2,
    .wants = "one of install, remove, status and print",
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
