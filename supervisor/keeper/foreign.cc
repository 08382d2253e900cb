#include "keeper/foreign.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>

namespace mainstay::keeper {

namespace {

// How long a process that has ended may wait to be reaped before its status counts as unknown.
constexpr std::int64_t kPatience = 5'000'000'000;

// struct pidfd_info and its request, of <linux/pidfd.h> since 6.13 (the exit code since 6.15).
struct PidfdInfo {
  std::uint64_t mask = 0;
  std::uint64_t cgroup_id = 0;
  std::uint32_t ids[11] = {};
  std::int32_t exit_code = 0;
};
static_assert(sizeof(PidfdInfo) == 64);
constexpr std::uint64_t kInfoExit = 8;
constexpr unsigned long kGetInfo = _IOWR(0xFF, 11, PidfdInfo);

enum class Told { Status, NotYet, Never };

Told exit_status_of(int pidfd, int& status) {
  PidfdInfo info;
  info.mask = kInfoExit;
  const bool answered = ioctl(pidfd, kGetInfo, &info) == 0;
  if (!answered && errno == ENOTTY) return Told::Never;
  if (answered && (info.mask & kInfoExit) != 0) {
    status = info.exit_code;
    return Told::Status;
  }
  // Reaped, and nothing was kept of it: a kernel between the two.
  pollfd look{pidfd, 0, 0};
  const bool reaped = poll(&look, 1, 0) > 0 && (look.revents & POLLHUP) != 0;
  return reaped ? Told::Never : Told::NotYet;
}

}  // namespace

bool ForeignRuns::watch(SlotId id, int pidfd) {
  if (epoll_ < 0) epoll_ = epoll_create1(EPOLL_CLOEXEC);
  epoll_event wanted{};
  wanted.events = EPOLLIN;
  wanted.data.u32 = id;
  if (epoll_ < 0 || epoll_ctl(epoll_, EPOLL_CTL_ADD, pidfd, &wanted) != 0) return false;
  table_.at(id).foreign = pidfd;
  return true;
}

void ForeignRuns::collect(std::int64_t now) {
  epoll_event events[64];
  const int count = epoll_ < 0 ? 0 : epoll_wait(epoll_, events, 64, 0);
  for (int i = 0; i < count; ++i)
    look(events[i].data.u32, now);
  if (deadline_ == 0 || now < deadline_) return;
  // Rare: an ended process that nobody reaps.
  deadline_ = 0;
  SlotId next = kNoSlot;
  for (SlotId id = table_.first_used(); id != kNoSlot; id = next) {
    const Slot& slot = table_.at(id);
    next = slot.used_next;
    if (slot.foreign < 0 || slot.foreign_ended_ns == 0) continue;
    look(id, now);
  }
}

void ForeignRuns::look(SlotId id, std::int64_t now) {
  Slot& slot = table_.at(id);
  if (slot.foreign < 0) return;
  int status = kUnknownStatus;
  const Told told = exit_status_of(slot.foreign, status);
  if (slot.foreign_ended_ns == 0) slot.foreign_ended_ns = now;
  if (told != Told::NotYet || now >= slot.foreign_ended_ns + kPatience) return end(id, status);
  // From here on only the hang-up is of interest: it comes when it is reaped.
  epoll_event wanted{};
  wanted.data.u32 = id;
  epoll_ctl(epoll_, EPOLL_CTL_MOD, slot.foreign, &wanted);
  const std::int64_t latest = slot.foreign_ended_ns + kPatience;
  deadline_ = deadline_ == 0 ? latest : std::min(deadline_, latest);
}

void ForeignRuns::end(SlotId id, int status) {
  Slot& slot = table_.at(id);
  epoll_ctl(epoll_, EPOLL_CTL_DEL, slot.foreign, nullptr);
  drop_fd(slot.foreign);
  reaper_.record(id, status, rusage{});
}

}  // namespace mainstay::keeper
