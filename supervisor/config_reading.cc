#include "config_reading.h"

#include <utility>

#include "config/diagnostics.h"
#include "inheritance.h"
#include "logs/directory.h"

namespace mainstay {

using control::Rollback;
using control::RpcFailure;

namespace {

constexpr std::size_t kLongestMessage = 64 * 1024;

Error nothing_before() {
  return Error{"no other configuration was in force since the supervisor was started"};
}

Rollback::OnDisk on_disk(const std::filesystem::path& file, const std::string& wanted,
                         const std::string& in_force) {
  const config::Loaded found = config::load(file, config::process_load_options());
  if (!found.ecosystem) return Rollback::OnDisk::Unusable;
  const std::string hash = hash_of(found.sources.encode());
  if (hash == wanted) return Rollback::OnDisk::Same;
  return hash == in_force ? Rollback::OnDisk::InForce : Rollback::OnDisk::Another;
}

}  // namespace

void ConfigReading::load() {
  if (rollback) return load_former();
  loaded = config::load(file, config::process_load_options());
  if (loaded.ecosystem) sources = loaded.sources.encode();
  judge();
}

void ConfigReading::load_former() {
  auto former = read_former(former_fd);
  if (former && hash_of(former->sources) == in_force_hash) former = nothing_before();
  const auto bundle = former ? config::SourceBundle::decode(former->sources)
                             : Result<config::SourceBundle>{former.error()};
  if (!bundle) {
    why = "cannot roll back, nothing was changed: " + bundle.error().message;
    problem = RpcFailure{RpcError::Failed, "nothing_before", why};
    return;
  }
  loaded = config::load_bundle(*bundle, config::process_load_options());
  if (!bundle->files.empty()) file = bundle->files[0].path;
  sources = std::move(former->sources);
  judge();
  if (problem)
    problem->message = "cannot roll back to what was in force before:\n" + problem->message;
  if (problem) return;
  rolls_back = Rollback{former->since, former->until, std::move(former->replaced_by),
                        on_disk(file, hash, in_force_hash)};
}

void ConfigReading::judge() {
  if (!loaded.ecosystem) return report();
  hash = hash_of(sources);
  const auto& dir = loaded.ecosystem->logs.dir;
  if (log_dir || !dir) return;
  const auto opened = logs::Directory::open(*dir);
  if (opened) return;
  problem = RpcFailure{RpcError::InvalidParams, "invalid_config", opened.error().message};
  why = problem->message;
}

void ConfigReading::report() {
  why = loaded.diagnostics.empty() ? "cannot read " + file.string()
                                   : config::headline(loaded.diagnostics[0]);
  std::string text = config::render(loaded.diagnostics, false);
  problem = RpcFailure{RpcError::InvalidParams, "invalid_config",
                       text.empty() ? why : text.substr(0, kLongestMessage)};
}

Result<config::Former> read_former(const UniqueFd& fd) {
  if (!fd) return nothing_before();
  const auto bytes = read_sources(fd.get());
  return bytes ? config::Former::decode(*bytes) : Result<config::Former>{bytes.error()};
}

}  // namespace mainstay
