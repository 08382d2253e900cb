#include "process/user_posix.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>

namespace mainstay::process {

namespace {

constexpr std::size_t kMaxEntryBytes = 1024 * 1024;

// Runs one of the get…_r calls with a buffer that grows as long as it is too small.
template <typename Entry, typename Call>
Result<std::optional<Entry>> look_up(std::vector<char>& buffer, const Call& call) {
  buffer.resize(1024);
  Entry entry{};
  Entry* found = nullptr;
  int error = 0;
  while ((error = call(&entry, buffer.data(), buffer.size(), &found)) == ERANGE &&
         buffer.size() < kMaxEntryBytes) {
    buffer.resize(buffer.size() * 4);
  }
  if (found != nullptr) return std::optional<Entry>{entry};
  // Some services report a missing entry as one of these (getpwnam(3)).
  const bool missing = error == 0 || error == ENOENT || error == ESRCH || error == EPERM;
  if (missing) return std::optional<Entry>{};
  return system_error("cannot look it up", error);
}

std::optional<unsigned> as_number(const std::string& text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<std::optional<passwd>> find_user(const std::string& name, std::vector<char>& buffer) {
  auto by_name =
      look_up<passwd>(buffer, [&](auto... rest) { return getpwnam_r(name.c_str(), rest...); });
  const auto number = as_number(name);
  if (!by_name || *by_name || !number) return by_name;
  return look_up<passwd>(buffer, [&](auto... rest) { return getpwuid_r(*number, rest...); });
}

Result<gid_t> find_group(const std::string& name) {
  std::vector<char> buffer;
  auto found =
      look_up<group>(buffer, [&](auto... rest) { return getgrnam_r(name.c_str(), rest...); });
  const auto number = as_number(name);
  if (found && !*found && number) {
    found = look_up<group>(buffer, [&](auto... rest) { return getgrgid_r(*number, rest...); });
  }
  if (!found) return Error{"cannot find group '" + name + "': " + found.error().message};
  if (!*found) return Error{"cannot find group '" + name + "': no such group"};
  return (*found)->gr_gid;
}

std::vector<gid_t> groups_of(const char* name, gid_t primary) {
  std::vector<gid_t> groups(32);
  int count = static_cast<int>(groups.size());
  while (getgrouplist(name, primary, groups.data(), &count) < 0) {
    groups.resize(std::max(static_cast<std::size_t>(count), groups.size() * 2));
    count = static_cast<int>(groups.size());
  }
  groups.resize(static_cast<std::size_t>(count));
  return groups;
}

User from_entry(const passwd& entry) {
  User user;
  user.uid = entry.pw_uid;
  user.gid = entry.pw_gid;
  user.name = entry.pw_name;
  user.home = entry.pw_dir;
  user.shell = entry.pw_shell;
  return user;
}

}  // namespace

Result<User> look_up_user(const std::string& name, const std::string& group) {
  std::vector<char> buffer;
  const auto entry = find_user(name, buffer);
  if (!entry) return Error{"cannot find user '" + name + "': " + entry.error().message};
  if (!*entry) return Error{"cannot find user '" + name + "': no such user"};
  User user = from_entry(**entry);
  if (!group.empty()) {
    const auto gid = find_group(group);
    if (!gid) return gid.error();
    user.gid = *gid;
  }
  user.groups = groups_of(user.name.c_str(), user.gid);
  return user;
}

User current_user() {
  std::vector<char> buffer;
  const auto entry =
      look_up<passwd>(buffer, [&](auto... rest) { return getpwuid_r(geteuid(), rest...); });
  User user;
  user.home = "/";
  if (entry && *entry) user = from_entry(**entry);
  user.uid = geteuid();
  user.gid = getegid();
  const int count = getgroups(0, nullptr);
  user.groups.resize(static_cast<std::size_t>(std::max(count, 0)));
  if (count > 0) getgroups(count, user.groups.data());
  return user;
}

}  // namespace mainstay::process
