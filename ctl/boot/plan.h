// What starts with the machine, and by which system's means.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mainstay::ctl::boot {

enum class Target { Systemd, Launchd, WindowsTask, OpenRc };

inline constexpr Target kTargets[] = {Target::Systemd, Target::Launchd, Target::WindowsTask,
                                      Target::OpenRc};

// "systemd", "launchd", "windows-task", "openrc": as they are typed.
std::string_view name_of(Target target);
std::optional<Target> target_named(std::string_view name);

// All paths are absolute on the system that they are for.
struct Plan {
  Target target = Target::Systemd;
  bool user = false;  // for one account, without rights over the machine
  std::string program;
  std::string config;
  std::string state_dir;
  std::string socket;
  std::string log_dir;            // where it will be
  bool log_dir_is_named = false;  // else the file may say another
  std::string account;            // Windows, with `user`: "DOMAIN\name"
};

// What the service is called there: "mainstay", for launchd "io.mainstay.supervisor".
std::string_view unit_of(Target target);
// The program and its arguments.
std::vector<std::string> command_words(const Plan& plan);
// ctl beside the program.
std::string ctl_of(const Plan& plan);

}  // namespace mainstay::ctl::boot
