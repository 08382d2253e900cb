#include "config/loader.h"

#include <system_error>

#include "config/assembly.h"
#include "config/limits.h"

namespace mainstay::config {

namespace {

Loaded load_from(FileSource& files, const std::filesystem::path& given,
                 const std::filesystem::path& root, const EnvironmentLookup& environment,
                 Accounts accounts) {
  Loaded loaded;
  Sources sources{files, given, root};
  Findings findings{sources};
  Budget budget{kMaxVisits, kMaxText};
  Arena arena;
  EnvFiles env_files;
  const Shared shared{env_files, accounts, environment};
  model::Ecosystem ecosystem = Assembly{sources, findings, budget, arena, shared}.read(root);
  if (findings.error_count() == 0) loaded.ecosystem = std::move(ecosystem);
  loaded.diagnostics = findings.take_errors();
  loaded.inactive = findings.take_inactive();
  loaded.sources = sources.take();
  return loaded;
}

}  // namespace

Loaded load(const std::filesystem::path& path, const LoadOptions& options) {
  std::error_code failed;
  const std::filesystem::path absolute = std::filesystem::absolute(path, failed);
  DiskFiles files{options.refuse_unsafe_files};
  return load_from(files, path, failed ? path : absolute.lexically_normal(), options.environment,
                   Accounts{options.user_exists, options.group_exists});
}

Loaded load_bundle(const SourceBundle& bundle, const LoadOptions& options) {
  BundledFiles files{bundle};
  const std::filesystem::path root = bundle.files.empty() ? "ecosystem.yaml" : bundle.files[0].path;
  return load_from(files, root, root, options.environment, Accounts{nullptr, nullptr});
}

}  // namespace mainstay::config
