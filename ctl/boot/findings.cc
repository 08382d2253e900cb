#include "ctl/boot/findings.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "config/loader.h"
#include "ctl/boot/places.h"
#include "ctl/boot/quoting.h"
#include "ctl/boot/render.h"
#include "ctl/json_fields.h"

namespace mainstay::ctl::boot {

namespace {

namespace fs = std::filesystem;

class Looker {
 public:
  Looker(Look& look, const Host& host, const std::string& own_program,
         const WouldChange& would_change)
      : look_(look), host_(host), own_program_(own_program), would_change_(would_change) {}

  void run() {
    look_.file = installed_file(look_.target, look_.user, host_);
    if (look_.file.empty()) {
      return find("not_installed", "nothing of ours starts with the machine",
                  look_.user ? "ctl boot install --user" : "ctl boot install");
    }
    look_.enabled = is_enabled(look_.target, look_.user, host_);
    const std::string text = host_.read(look_.file).value_or("");
    look_.record = read_record(text);
    if (!look_.record) {
      return find("foreign", fmt::format("{} is not from ctl boot", look_.file),
                  "what it does is not known; move it away to use ctl boot install");
    }
    look_at_file(text);
    look_at_program();
    look_at_configuration();
    look_at_manager();
  }

 private:
  void find(std::string code, std::string message, std::string hint) {
    look_.findings.push_back({std::move(code), std::move(message), std::move(hint)});
  }
  const Plan& plan() const { return look_.record->plan; }
  std::string install() const {
    return fmt::format("ctl boot install --config {}{}", plan().config,
                       look_.user ? " --user" : "");
  }

  void look_at_file(const std::string& text) {
    if (!look_.record->intact) {
      return find("edited", fmt::format("{} was changed by hand", look_.file),
                  "changes in a drop-in survive an install: systemctl edit mainstay");
    }
    const auto now = render(plan());
    if (now && *now != text && !is_from_package(look_.file)) {
      find("outdated",
           fmt::format("{} was made by version {}, and this one makes it otherwise", look_.file,
                       look_.record->version),
           install());
    }
  }

  void look_at_program() {
    if (!host_.is_executable(plan().program)) {
      return find("program_missing", fmt::format("there is no program {} any more", plan().program),
                  own_program_.empty() ? "install it again" : install());
    }
    std::error_code error;
    if (own_program_.empty() || fs::equivalent(host_.at(plan().program), own_program_, error))
      return;
    find("program_elsewhere",
         fmt::format("{} is started, and this ctl belongs to {}", plan().program, own_program_),
         fmt::format("if this one is meant: {}", install()));
  }

  void look_at_configuration() {
    if (!host_.exists(plan().config)) {
      find("config_missing", fmt::format("there is no ecosystem file {}", plan().config),
           "put it there, or name another: ctl boot install --config FILE");
      return look_at_logs(plan().log_dir);
    }
    const auto loaded = config::load(host_.at(plan().config), config::process_load_options());
    if (!loaded.ecosystem) {
      const std::string first =
          loaded.diagnostics.empty() ? "" : ": " + config::headline(loaded.diagnostics[0]);
      find("config_bad", fmt::format("nothing will start with {}{}", plan().config, first),
           fmt::format("ctl check {}", plan().config));
    } else {
      look_at_what_runs();
    }
    const bool says_where =
        loaded.ecosystem && loaded.ecosystem->logs.dir && !plan().log_dir_is_named;
    look_at_logs(says_where ? loaded.ecosystem->logs.dir->string() : plan().log_dir);
  }

  // The time of the file tells nothing: it may have been applied since it was written.
  void look_at_what_runs() {
    if (!would_change_(plan().socket, plan().config).value_or(false)) return;
    const auto usual_place = default_endpoint(host_.as_root, host_.environment).socket.native();
    const bool usual = !host_.environment("MAINSTAY_SOCKET") && plan().socket == usual_place;
    find("config_changed", fmt::format("{} is not what runs", plan().config),
         fmt::format("ctl apply {}{}", shell_word(plan().config),
                     usual ? "" : " --socket " + shell_word(plan().socket)));
  }

