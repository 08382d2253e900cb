#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "config/loader.h"

namespace mainstay::config {

namespace {

// Calls `get` with a larger buffer until its answer fits. An unreachable user database is not the
// file's fault: only a clear "no such name" is a no, the start will tell the rest.
template <typename Entry, typename Get>
bool exists(const std::string& name, Get get) {
  std::vector<char> buffer(1024);
  Entry entry{};
  Entry* found = nullptr;
  int failed = 0;
  while ((failed = get(name.c_str(), &entry, buffer.data(), buffer.size(), &found)) == ERANGE &&
         buffer.size() < (std::size_t{1} << 20)) {
    buffer.resize(buffer.size() * 2);
  }
  return found != nullptr || (failed != 0 && failed != ENOENT && failed != ESRCH);
}

}  // namespace

LoadOptions process_load_options() {
  LoadOptions options;
  options.environment = process_environment;
  options.user_exists = [](const std::string& name) { return exists<passwd>(name, getpwnam_r); };
  options.group_exists = [](const std::string& name) { return exists<group>(name, getgrnam_r); };
  options.refuse_unsafe_files = geteuid() == 0;
  return options;
}

}  // namespace mainstay::config
