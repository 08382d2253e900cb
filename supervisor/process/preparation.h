// From a start request to a spawn request: user, secrets, environment, place in the tree. Secret
// commands take time; everything else is done during the call. Loop thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <variant>

#include "base/fd.h"
#include "process/auxiliary.h"
#include "process/limits.h"
#include "process/spawn_request.h"
#include "process/tree.h"
#include "runtime/ports.h"

namespace mainstay::process {

struct PreparedStart {
  SpawnRequest request;
  UniqueFd cgroup;  // to be born in, or empty
};

using Preparation = std::variant<PreparedStart, runtime::StartFailure>;

// Check: the service's user, cwd and environment for something that is not part of it, so the
// request is in no tree; its arguments are still the service's.
enum class StartPurpose : std::uint8_t { Service, StopCommand, Check };

class Preparer {
 public:
  Preparer(AuxiliaryRuns& auxiliary, ProcessTrees& trees, ResourceLimits& limits,
           EnvironmentMap own_environment, User self);
  ~Preparer();  // calls nobody
  Preparer(const Preparer&) = delete;
  Preparer& operator=(const Preparer&) = delete;

  // Calls `done` once: during this call, or later when secret commands have to run first.
  void prepare(const runtime::StartRequest& start, StartPurpose purpose,
               std::function<void(Preparation)> done);

 private:
  struct Pending;
  Preparation complete(const runtime::StartRequest& start, StartPurpose purpose,
                       const SecretValues& secrets);
  Result<PreparedStart> place(const runtime::StartRequest& start, StartPurpose purpose,
                              SpawnContext& context);
  void run_secret_commands(Pending& pending);
  void run_secret_command(Pending& pending, const std::string& key,
                          const model::SecretCommand& secret);
  void on_secret(std::uint64_t id, const std::string& key, AuxiliaryResult result);

  AuxiliaryRuns& auxiliary_;
  ProcessTrees& trees_;
  ResourceLimits& limits_;
  EnvironmentMap own_environment_;
  User self_;
  std::uint64_t next_id_ = 1;
  std::map<std::uint64_t, std::unique_ptr<Pending>> pending_;
};

}  // namespace mainstay::process
