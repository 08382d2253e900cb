#include "web/access_file.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstddef>
#include <optional>
#include <utility>

#include "base/fd.h"
#include "base/whole_file.h"
#include "web/access_json.h"

namespace mainstay::web {

namespace {

namespace fs = std::filesystem;

constexpr int kVersion = 1;
constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

UniqueFd open_directory(const fs::path& path) {
  return UniqueFd{open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
}

std::optional<Result<Access>> read_one(int directory, const std::string& name) {
  const auto bytes = read_file(directory, name, kMaxBytes);
  if (!bytes) return std::nullopt;
  return *bytes ? access_from_text(**bytes) : Result<Access>{bytes->error()};
}

Access locked(WallTime now) {
  Access access;
  access.tokens = {
      {std::string{kUnreadableToken}, std::string(64, '0'), AccessLevel::Read, now.unix_seconds()}};
  return access;
}

}  // namespace

std::string access_text(const Access& access) {
  Json json = {{"version", kVersion}};
  json.update(to_json(access));
  return dump_json(json) + "\n";
}

Result<Access> access_from_text(std::string_view text) {
  const auto json = parse_json(text, kAccessLimits);
  if (!json) return json.error();
  const auto version = json->is_object() ? json->find("version") : json->end();
  if (!json->is_object() || version == json->end() || !version->is_number_integer())
    return Error{"it does not say of which version it is"};
  if (version->get<std::int64_t>() != kVersion) {
    return Error{
        fmt::format("it is of version {}, this program reads {}", dump_json(*version), kVersion)};
  }
  return access_from(*json);
}

Status write_access_file(const fs::path& state_dir, const Access& access) {
  const std::string name{kAccessFile};
  const UniqueFd directory = open_directory(state_dir);
  const Status written = directory ? write_generation(directory.get(), name, access_text(access))
                                   : system_error("cannot open the directory", errno);
  if (written) return {};
  return Error{fmt::format("cannot save who may come in to {}: {}", (state_dir / name).string(),
                           written.error().message),
               written.error().code};
}

Access read_access_file(const fs::path& state_dir, WallTime now,
                        const std::function<void(const std::string&)>& on_notice) {
  const UniqueFd directory = open_directory(state_dir);
  if (!directory) return {};
  bool unreadable = false;
  for (const std::string& name :
       {std::string{kAccessFile}, earlier_name(std::string{kAccessFile})}) {
    auto access = read_one(directory.get(), name);
    if (!access) continue;
    if (*access && unreadable) on_notice("who may come in is as it was before the latest change");
    if (*access) return std::move(**access);
    unreadable = true;
    const std::string aside = set_aside(directory.get(), name, now);
    on_notice(fmt::format("cannot use {}: {}; it is kept as {}", (state_dir / name).string(),
                          access->error().message, aside));
  }
  if (!unreadable) return {};
  on_notice(
      fmt::format("nobody may come in over the web until users and tokens are there again: ctl "
                  "password USER, ctl token create NAME, ctl token revoke {}",
                  kUnreadableToken));
  const Access nobody = locked(now);
  if (const Status kept = write_access_file(state_dir, nobody); !kept)
    on_notice(kept.error().message);
  return nobody;
}

}  // namespace mainstay::web
