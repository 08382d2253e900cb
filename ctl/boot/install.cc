#include "ctl/boot/install.h"

#include <fmt/format.h>

#include "ctl/boot/places.h"
#include "ctl/boot/record.h"
#include "ctl/boot/render.h"

namespace mainstay::ctl::boot {

namespace {

std::string_view what_runs(Target target) {
  switch (target) {
    case Target::Systemd:
      return "systemd does not run this system";
    case Target::Launchd:
      return "this is no macOS";
    case Target::WindowsTask:
      return "this is no Windows";
    case Target::OpenRc:
      return "OpenRC does not run this system";
  }
  return "";
}

std::string where_it_does(Target target, bool user) {
  const std::string print =
      fmt::format("ctl boot print {}{}", name_of(target), user ? " --user" : "");
  if (target != Target::WindowsTask) return fmt::format("for another machine: {}", print);
  return fmt::format(
      "for another machine: {} > mainstay.xml, and there: schtasks /create /tn "
      "mainstay /xml mainstay.xml",
      print);
}

std::optional<Refusal> refuse_user(Target target, bool user, const Host& host) {
  if (user && target == Target::OpenRc) {
    return Refusal{CtlExit::Usage, std::string{kOpenRcForUsers},
                   "for the machine: ctl boot install, as root"};
  }
  if (user && host.as_root) {
    return Refusal{CtlExit::Usage, "--user is for the account that types it, and this is root",
                   "type it as that user, without sudo; for the machine: ctl boot install"};
  }
  return std::nullopt;
}

std::optional<Refusal> refuse_change(Target target, bool user, const Host& host) {
  if (auto refusal = refuse(target, user, host)) return refusal;
  if (user || host.as_root) return std::nullopt;
  return Refusal{CtlExit::Denied, "only root may change what starts with the machine",
                 "type it with sudo, or for your account alone with --user"};
}

// What hands have written is not ours to throw away.
std::optional<Refusal> refuse_foreign(const std::string& file, const Host& host, bool edited) {
  const auto text = host.read(file);
  if (!text) return std::nullopt;
  const auto record = read_record(*text);
  if (!record) {
    return Refusal{CtlExit::Failed,
                   fmt::format("{} is not from ctl boot; it is left as it is", file),
                   "move it away first if it is not needed"};
  }
  if (!record->intact && !edited) {
    return Refusal{CtlExit::Failed,
                   fmt::format("{} was changed by hand; it is left as it is", file),
                   "move the changes into a drop-in (systemctl edit mainstay) or away, then remove "
                   "the file"};
  }
  return std::nullopt;
}

std::vector<Step> systemd_steps(const Plan& plan, const Host& host) {
  std::vector<Step> steps;
  if (!is_enabled(Target::Systemd, plan.user, host))
    steps.push_back(run_step(systemctl(plan.user, {"enable", "mainstay.service"})));
  if (plan.user && !is_lingering(host)) {
    steps.push_back(run_step({"loginctl", "enable-linger", host.user},
                             fmt::format("without it, it starts at the first login and ends with "
                                         "the last: sudo loginctl enable-linger {}",
                                         host.user)));
  }
  return steps;
}

std::vector<Step> enabling_steps(const Plan& plan, const Host& host) {
  switch (plan.target) {
    case Target::Systemd:
      return systemd_steps(plan, host);
    case Target::OpenRc:
      if (is_enabled(plan.target, plan.user, host)) return {};
      return {run_step({"rc-update", "add", "mainstay", "default"})};
    case Target::Launchd:
    case Target::WindowsTask:
      return {};
  }
  return {};
}

unsigned mode_of(Target target) {
  return target == Target::OpenRc ? 0755 : 0644;
}

}  // namespace

std::optional<Refusal> refuse(Target target, bool user, const Host& host) {
  if (host.native() != target) {
    return Refusal{CtlExit::Failed,
                   fmt::format("cannot use {} here: {}", name_of(target), what_runs(target)),
                   where_it_does(target, user)};
  }
  return refuse_user(target, user, host);
}

std::variant<std::vector<Step>, Refusal> install_steps(const Plan& plan, const Host& host) {
  if (auto refusal = refuse_change(plan.target, plan.user, host)) return *refusal;
  if (!host.is_executable(plan.program)) {
    return Refusal{CtlExit::Failed, fmt::format("there is no program {}", plan.program),
                   "install the supervisor beside ctl, or name it with --program"};
  }
  const auto text = render(plan);
  if (!text) return Refusal{CtlExit::Usage, text.error().message, {}};
  const std::string file = file_of(plan.target, plan.user, host);
  if (auto refusal = refuse_foreign(file, host, false)) return *refusal;
  std::vector<Step> steps;
  // One that a package brought is as good, if it says the same.
  const std::string installed = installed_file(plan.target, plan.user, host);
  if (installed.empty() || host.read(installed) != *text) {
    steps.push_back(write_step(file, *text, mode_of(plan.target)));
    if (plan.target == Target::Systemd)
      steps.push_back(run_step(systemctl(plan.user, {"daemon-reload"})));
  }
  for (Step& step : enabling_steps(plan, host))
    steps.push_back(std::move(step));
  return steps;
}

std::variant<std::vector<Step>, Refusal> remove_steps(Target target, bool user, const Host& host) {
  if (auto refusal = refuse_change(target, user, host)) return *refusal;
  const std::string file = file_of(target, user, host);
  const std::string installed = installed_file(target, user, host);
  if (auto refusal = refuse_foreign(file, host, true)) return *refusal;
  std::vector<Step> steps;
  const bool enabled = !installed.empty() && is_enabled(target, user, host);
  if (enabled && target == Target::Systemd)
    steps.push_back(run_step(systemctl(user, {"disable", "mainstay.service"})));
  if (enabled && target == Target::OpenRc)
    steps.push_back(run_step({"rc-update", "del", "mainstay", "default"}));
  if (installed != file) return steps;
  steps.push_back(remove_step(file));
  if (target == Target::Systemd) steps.push_back(run_step(systemctl(user, {"daemon-reload"})));
  return steps;
}

}  // namespace mainstay::ctl::boot
