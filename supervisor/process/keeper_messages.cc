#include "process/keeper_messages.h"

#include <optional>
#include <utility>

namespace mainstay::process {

namespace {

// Takes the descriptors of a packet one after the other; ok() tells whether all and none too many
// were there.
class FdTaker {
 public:
  explicit FdTaker(std::vector<UniqueFd>& fds) : fds_(fds) {}

  UniqueFd next(bool expected = true) {
    if (!expected) return {};
    if (at_ == fds_.size()) {
      enough_ = false;
      return {};
    }
    return std::move(fds_[at_++]);
  }
  bool ok() const { return enough_ && at_ == fds_.size(); }

 private:
  std::vector<UniqueFd>& fds_;
  std::size_t at_ = 0;
  bool enough_ = true;
};

KeeperMessage from_wire(const keeper::Welcome& in, FdTaker& fds) {
  const KeeperWelcome welcome{in.keeper_pid,
                              in.generation,
                              in.largest_token,
                              in.largest_auxiliary,
                              {Duration{in.started_mono_ns}},
                              in.files_soft,
                              in.files_hard,
                              in.core_soft};
  return KeeperGreeting{welcome, fds.next()};
}

KeeperMessage from_wire(const keeper::Stored& in, FdTaker& fds) {
  return KeeperStored{in.name, fds.next()};
}

KeeperMessage from_wire(const keeper::Run& in, FdTaker& fds) {
  KeeperRun run;
  run.token = in.token;
  run.label = in.label;
  run.pid = in.pid;
  run.flags = in.flags;
  run.spawned = {Duration{in.spawned_mono_ns}};
  run.pidfd = fds.next((in.handles & keeper::kHasPidfd) != 0);
  run.error = fds.next((in.handles & keeper::kHasError) != 0);
  run.out = fds.next((in.handles & keeper::kHasOut) != 0);
  run.err = fds.next((in.handles & keeper::kHasErr) != 0);
  run.notify_socket = fds.next((in.handles & keeper::kHasNotifySocket) != 0);
  run.notify_pipe = fds.next((in.handles & keeper::kHasNotifyPipe) != 0);
  return run;
}

KeeperMessage from_wire(const keeper::Refused& in, FdTaker&) {
  return KeeperRefusal{in.token, in.at, in.error};
}

KeeperMessage from_wire(const keeper::Ended& in, FdTaker&) {
  return KeeperExit{in.token,
                    in.seq,
                    in.pid,
                    in.wait_status,
                    Duration{in.cpu_ns},
                    in.peak_memory_bytes,
                    {Duration{in.ended_mono_ns}}};
}

KeeperMessage from_wire(const keeper::AllThere&, FdTaker&) {
  return KeeperAllThere{};
}
KeeperMessage from_wire(const keeper::Ping&, FdTaker&) {
  return KeeperPing{};
}

KeeperMessage from_wire(const keeper::Paused&, FdTaker&) {
  return KeeperPaused{};
}

KeeperMessage from_wire(const keeper::Reload& in, FdTaker&) {
  return KeeperReload{in.number};
}

KeeperMessage from_wire(const keeper::Terminate& in, FdTaker&) {
  return KeeperTerminate{in.signal, in.count};
}

bool texts_end(const keeper::Run& in) {
  return keeper::is_terminated(in.label);
}
bool texts_end(const keeper::Stored& in) {
  return keeper::is_terminated(in.name);
}
template <typename Wire>
bool texts_end(const Wire&) {
  return true;
}

template <typename Wire>
bool decode_as(std::string_view packet, FdTaker& fds, std::optional<KeeperMessage>& out) {
  Wire wire;
  if (!keeper::read_message(packet.data(), packet.size(), wire) || !texts_end(wire)) return false;
  out = from_wire(wire, fds);
  return true;
}

template <typename... Wires>
std::optional<KeeperMessage> decode_any(std::string_view packet, FdTaker& fds) {
  std::optional<KeeperMessage> out;
  static_cast<void>((decode_as<Wires>(packet, fds, out) || ...));
  return out;
}

}  // namespace

Result<KeeperMessage> decode_keeper_message(std::string_view packet, std::vector<UniqueFd> fds) {
  FdTaker taker{fds};
  auto message = decode_any<keeper::Run, keeper::Ended, keeper::Refused, keeper::Ping,
                            keeper::Welcome, keeper::Stored, keeper::AllThere, keeper::Terminate,
                            keeper::Paused, keeper::Reload>(packet, taker);
  if (!message) return Error{"cannot understand the keeper: an unknown message"};
  if (!taker.ok()) return Error{"cannot understand the keeper: wrong number of descriptors"};
  return std::move(*message);
}

}  // namespace mainstay::process
