// The environment of a run: composed from nothing, so that it holds what was declared and no more.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "keeper/request.h"
#include "model/service_spec.h"
#include "process/user_posix.h"

namespace mainstay::process {

using EnvironmentMap = std::map<std::string, std::string>;

// What the composition needs to know of this process and of the instance's tree.
struct SpawnContext {
  EnvironmentMap own_environment;  // the supervisor's
  User self;
  std::string cookie;  // MAINSTAY_COOKIE
  std::vector<std::string> cgroups;
  std::string notify_socket;             // where the run may notify; empty: nowhere
  std::vector<keeper::RunLimit> limits;  // if it becomes another user
  std::uint64_t files_hard = 0;          // the keeper's original RLIMIT_NOFILE, hard
};

// Secret values that were read for this start, by variable name.
using SecretValues = std::map<std::string, std::string>;

// The whole environment of a run: PATH HOME USER LOGNAME SHELL LANG TZ, what inherit_env passes,
// env_file and env, INSTANCE, increments, NOTIFY_SOCKET, the cookie. Every secret of `spec.env`
// must be in `secrets`.
Result<EnvironmentMap> compose_environment(const model::ServiceSpec& spec, std::uint32_t index,
                                           const std::optional<User>& user,
                                           const SecretValues& secrets,
                                           const SpawnContext& context);

}  // namespace mainstay::process
