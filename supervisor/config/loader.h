// The ecosystem file, from disk to model: read, parse, interpolate, default, validate.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/diagnostics.h"
#include "config/source_bundle.h"
#include "mainstay/endpoint.h"
#include "model/ecosystem.h"

namespace mainstay::config {

using NameLookup = std::function<bool(const std::string& name)>;

struct LoadOptions {
  // The supervisor's own variables, for ${NAME}; empty: there are none.
  EnvironmentLookup environment;
  // Whether the machine has such a user or group; empty: not checked. Not asked for numeric ids.
  NameLookup user_exists;
  NameLookup group_exists;
  // Refuse every file, and every folder on the way to it, that somebody else than root or we owns
  // or that group or others may write. What a supervisor that runs as root must set.
  bool refuse_unsafe_files = false;
};

// The options of this process: its environment, its user database, unsafe files refused when it is
// root.
LoadOptions process_load_options();

struct Loaded {
  // Nothing when there is any error.
  std::optional<model::Ecosystem> ecosystem;
  // All errors, by file and line; after the first hundred a note says how many more there are.
  std::vector<Diagnostic> diagnostics;
  // What is accepted and validated but does nothing yet, as notes: "services.backend.health:
  // accepted, not yet active in this version". Once per place, so one for a key in `defaults`.
  std::vector<Diagnostic> inactive;
  // Every file that was read, also when the load failed.
  SourceBundle sources;
};

// Never throws and never changes anything. Bounded in memory and time whatever the files hold
// (config/limits.h). Blocking file access: call it from a worker when the loop must go on.
Loaded load(const std::filesystem::path& path, const LoadOptions& options);

// The same from the bytes of an earlier load, without touching the disk: the very same model for
// the same environment. Users and groups are not looked up again: one that vanished is a start
// error.
Loaded load_bundle(const SourceBundle& bundle, const LoadOptions& options);

}  // namespace mainstay::config
