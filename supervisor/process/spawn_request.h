// From a declared service to the bytes that the keeper's child acts on: arguments, candidates,
// environment, ids and limits. Pure, but for reading the user database where said so.
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
#include "process/user_posix.h"
#include "runtime/ports.h"

namespace mainstay::process {

using EnvironmentMap = std::map<std::string, std::string>;

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
};

// The memfd's bytes (keeper/request.h); an error when something is larger than that allows.
Result<std::string> encode_request(const SpawnRequest& request);

// What the composition needs to know of this process and of the instance's tree.
struct SpawnContext {
  EnvironmentMap own_environment;  // the supervisor's
  User self;
  std::string cookie;  // MAINSTAY_COOKIE
  std::vector<std::string> cgroups;
  std::uint64_t files_hard = 0;  // the keeper's original RLIMIT_NOFILE, hard
};

// Secret values that were read for this start, by variable name.
using SecretValues = std::map<std::string, std::string>;

// The whole environment of a run: PATH HOME USER LOGNAME SHELL LANG TZ, what inherit_env passes,
// env_file and env, INSTANCE, increments, the cookie. Every secret of `spec.env` must be in
// `secrets`.
Result<EnvironmentMap> compose_environment(const model::ServiceSpec& spec, std::uint32_t index,
                                           const std::optional<User>& user,
                                           const SecretValues& secrets,
                                           const SpawnContext& context);

// The paths to try for `program`: itself where it has a slash (relative to `cwd`), else each folder
// of `path` with it.
std::vector<std::string> candidate_paths(std::string_view program, std::string_view path,
                                         std::string_view cwd);

// The user a service runs as: nothing when that is who we are. Reads the user database. Not root
// and another user: an error.
Result<std::optional<User>> user_for(const model::ServiceSpec& spec, const User& self);

// The service itself, or with `command` another program in its place (stop.command).
Result<SpawnRequest> compose_request(const model::ServiceSpec& spec,
                                     const runtime::StartRequest& start,
                                     const SecretValues& secrets, const SpawnContext& context,
                                     const std::vector<model::Template>* command = nullptr);

// A failure of the child as a sentence with its kind (ports.h StartFailure).
runtime::StartFailure explain_failure(const keeper::StageFailure& failure,
                                      const SpawnRequest& request, std::string_view shown_name);

// EAGAIN, ENOMEM, EMFILE and ENFILE are about the machine, everything else about the program.
runtime::StartFailureKind failure_kind(int error_number);

}  // namespace mainstay::process
