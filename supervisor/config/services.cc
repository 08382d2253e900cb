#include "config/services.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/addresses.h"
#include "config/checks.h"
#include "config/commands.h"
#include "config/limits.h"
#include "config/paths.h"
#include "config/policies.h"
#include "config/scalars.h"

namespace mainstay::config {

namespace {

void read_umask(const Field& field, std::uint32_t& out) {
  const std::optional<std::string> text = read_plain(field);
  if (!text) return;
  if (field.node()->plain && !has_reference(field.node()->text)) {
    return field.error(
        fmt::format("{0} without quotes is a number, and readers of YAML disagree whether it is "
                    "octal; write \"{0}\"",
                    *text));
  }
  const bool octal = !text->empty() && text->size() <= 4 &&
                     text->find_first_not_of("01234567") == std::string::npos;
  const unsigned long mask = octal ? std::stoul(*text, nullptr, 8) : 01000;
  if (mask > 0777)
    return field.error(fmt::format("{} is not an octal mask like \"022\"", in_quotes(*text)));
  out = static_cast<std::uint32_t>(mask);
}

void read_tags(const Field& field, std::vector<std::string>& out) {
  for (std::string& tag : read_plain_list(field)) {
    if (!is_valid_name(tag)) {
      field.error(
          fmt::format("{} is not a tag: letters, digits, . _ - only, at most 64", in_quotes(tag)));
    } else if (std::find(out.begin(), out.end(), tag) == out.end()) {
      out.push_back(std::move(tag));
    }
  }
}

void read_depends_on(const Field& field, std::vector<model::Dependency>& out,
                     const std::string& name, std::vector<Mention>& mentions) {
  static constexpr std::string_view kConditions[] = {"started", "healthy", "completed"};
  const bool map = field.is(NodeKind::Map);
  if (!map && !field.is(NodeKind::List)) return;
  for (std::size_t i = 0; i < field.size(); ++i) {
    const Field item = map ? field.entry(i) : field.item(i);
    model::Dependency dependency;
    if (map) {
      dependency.service = item.key();
      read(item, kConditions, dependency.condition);
    } else {
      const auto service = read_plain(item);
      if (!service) continue;
      dependency.service = *service;
    }
    mentions.push_back({name, "depends_on", dependency.service, map ? item.key_at() : item.at()});
    out.push_back(std::move(dependency));
  }
}

void read_restart_with(const Field& field, std::vector<std::string>& out, const std::string& name,
                       std::vector<Mention>& mentions) {
  out = read_plain_list(field);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const bool listed = field.is(NodeKind::List) && field.size() == out.size();
    mentions.push_back({name, "restart_with", out[i], listed ? field.item(i).at() : field.at()});
  }
}

void read_listen(const Field& field, std::vector<model::ListenSpec>& out) {
  for (std::size_t i = 0; field.is(NodeKind::Map) && i < field.size(); ++i) {
    const Field socket = field.entry(i);
    if (!is_valid_name(socket.key())) socket.error(socket.key_at(), "is not a name for a socket");
    const std::optional<std::string> address = read_plain(socket);
    if (!address) continue;
    const std::string problem = problem_of_listen(*address);
    if (!problem.empty()) socket.error(problem);
    out.push_back({std::string{socket.key()}, *address});
  }
}

void read_hooks(const Field& field, model::HooksSpec& out) {
  if (!field.is(NodeKind::Map)) return;
  out.before_start = read_words(field["before_start"]);
  out.after_stop = read_words(field["after_stop"]);
}

void read_watch(const Field& field, std::optional<model::WatchSpec>& out) {
  if (!field.is(NodeKind::Map)) return;
  model::WatchSpec watch;
  const Field paths = field["paths"];
  for (const std::string& path : read_plain_list(paths)) {
    watch.paths.push_back(resolve_path(field.reading().sources, paths.at().file, path));
  }
  if (!paths.present() || (paths.is(NodeKind::List) && paths.size() == 0))
    field.error("needs paths to watch");
  watch.ignore = read_plain_list(field["ignore"]);
  read(field["delay"], watch.delay);
  out = std::move(watch);
}

void read_reload(const Field& field, std::optional<int>& out) {
  if (!field.is(NodeKind::Map)) return;
  int signal = 0;
  read_signal(field["signal"], signal);
  if (!field["signal"].present()) field.error("needs a signal");
  if (signal != 0) out = signal;
}

// The descriptor has to fit below the limit that the service gets.
void check_notify_fd(const Field& owner, const model::ServiceSpec& service) {
  const auto* notify =
      service.ready ? std::get_if<model::NotifyProbe>(&service.ready->probe) : nullptr;
  const auto limit = service.limits.open_files;
  if (notify == nullptr || !limit || static_cast<std::uint64_t>(notify->fd) < *limit) return;
  owner["ready"]["notify"].error(
      fmt::format("needs limits.open_files above {}; it is {}", notify->fd, *limit));
}

// Sockets of `listen` are the service's descriptors from 3 on (sd_listen_fds(3)).
void check_listen_fds(const Field& owner, const model::ServiceSpec& service) {
  constexpr std::size_t kFirst = 3;
  const auto* notify =
      service.ready ? std::get_if<model::NotifyProbe>(&service.ready->probe) : nullptr;
  const std::size_t end = kFirst + service.listen.size();
  if (notify == nullptr || notify->fd == 0 || static_cast<std::size_t>(notify->fd) >= end) return;
  owner["ready"]["notify"].error(fmt::format(
      "cannot be descriptor {}, which is a socket of 'listen'; take {} or above", notify->fd, end));
}

}  // namespace

model::ServiceSpec read_service(const Field& owner, std::string name, std::uint32_t declared_in,
                                const ServiceNames& names, const Shared& shared,
                                std::vector<Mention>& mentions) {
  model::ServiceSpec out;
  out.name = std::move(name);
  read_program(owner, declared_in, names, shared, out);
  read_umask(owner["umask"], out.umask);
  read(owner["nice"], {-20, 19}, out.nice);
  read(owner["autostart"], out.autostart);
  read(owner["instances"], {1, kMaxInstances}, out.instances);
  read_increment_env(owner["increment_env"], names, out.env, out.increment_env);
  read_tags(owner["tags"], out.tags);
  read(owner["essential"], out.essential);
  read_restart(owner["restart"], out.restart);
  read_depends_on(owner["depends_on"], out.depends_on, out.name, mentions);
  read_restart_with(owner["restart_with"], out.restart_with, out.name, mentions);
  read_ready(owner["ready"], out.ready);
  check_notify_fd(owner, out);
  read_health(owner["health"], out.health);
  read_reload(owner["reload"], out.reload_signal);
  read_listen(owner["listen"], out.listen);
  check_listen_fds(owner, out);
  read_hooks(owner["hooks"], out.hooks);
  read_watch(owner["watch"], out.watch);
  return out;
}

}  // namespace mainstay::config
