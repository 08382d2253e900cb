#include "ctl/boot/places.h"

#include <fmt/format.h>

namespace mainstay::ctl::boot {

namespace {

std::string home_of(const Host& host) {
  const auto home = host.environment("HOME");
  return home && home->starts_with('/') ? *home : "";
}

std::string user_units(const Host& host) {
  const auto config = host.environment("XDG_CONFIG_HOME");
  const std::string folder =
      config && config->starts_with('/') ? *config : home_of(host) + "/.config";
  return folder + "/systemd/user/mainstay.service";
}

std::string launchd_file(bool user, const Host& host) {
  return fmt::format("{}/Library/{}/{}.plist", user ? home_of(host) : "",
                     user ? "LaunchAgents" : "LaunchDaemons", unit_of(Target::Launchd));
}

}  // namespace

std::string file_of(Target target, bool user, const Host& host) {
  switch (target) {
    case Target::Systemd:
      return user ? user_units(host) : "/etc/systemd/system/mainstay.service";
    case Target::Launchd:
      return launchd_file(user, host);
    case Target::WindowsTask:
      return "mainstay.xml";
    case Target::OpenRc:
      return "/etc/init.d/mainstay";
  }
  return "";
}

std::string installed_file(Target target, bool user, const Host& host) {
  std::vector<std::string> places = {file_of(target, user, host)};
  if (target == Target::Systemd && !user) {
    places.emplace_back("/usr/lib/systemd/system/mainstay.service");
    places.emplace_back("/lib/systemd/system/mainstay.service");
  }
  for (const std::string& place : places) {
    if (host.exists(place)) return place;
  }
  return "";
}

bool is_from_package(const std::string& file) {
  return file.starts_with("/usr/lib/") || file.starts_with("/lib/");
}

std::vector<std::string> systemctl(bool user, std::vector<std::string> more) {
  more.insert(more.begin(), "systemctl");
  if (user) more.insert(more.begin() + 1, "--user");
  return more;
}

std::string answer_of(const Host& host, const std::vector<std::string>& words) {
  const auto ran = host.run(words);
  if (!ran) return "";
  const std::size_t end = ran->output.find_last_not_of(" \n");
  return end == std::string::npos ? "" : ran->output.substr(0, end + 1);
}

bool is_enabled(Target target, bool user, const Host& host) {
  switch (target) {
    case Target::Systemd:
      return answer_of(host, systemctl(user, {"is-enabled", "mainstay.service"})) == "enabled";
    case Target::OpenRc:
      return host.exists("/etc/runlevels/default/mainstay");
    case Target::Launchd:  // what lies in its folder is started, unless it was disabled
    case Target::WindowsTask:
      return true;
  }
  return false;
}

bool is_lingering(const Host& host) {
  return host.exists("/var/lib/systemd/linger/" + host.user);
}

std::string start_command(Target target, bool user, const Host& host) {
  switch (target) {
    case Target::Systemd:
      return user ? "systemctl --user start mainstay" : "systemctl start mainstay";
    case Target::Launchd:
      return fmt::format("launchctl bootstrap {} {}", user ? "gui/$(id -u)" : "system",
                         file_of(target, user, host));
    case Target::WindowsTask:
      return "schtasks /run /tn mainstay";
    case Target::OpenRc:
      return "rc-service mainstay start";
  }
  return "";
}

std::string look_command(Target target, bool user) {
  switch (target) {
    case Target::Systemd:
      return user ? "journalctl --user -u mainstay -b" : "journalctl -u mainstay -b";
    case Target::Launchd:
      return "launchctl print system/io.mainstay.supervisor";
    case Target::WindowsTask:
      return "schtasks /query /tn mainstay /v /fo list";
    case Target::OpenRc:
      return "rc-service mainstay status";
  }
  return "";
}

}  // namespace mainstay::ctl::boot
