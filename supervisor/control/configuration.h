// The configuration in force, and how another one takes its place: what config.plan and
// config.apply ask for.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "base/time.h"
#include "config/plan.h"
#include "control/rpc.h"

namespace mainstay::control {

struct ConfigRequest {
  std::string who;
  std::filesystem::path file;       // absolute; empty: the one in force, as it is on disk now
  std::optional<std::string> hash;  // what was looked at; another one is not applied
  bool rollback = false;  // instead of a file: what was in force before, whatever is there
};

// What was in force before, and what has become of its file.
struct Rollback {
  enum class OnDisk { Same, InForce, Another, Unusable };

  std::optional<WallTime> since;  // nothing: since the supervisor was started
  WallTime until;
  std::string replaced_by;
  OnDisk on_disk = OnDisk::Same;  // what the next one reads who applies that file
};

// What it would change, or what is being changed.
struct Proposal {
  std::filesystem::path file;
  std::filesystem::path start_file;  // what a supervisor that is started anew reads
  std::string hash;                  // of everything that was read
  config::Plan plan;
  std::size_t inactive = 0;  // settings of the file that do nothing in this version
  std::optional<Rollback> rollback{};
};

using Proposed = std::function<void(const std::variant<Proposal, RpcFailure>&)>;

class Configuration {
 public:
  virtual ~Configuration() = default;
  // Of what is in force.
  virtual const std::string& hash() const = 0;
  virtual const std::filesystem::path& file() const = 0;
  // A change is under way.
  virtual bool changes() const = 0;
  // Reads the file, or what was in force before, in a worker; nothing is changed.
  virtual void plan(const ConfigRequest& request, Proposed proposed) = 0;
  // The same, and then changes what is to be changed: what is not declared any more is stopped, and
  // the next controller does the rest. `applied` is told when the first is done, in time for an
  // answer before this controller ends; or at once, when nothing changes or it cannot be.
  virtual void apply(const ConfigRequest& request, Proposed applied) = 0;
};

}  // namespace mainstay::control