  // Only whoever it is for can tell.
  void look_at_logs(const std::string& folder) {
    if (look_.user == host_.as_root || host_.is_writable_folder(folder)) return;
    find("logs_not_writable", fmt::format("logs cannot be written to {}", folder),
         "make it a folder of its own user, or name another: ctl boot install --log-dir DIR");
  }

  void look_at_manager() {
    if (!look_.enabled) {
      find("not_enabled", "it is installed but not enabled, so it will not start",
           look_.user ? "ctl boot install --user" : "ctl boot install");
    }
    if (look_.target != Target::Systemd) return;
    if (look_.user && !is_lingering(host_)) {
      find("not_lingering",
           fmt::format("user {} does not linger: it starts at the first login and ends with the "
                       "last",
                       host_.user),
           fmt::format("loginctl enable-linger {}", host_.user));
    }
    look_.activity = answer_of(host_, systemctl(look_.user, {"is-active", "mainstay.service"}));
    if (look_.activity == "active") return look_at_process();
    if (look_.activity == "failed") {
      find("failed", "it was started and has failed", look_command(look_.target, look_.user));
    }
  }

  std::string property(const std::string& name) {
    return answer_of(host_, systemctl(look_.user, {"show", "mainstay.service", "--value",
                                                   "--property=" + name}));
  }

  void look_at_process() {
    std::error_code error;
    const fs::path running =
        fs::read_symlink(host_.at(fmt::format("/proc/{}/exe", property("MainPID"))), error);
    if (!error && running.native().ends_with(" (deleted)")) {
      find("program_replaced", "the program was replaced since it was started",
           "services go on with: ctl upgrade");
    }
  }

  Look& look_;
  const Host& host_;
  const std::string& own_program_;
  const WouldChange& would_change_;
};

std::string row(std::string_view name, std::string_view value) {
  return value.empty() ? "" : fmt::format("  {:<16}{}\n", name, safe_line(value));
}

std::string headline(const Look& look) {
  const std::string_view scope = look.user ? " --user" : "";
  if (look.file.empty()) return fmt::format("{}{}: not installed\n", name_of(look.target), scope);
  return fmt::format("{}{}: {}, {}\n", name_of(look.target), scope,
                     look.enabled ? "starts with the machine" : "not enabled",
                     look.activity.empty() ? "installed" : look.activity);
}

}  // namespace

Look look_at(Target target, bool user, const Host& host, const std::string& own_program,
             const WouldChange& would_change) {
  Look look;
  look.target = target;
  look.user = user;
  Looker{look, host, own_program, would_change}.run();
  return look;
}

Json json_of(const Look& look) {
  Json findings = Json::array();
  for (const Finding& finding : look.findings) {
    findings.push_back(
        Json{{"code", finding.code}, {"message", finding.message}, {"hint", finding.hint}});
  }
  const auto text_or_null = [](const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
  };
  Json out{{"target", std::string{name_of(look.target)}},
           {"user", look.user},
           {"installed", !look.file.empty()},
           {"file", text_or_null(look.file)},
           {"enabled", look.enabled},
           {"activity", text_or_null(look.activity)}};
  if (look.record) {
    out["config"] = look.record->plan.config;
    out["program"] = look.record->plan.program;
  }
  out["findings"] = std::move(findings);
  return out;
}

std::string text_of_look(const Look& look) {
  std::string out = headline(look) + row("file", look.file);
  if (look.record) {
    out += row("ecosystem file", look.record->plan.config) +
           row("program", look.record->plan.program) + row("state", look.record->plan.state_dir);
  }
  for (const Finding& finding : look.findings) {
    out += fmt::format("! {} ({})\n  {}\n", safe_line(finding.message), finding.code,
                       safe_line(finding.hint));
  }
  if (look.findings.empty()) out += "Nothing has drifted.\n";
  return out;
}

}  // namespace mainstay::ctl::boot
