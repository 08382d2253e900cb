#include "process/spawn_request.h"

#include <sys/resource.h>

#include <cstring>
#include <utility>

#include "base/text.h"

namespace mainstay::process {

namespace {

template <typename T>
void append_raw(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// Appends with its NUL; false when there is one inside already.
bool append_text(std::string& out, const std::string& text) {
  out.append(text.c_str(), text.size() + 1);
  return text.find('\0') == std::string::npos;
}

bool append_texts(std::string& out, const std::vector<std::string>& texts) {
  bool sound = true;
  for (const std::string& text : texts)
    sound = append_text(out, text) && sound;
  return sound;
}

keeper::RunRequest head_of(const SpawnRequest& request) {
  keeper::RunRequest head;
  head.umask = request.umask;
  head.nice = request.nice;
  if (request.nice != 0) head.flags |= keeper::kSetNice;
  if (request.no_new_privileges) head.flags |= keeper::kNoNewPrivileges;
  if (request.user) {
    head.flags |= keeper::kSetUser;
    head.uid = request.user->uid;
    head.gid = request.user->gid;
    head.groups = static_cast<std::uint32_t>(request.user->groups.size());
  }
  head.limits = static_cast<std::uint32_t>(request.limits.size());
  head.cgroups = static_cast<std::uint32_t>(request.cgroups.size());
  head.candidates = static_cast<std::uint32_t>(request.candidates.size());
  head.arguments = static_cast<std::uint32_t>(request.arguments.size());
  head.notify_fd = static_cast<std::uint32_t>(request.notify_fd);
  head.environment = static_cast<std::uint32_t>(request.environment.size());
  return head;
}

bool counts_fit(const SpawnRequest& request) {
  const auto most = keeper::kMaxRequestTexts;
  return request.candidates.size() <= most && request.arguments.size() <= most &&
         request.environment.size() <= most &&
         (!request.user || request.user->groups.size() <= most);
}

std::vector<keeper::RunLimit> limits_of(const model::Limits& limits) {
  std::vector<keeper::RunLimit> out;
  if (limits.open_files) out.push_back({RLIMIT_NOFILE, 0, *limits.open_files, *limits.open_files});
  if (limits.core) out.push_back({RLIMIT_CORE, 0, limits.core->count, limits.core->count});
  return out;
}

bool same_user(const User& a, const User& b) {
  return a.uid == b.uid && a.gid == b.gid;
}

}  // namespace

Result<std::string> encode_request(const SpawnRequest& request) {
  if (!counts_fit(request)) return Error{"it has too many arguments or variables"};
  keeper::RunRequest head = head_of(request);
  std::string out;
  append_raw(out, head);
  for (const keeper::RunLimit& limit : request.limits)
    append_raw(out, limit);
  if (request.user) {
    for (const gid_t group : request.user->groups)
      append_raw(out, static_cast<std::uint32_t>(group));
  }
  bool sound = append_text(out, request.cwd) && append_texts(out, request.cgroups) &&
               append_texts(out, request.candidates) && append_texts(out, request.arguments);
  for (const auto& [name, value] : request.environment) {
    sound = append_text(out, name + "=" + value) && sound && !name.empty();
  }
  if (!sound) return Error{"its command, its cwd or a variable contains a NUL byte"};
  if (out.size() > keeper::kMaxRequestBytes) {
    return Error{"its command and environment are larger than 8 MiB"};
  }
  head.size = static_cast<std::uint32_t>(out.size());
  std::memcpy(out.data(), &head, sizeof head);
  return out;
}

std::vector<std::string> candidate_paths(std::string_view program, std::string_view path,
                                         std::string_view cwd) {
  const auto below = [](std::string_view folder, std::string_view name) {
    return std::string{folder} + (folder.ends_with('/') ? "" : "/") + std::string{name};
  };
  if (program.starts_with('/')) return {std::string{program}};
  if (program.find('/') != std::string_view::npos) return {below(cwd, program)};
  std::vector<std::string> out;
  for (const std::string_view folder : split(path, ':')) {
    // An empty or relative folder is relative to where the program runs (POSIX "PATH").
    const std::string absolute = folder.starts_with('/') ? std::string{folder} : below(cwd, folder);
    out.push_back(below(absolute, program));
  }
  return out;
}

Result<std::optional<User>> user_for(const model::ServiceSpec& spec, const User& self) {
  if (spec.user.empty() && spec.group.empty()) return std::optional<User>{};
  const std::string name = spec.user.empty() ? std::to_string(self.uid) : spec.user;
  auto user = look_up_user(name, spec.group);
  if (!user) return user.error();
  if (same_user(*user, self)) return std::optional<User>{};
  if (self.uid != 0 && user->uid != self.uid) {
    return Error{"cannot become user '" + spec.user + "': only root may"};
  }
  if (self.uid != 0) return Error{"cannot become group '" + spec.group + "': only root may"};
  return std::optional<User>{std::move(*user)};
}

Result<SpawnRequest> compose_request(const runtime::StartRequest& start, std::optional<User> user,
                                     const SecretValues& secrets, const SpawnContext& context,
                                     const std::vector<model::Template>* command) {
  const model::ServiceSpec& spec = *start.spec;
  auto environment = compose_environment(spec, start.index, user, secrets, context);
  if (!environment) return environment.error();
  const auto known = [&environment](std::string_view name) -> std::optional<std::string> {
    const auto found = environment->find(std::string{name});
    return found == environment->end() ? std::nullopt : std::optional{found->second};
  };
  SpawnRequest request;
  for (const model::Template& argument : command != nullptr ? *command : spec.command.argv) {
    request.arguments.push_back(model::expand(argument, known));
  }
  request.cwd = model::expand(spec.cwd, known);
  if (request.cwd.empty()) request.cwd = "/";
  if (request.arguments.empty() || request.arguments[0].empty()) {
    return Error{"cannot start " + start.shown_name + ": its command is empty"};
  }
  request.candidates =
      candidate_paths(request.arguments[0], known("PATH").value_or(""), request.cwd);
  request.no_new_privileges = user && user->uid != 0;
  request.limits = limits_of(spec.limits);
  if (user)
    request.limits.insert(request.limits.end(), context.limits.begin(), context.limits.end());
  request.user = std::move(user);
  request.environment = std::move(*environment);
  request.umask = spec.umask;
  request.nice = spec.nice;
  request.cgroups = context.cgroups;
  return request;
}

}  // namespace mainstay::process
