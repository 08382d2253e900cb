#include "keeper/service_manager.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "keeper/fd_store.h"
#include "keeper/protocol.h"
#include "keeper/socket.h"

namespace mainstay::keeper {

namespace {

constexpr const char* kSocketVariable = "NOTIFY_SOCKET";
constexpr const char* kWatchdogVariable = "WATCHDOG_USEC";
constexpr const char* kWatchdogPidVariable = "WATCHDOG_PID";
constexpr const char* kOurs[] = {kSocketVariable,     kWatchdogVariable,     kWatchdogPidVariable,
                                 kKeptSocketVariable, kKeptWatchdogVariable, "LISTEN_FDS",
                                 "LISTEN_PID",        "LISTEN_FDNAMES",      "FDSTORE"};

constexpr std::int64_t kRetryAfter = 50'000'000;

// A path, or with @ in front an abstract name; 0 when it is neither or too long.
unsigned fill_address(sockaddr_un& address, const char* name) {
  const std::size_t size = strlen(name);
  if ((name[0] != '/' && name[0] != '@') || name[1] == 0 || size > sizeof address.sun_path)
    return 0;
  address.sun_family = AF_UNIX;
  memcpy(address.sun_path, name, size);
  if (name[0] == '@') address.sun_path[0] = 0;
  return static_cast<unsigned>(offsetof(sockaddr_un, sun_path) + size);
}

// A third of the time that it allows, so that there is enough left for a controller that hangs to
// be replaced first; 0: it wants none of us.
std::int64_t beat_interval() {
  const char* time = getenv(kWatchdogVariable);
  const char* pid = getenv(kWatchdogPidVariable);
  if (time == nullptr || (pid != nullptr && strtol(pid, nullptr, 10) != getpid())) return 0;
  const long long microseconds = strtoll(time, nullptr, 10);
  constexpr long long kLongest = 365LL * 86'400 * 1'000'000;
  return microseconds > 0 && microseconds <= kLongest ? microseconds * 1000 / 3 : 0;
}

bool is_left(const char* name) {
  for (const char* left : kLeftNames) {
    if (strcmp(name, left) == 0) return true;
  }
  return false;
}

}  // namespace

bool is_from_service_manager(const char* entry) {
  for (const char* name : kOurs) {
    const std::size_t size = strlen(name);
    if (strncmp(entry, name, size) == 0 && entry[size] == '=') return true;
  }
  return false;
}

std::vector<std::string> kept_entries() {
  std::vector<std::string> out;
  const auto keep = [&out](const char* name, const char* as) {
    const char* value = getenv(name);
    if (value != nullptr) out.push_back(std::string{as} + "=" + value);
  };
  keep(kSocketVariable, kKeptSocketVariable);
  keep(kWatchdogVariable, kKeptWatchdogVariable);
  return out;
}

ServiceManager ServiceManager::from_environment() {
  ServiceManager manager;
  const char* name = getenv(kSocketVariable);
  if (name == nullptr) return manager;
  sockaddr_un address{};
  manager.length_ = fill_address(address, name);
  if (manager.length_ == 0) return manager;
  static_assert(sizeof address <= sizeof manager.address_);
  memcpy(manager.address_, &address, sizeof address);
  manager.socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  // Says how much it takes; before version 254 systemd does not say.
  const char* room = getenv("FDSTORE");
  manager.keeps_ = room == nullptr || strtol(room, nullptr, 10) >= kMostLeft;
  manager.interval_ = beat_interval();
  if (manager.interval_ != 0) manager.next_beat_ = 1;  // at once
  return manager;
}

bool ServiceManager::send(const char* text, int fd) {
  if (socket_ < 0) return true;
  iovec part{const_cast<char*>(text), strlen(text)};
  msghdr header{};
  header.msg_name = address_;
  header.msg_namelen = length_;
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  Ancillary<1> ancillary;
  attach_fds(header, ancillary.bytes, &fd, fd >= 0 ? 1 : 0);
  // unix(7): a full queue is EAGAIN, and there may be no memory for the message just now.
  return sendmsg(socket_, &header, MSG_NOSIGNAL) >= 0 ||
         (errno != EAGAIN && errno != ENOBUFS && errno != ENOMEM);
}

void ServiceManager::say_owed() {
  for (char* owed : {owed_reload_, owed_state_}) {
    if (owed[0] == 0) continue;
    if (!send(owed)) {
      if (retry_at_ == 0) retry_at_ = 1;  // act() knows the time
      return;
    }
    owed[0] = 0;
  }
  retry_at_ = 0;
}

void ServiceManager::keep(const char* name, int fd) {
  if (!keeps_ || !is_left(name)) return;
  forget(name);
  char text[128];
  snprintf(text, sizeof text, "FDSTORE=1\nFDPOLL=0\nFDNAME=%s\n", name);
  send(text, fd);
}

void ServiceManager::forget(const char* name) {
  if (!keeps_ || !is_left(name)) return;
  char text[128];
  snprintf(text, sizeof text, "FDSTOREREMOVE=1\nFDNAME=%s\n", name);
  send(text);
}

void ServiceManager::forget_all() {
  for (const char* name : kLeftNames)
    forget(name);
}

void ServiceManager::ready(const char* status) {
  snprintf(owed_state_, sizeof owed_state_, "READY=1\nMAINPID=%d\nSTATUS=%s\n", getpid(), status);
  say_owed();
}

void ServiceManager::reloading(std::int64_t now) {
  // A state that it has not heard yet is over.
  owed_state_[0] = 0;
  snprintf(owed_reload_, sizeof owed_reload_, "RELOADING=1\nMONOTONIC_USEC=%lld\n",
           static_cast<long long>(now / 1000));
  say_owed();
}

void ServiceManager::stopping(std::int64_t for_ns) {
  owed_reload_[0] = 0;
  snprintf(owed_state_, sizeof owed_state_,
           "STOPPING=1\nEXTEND_TIMEOUT_USEC=%lld\nSTATUS=Stopping the services\n",
           static_cast<long long>(for_ns / 1000));
  say_owed();
}

void ServiceManager::status(const char* line) {
  char text[512];
  snprintf(text, sizeof text, "STATUS=%s\n", line);
  send(text);
}

std::int64_t ServiceManager::next_due() const {
  if (next_beat_ == 0 || retry_at_ == 0) return std::max(next_beat_, retry_at_);
  return std::min(next_beat_, retry_at_);
}

void ServiceManager::act(std::int64_t now, bool alive) {
  if (retry_at_ != 0 && now >= retry_at_) {
    say_owed();
    if (retry_at_ != 0) retry_at_ = now + kRetryAfter;
  }
  beat(now, alive);
}

void ServiceManager::beat(std::int64_t now, bool alive) {
  if (next_beat_ == 0 || now < next_beat_) return;
  // One that was left out is made up for as soon as there is life, or room, again.
  const bool has_beaten = alive && send("WATCHDOG=1\n");
  next_beat_ = now + (has_beaten ? interval_ : interval_ / 10);
}

}  // namespace mainstay::keeper
