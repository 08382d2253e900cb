#include "process/handover.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <span>

#include "base/bytes.h"
#include "keeper/socket.h"

namespace mainstay::process {

namespace {

constexpr std::size_t kMostFds = 240;  // of one packet; the kernel's limit is 253
constexpr std::size_t kMostBytes = 64 * 1024;
constexpr int kBufferBytes = 8 * 1024 * 1024;

// Notify belongs to the run before it.
enum class Kind : std::uint8_t { Descriptor = 1, Run, Note, Notify };

// A packet that is being filled.
struct Packet {
  Encoder bytes;
  std::vector<int> fds;
  std::size_t entries = 0;
};

void add(Packet& packet, const std::pair<std::string, UniqueFd>& descriptor) {
  packet.bytes.u8(static_cast<std::uint8_t>(Kind::Descriptor));
  packet.bytes.text(descriptor.first);
  packet.fds.push_back(descriptor.second.get());
  ++packet.entries;
}

void add(Packet& packet, const std::string& note) {
  packet.bytes.u8(static_cast<std::uint8_t>(Kind::Note));
  packet.bytes.text(note);
  ++packet.entries;
}

void add(Packet& packet, const HandedRun& handed) {
  const KeeperRun& run = handed.run;
  packet.bytes.u8(static_cast<std::uint8_t>(Kind::Run));
  packet.bytes.u64(run.token);
  packet.bytes.text(run.label);
  packet.bytes.u32(static_cast<std::uint32_t>(run.pid));
  packet.bytes.mono(run.spawned);
  for (const UniqueFd* fd : {&run.pidfd, &run.out, &run.err}) {
    packet.bytes.flag(static_cast<bool>(*fd));
    if (*fd) packet.fds.push_back(fd->get());
  }
  const KeeperExit exit = handed.exit.value_or(KeeperExit{});
  packet.bytes.flag(handed.exit.has_value());
  packet.bytes.u32(static_cast<std::uint32_t>(exit.wait_status));
  packet.bytes.duration(exit.cpu);
  packet.bytes.u64(exit.peak_memory_bytes);
  packet.bytes.mono(exit.at);
  ++packet.entries;
}

// An entry of its own, so that what an older controller hands over is understood.
struct NotifyOf {
  const KeeperRun& run;
};

void add(Packet& packet, const NotifyOf& notify) {
  packet.bytes.u8(static_cast<std::uint8_t>(Kind::Notify));
  packet.bytes.u64(notify.run.token);
  for (const UniqueFd* fd : {&notify.run.notify_socket, &notify.run.notify_pipe}) {
    packet.bytes.flag(static_cast<bool>(*fd));
    if (*fd) packet.fds.push_back(fd->get());
  }
  ++packet.entries;
}

bool send(int socket, const Packet& packet) {
  iovec part{const_cast<char*>(packet.bytes.bytes().data()), packet.bytes.bytes().size()};
  keeper::Ancillary<kMostFds> ancillary;
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  keeper::attach_fds(message, ancillary.bytes, packet.fds.data(), packet.fds.size());
  return sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

// Sends full packets, and the rest at the end.
class Packer {
 public:
  explicit Packer(int socket) : socket_(socket) {}

  template <typename Entry>
  void put(const Entry& entry) {
    constexpr std::size_t kLargest = 256;  // of one entry, three descriptors at most
    const bool full =
        packet_.fds.size() + 3 > kMostFds || packet_.bytes.bytes().size() + kLargest > kMostBytes;
    if (full) flush();
    add(packet_, entry);
  }
  void flush() {
    if (packet_.entries > 0 && !send(socket_, packet_)) left_out_ += packet_.entries;
    packet_ = {};
  }
  std::size_t left_out() const { return left_out_; }

 private:
  int socket_;
  Packet packet_;
  std::size_t left_out_ = 0;
};

std::vector<UniqueFd> take_fds(msghdr& message) {
  std::array<int, kMostFds> fds{};
  const std::size_t count = keeper::take_fds(message, fds.data(), fds.size());
  return {fds.begin(), fds.begin() + static_cast<std::ptrdiff_t>(count)};
}

class Unpacker {
 public:
  // False: the packet makes no sense.
  bool take(std::string_view bytes, std::vector<UniqueFd> fds) {
    Decoder in{bytes};
    fds_ = std::move(fds);
    next_ = 0;
    while (in.ok() && !in.at_end()) {
      const auto kind = static_cast<Kind>(in.u8());
      if (kind == Kind::Descriptor) {
        std::string name = in.text();
        out.descriptors.emplace_back(std::move(name), next_fd(true));
      } else if (kind == Kind::Run) {
        out.runs.push_back(run(in));
      } else if (kind == Kind::Note) {
        out.note = in.text();
      } else if (kind == Kind::Notify) {
        take_notify(in);
      } else {
        return false;
      }
    }
    return in.ok() && next_ == fds_.size() && !is_short_;
  }

  Handover out;

 private:
  UniqueFd next_fd(bool there) {
    if (!there) return {};
    is_short_ = is_short_ || next_ == fds_.size();
    return is_short_ ? UniqueFd{} : std::move(fds_[next_++]);
  }
  // Of a run that did not fit there is nothing to be kept.
  void take_notify(Decoder& in) {
    const std::uint64_t token = in.u64();
    KeeperRun other;
    KeeperRun& run =
        out.runs.empty() || out.runs.back().run.token != token ? other : out.runs.back().run;
    for (UniqueFd* fd : {&run.notify_socket, &run.notify_pipe})
      *fd = next_fd(in.flag());
  }
  HandedRun run(Decoder& in) {
    HandedRun handed;
    KeeperRun& run = handed.run;
    run.token = in.u64();
    run.label = in.text();
    run.pid = static_cast<int>(in.u32());
    run.flags = keeper::kForeign;
    run.spawned = in.mono();
    for (UniqueFd* fd : {&run.pidfd, &run.out, &run.err})
      *fd = next_fd(in.flag());
    KeeperExit exit;
    const bool ended = in.flag();
    exit.token = run.token;
    exit.pid = run.pid;
    exit.wait_status = static_cast<int>(in.u32());
    exit.cpu = in.duration();
    exit.peak_memory_bytes = in.u64();
    exit.at = in.mono();
    if (ended) handed.exit = exit;
    return handed;
  }

  std::vector<UniqueFd> fds_;
  std::size_t next_ = 0;
  bool is_short_ = false;  // fewer descriptors came than are named
};

}  // namespace

Result<UniqueFd> pack(const Handover& handover, std::size_t& left_out) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return system_error("cannot hand over what is held", errno);
  UniqueFd reading{ends[0]};
  const UniqueFd writing{ends[1]};
  if (setsockopt(ends[1], SOL_SOCKET, SO_SNDBUFFORCE, &kBufferBytes, sizeof kBufferBytes) != 0)
    setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &kBufferBytes, sizeof kBufferBytes);
  Packer packer{ends[1]};
  for (const auto& descriptor : handover.descriptors)
    packer.put(descriptor);
  packer.put(handover.note);
  packer.flush();
  for (const HandedRun& handed : handover.runs) {
    packer.put(handed);
    if (handed.run.notify_socket || handed.run.notify_pipe) packer.put(NotifyOf{handed.run});
  }
  packer.flush();
  left_out = packer.left_out();
  return reading;
}

Result<Handover> unpack(int fd) {
  Unpacker unpacker;
  std::string buffer(kMostBytes, '\0');
  while (true) {
    iovec part{buffer.data(), buffer.size()};
    keeper::Ancillary<kMostFds> ancillary;
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = ancillary.bytes;
    message.msg_controllen = sizeof ancillary.bytes;
    const ssize_t got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno != EAGAIN) return system_error("cannot take what was handed over", errno);
    if (got <= 0) return std::move(unpacker.out);
    auto fds = take_fds(message);
    const bool whole = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
    if (!whole || !unpacker.take({buffer.data(), static_cast<std::size_t>(got)}, std::move(fds)))
      return Error{"cannot take what was handed over: it makes no sense"};
  }
}

}  // namespace mainstay::process
