// What passes from one program of the keeper to the next.
#include <sys/wait.h>

#include <initializer_list>
#include <utility>

#include "keeper/link.h"
#include "keeper/say.h"

namespace mainstay::keeper {

namespace {

// A child of the program that was ours before is ours, and so is its exit status.
bool is_our_child(int pidfd) {
  siginfo_t info{};
  const auto id = static_cast<id_t>(pidfd);
  return waitid(P_PIDFD, id, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

}  // namespace

void Link::on_upgrade(Packet& packet) {
  if (!wishes_.paused || packet.fds[2] < 0) return complain("Upgrade");
  resume();
  wishes_.paused = wishes_.upgrade = true;
  wishes_.handover = std::exchange(packet.fds[0], -1);
  wishes_.reserve = std::exchange(packet.fds[1], -1);
  wishes_.old_controller = std::exchange(packet.fds[2], -1);
}

void Link::resume() {
  wishes_.paused = wishes_.upgrade = wishes_.replace = false;
  for (int* fd : {&wishes_.handover, &wishes_.reserve, &wishes_.old_controller})
    drop_fd(*fd);
}

void Link::on_adopt(const Adopt& adopt, Packet& packet) {
  constexpr std::uint32_t kHandles =
      kHasPidfd | kHasOut | kHasErr | kHasNotifySocket | kHasNotifyPipe;
  const bool sane = (adopt.handles & kHasPidfd) != 0 && (adopt.handles & ~kHandles) == 0 &&
                    is_terminated(adopt.label) && adopt.token != 0 && adopt.pid > 0;
  if (!sane || packet.lost_fds) return complain("Adopt");
  if (table_.by_token(adopt.token) != kNoSlot) return;
  const SlotId id = table_.take();
  if (id == kNoSlot) return say("cannot hold %s: too many runs", adopt.label);
  Slot& slot = table_.at(id);
  slot.run.token = adopt.token;
  slot.run.pid = adopt.pid;
  slot.run.spawned_mono_ns = adopt.spawned_mono_ns;
  std::memcpy(slot.run.label, adopt.label, sizeof slot.run.label);
  std::size_t next = 0;
  const auto take = [&](std::uint32_t handle) {
    if ((adopt.handles & handle) == 0) return -1;
    return std::exchange(packet.fds[next++], -1);
  };
  int pidfd = take(kHasPidfd);
  slot.out = take(kHasOut);
  slot.err = take(kHasErr);
  slot.notify_socket = take(kHasNotifySocket);
  slot.notify_pipe = take(kHasNotifyPipe);
  if (is_our_child(pidfd)) {
    drop_fd(pidfd);
  } else if (slot.run.flags = kForeign; !foreign_.watch(id, pidfd)) {
    drop_fd(pidfd);
    table_.free(id);
    return say("cannot watch %s (pid %d)", adopt.label, adopt.pid);
  }
  table_.index(id);
  if (adopt.token > largest_token_) largest_token_ = adopt.token;
}

}  // namespace mainstay::keeper
