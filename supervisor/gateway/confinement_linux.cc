#include "gateway/confinement.h"

#include <grp.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <string>

#include "checks/gateway_protocol.h"

namespace mainstay::gateway {

namespace {

// A name with both kinds of addresses may be tried over two at once.
constexpr rlim_t kMostClients = 1024;
constexpr rlim_t kWantedFiles = 2 * checks::kMaxUnderWay + kMostClients + 64;
constexpr rlim_t kOwnFiles = 32;

Error cannot(const char* what) {
  return system_error(std::string{"mainstay-gateway: cannot "} + what, errno);
}

bool read_id(std::string_view text, unsigned& id) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), id);
  return failed == std::errc{} && end == text.data() + text.size() && id != 0;
}

Status become(std::string_view user) {
  const std::size_t colon = user.find(':');
  unsigned uid = 0;
  unsigned gid = 0;
  if (colon == std::string_view::npos || !read_id(user.substr(0, colon), uid) ||
      !read_id(user.substr(colon + 1), gid)) {
    return Error{"mainstay-gateway: --user wants UID:GID, none of them 0"};
  }
  if (setgroups(0, nullptr) != 0) return cannot("give up its groups");
  if (setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0)
    return cannot(("become user " + std::to_string(uid)).c_str());
  if (setuid(0) == 0) return Error{"mainstay-gateway: there is a way back to root"};
  return {};
}

// What a crowd of clients made it hold goes back to the system once it is freed.
void bound_memory() {
  mallopt(M_ARENA_MAX, 2);
  mallopt(M_MMAP_THRESHOLD, 128 * 1024);
  mallopt(M_TRIM_THRESHOLD, 256 * 1024);
}

void set_limits() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_max = std::min(files.rlim_max, kWantedFiles);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace

Status confine(int socket, std::string_view user) {
  syscall(SYS_close_range, 3U, static_cast<unsigned>(socket) - 1, 0);
  syscall(SYS_close_range, static_cast<unsigned>(socket) + 1, ~0U, 0);
  clearenv();
  // Look-ups of names block a thread each.
  setenv("UV_THREADPOOL_SIZE", "16", 1);
  umask(077);
  if (chdir("/") != 0) return cannot("enter /");
  set_limits();
  bound_memory();
  if (!user.empty()) {
    if (const Status became = become(user); !became) return became;
  }
  // Others of that user may not look into it: requests carry passwords.
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
    return cannot("give up privileges");
  return {};
}

ConnectionShares affordable_connections(bool serves_page) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  const rlim_t free = files.rlim_cur > kOwnFiles + 3 ? files.rlim_cur - kOwnFiles : 3;
  const rlim_t clients = serves_page ? std::min(free / 3, kMostClients) : 0;
  const auto checks = std::min<rlim_t>((free - clients) / 2, checks::kMaxUnderWay);
  return {static_cast<std::size_t>(checks), static_cast<std::size_t>(clients)};
}

}  // namespace mainstay::gateway
