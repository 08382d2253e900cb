// From a declared service to the bytes that the keeper's child acts on: arguments, candidates,
// environment, ids and limits. Pure, but for user_for().
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "keeper/request.h"
#include "model/service_spec.h"
#include "process/environment.h"
#include "process/user_posix.h"
#include "runtime/ports.h"

namespace mainstay::process {

// What one run needs, spelled out.
struct SpawnRequest {
  std::vector<std::string> arguments;
  std::vector<std::string> candidates;  // what to exec, in this order
  EnvironmentMap environment;
  std::string cwd;
  std::optional<User> user;  // nothing: stay who we are
  bool no_new_privileges = false;
  std::uint32_t umask = 022;
  int nice = 0;  // 0: as the supervisor's
  std::vector<keeper::RunLimit> limits;
  std::vector<std::string> cgroups;  // cgroup.procs files
  int notify_fd = 0;                 // s6's notification descriptor; 0: none
};

// The memfd's bytes (keeper/request.h); an error when something is larger than that allows.
Result<std::string> encode_request(const SpawnRequest& request);

// The paths to try for `program`: itself where it has a slash (relative to `cwd`), else each folder
// of `path` with it.
std::vector<std::string> candidate_paths(std::string_view program, std::string_view path,
                                         std::string_view cwd);

// The user a service runs as: nothing when that is who we are. Reads the user database. Not root
// and another user: an error.
Result<std::optional<User>> user_for(const model::ServiceSpec& spec, const User& self);

// The service itself, or with `command` another program in its place (stop.command). `user` is what
// user_for() said.
Result<SpawnRequest> compose_request(const runtime::StartRequest& start, std::optional<User> user,
                                     const SecretValues& secrets, const SpawnContext& context,
                                     const std::vector<model::Template>* command = nullptr);

}  // namespace mainstay::process
