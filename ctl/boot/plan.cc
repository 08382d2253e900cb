#include "ctl/boot/plan.h"

#include <algorithm>

namespace mainstay::ctl::boot {

std::string_view name_of(Target target) {
  switch (target) {
    case Target::Systemd:
      return "systemd";
    case Target::Launchd:
      return "launchd";
    case Target::WindowsTask:
      return "windows-task";
    case Target::OpenRc:
      return "openrc";
  }
  return "";
}

std::optional<Target> target_named(std::string_view name) {
  const auto* const at = std::find_if(std::begin(kTargets), std::end(kTargets),
                                      [&](Target target) { return name_of(target) == name; });
  return at == std::end(kTargets) ? std::nullopt : std::optional{*at};
}

std::string_view unit_of(Target target) {
  return target == Target::Launchd ? "io.mainstay.supervisor" : "mainstay";
}

std::vector<std::string> command_words(const Plan& plan) {
  std::vector<std::string> words = {plan.program,   "--config", plan.config, "--state-dir",
                                    plan.state_dir, "--socket", plan.socket};
  if (plan.log_dir_is_named) {
    words.emplace_back("--log-dir");
    words.push_back(plan.log_dir);
  }
  return words;
}

std::string ctl_of(const Plan& plan) {
  const std::size_t end = plan.program.find_last_of("/\\");
  const std::string folder = end == std::string::npos ? "" : plan.program.substr(0, end + 1);
  return folder + (plan.target == Target::WindowsTask ? "ctl.exe" : "ctl");
}

}  // namespace mainstay::ctl::boot
