#include "process/ports.h"

#include <pwd.h>

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>

#include "process/listening_linux.h"
#include "process/membership_linux.h"
#include "process/proc_linux.h"

namespace mainstay::process {

namespace {

using Member = UsageReader::Member;

struct ByInode {
  bool operator()(const ListeningSocket& socket, std::uint64_t inode) const {
    return socket.inode < inode;
  }
};

const ListeningSocket* find_socket(const std::vector<ListeningSocket>& sockets,
                                   std::uint64_t inode) {
  const auto at = std::lower_bound(sockets.begin(), sockets.end(), inode, ByInode{});
  return at != sockets.end() && at->inode == inode ? &*at : nullptr;
}

std::string user_name(std::uint32_t uid) {
  std::array<char, 4096> buffer;
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    return found->pw_name;
  }
  return "number " + std::to_string(uid);
}

}  // namespace

struct PortReader::State {
  // A process and the listening sockets that it was seen to hold.
  struct HeldPorts {
    std::uint64_t start_time = 0;
    std::uint64_t seen = 0;  // the read() that met it last
    std::vector<std::uint64_t> inodes;
  };

  void walk(const Member& member, HeldPorts& held);
  void forget_ended();
  void fill(UsageSample& out, const std::vector<Member>& members) const;
  bool is_shown(const ListeningSocket& socket) const;

  Proc proc;
  EphemeralPorts ephemeral = read_ephemeral_ports(proc);
  std::vector<ListeningSocket> sockets;
  std::vector<ListeningSocket> old_sockets;
  std::unordered_map<int, HeldPorts> held;
  std::uint64_t reads = 0;
  std::size_t walked = 0;
};

PortReader::PortReader() : state_(std::make_unique<State>()) {}
PortReader::~PortReader() = default;

std::size_t PortReader::walked() const {
  return state_->walked;
}

void PortReader::read(const std::vector<UsageReader::Member>& members, UsageSample& out) {
  State& state = *state_;
  ++state.reads;
  state.walked = 0;
  std::swap(state.sockets, state.old_sockets);
  read_listening(state.proc, state.sockets);
  // Clients' UDP sockets come and go all the time; they must not make us walk anything.
  std::erase_if(state.sockets,
                [&](const ListeningSocket& socket) { return !state.is_shown(socket); });
  // A socket that appeared may belong to any process, a process that appeared may have inherited
  // any.
  const bool walk_all =
      std::any_of(state.sockets.begin(), state.sockets.end(), [&](const ListeningSocket& socket) {
        return find_socket(state.old_sockets, socket.inode) == nullptr;
      });
  for (const auto& member : members) {
    auto [at, is_new] = state.held.try_emplace(member.pid);
    if (is_new || at->second.start_time != member.start_time || walk_all)
      state.walk(member, at->second);
    at->second.seen = state.reads;
  }
  state.forget_ended();
  state.fill(out, members);
}

void PortReader::State::walk(const Member& member, HeldPorts& process) {
  ++walked;
  process.start_time = member.start_time;
  process.inodes.clear();
  proc.sockets(member.pid, [&](std::uint64_t inode) {
    if (find_socket(sockets, inode) != nullptr) process.inodes.push_back(inode);
  });
}

void PortReader::State::forget_ended() {
  std::erase_if(held, [this](const auto& entry) { return entry.second.seen != reads; });
}

bool PortReader::State::is_shown(const ListeningSocket& socket) const {
  if (socket.port == 0) return false;
  if (socket.protocol == PortProtocol::Tcp) return true;
  return socket.port < ephemeral.first || socket.port > ephemeral.last;
}

void PortReader::State::fill(UsageSample& out, const std::vector<Member>& members) const {
  for (auto& tree : out.trees)
    tree.ports.clear();
  for (const auto& member : members) {
    for (const auto inode : held.at(member.pid).inodes) {
      const auto* socket = find_socket(sockets, inode);
      if (socket != nullptr) out.trees[member.tree].ports.push_back(socket->port);
    }
  }
  for (auto& tree : out.trees) {
    std::sort(tree.ports.begin(), tree.ports.end());
    tree.ports.erase(std::unique(tree.ports.begin(), tree.ports.end()), tree.ports.end());
  }
}

std::vector<PortHolder> find_port_holders(std::uint16_t port, const TreeIndex& index) {
  const Proc proc;
  std::vector<ListeningSocket> sockets;
  read_listening(proc, sockets);
  std::erase_if(sockets, [port](const ListeningSocket& socket) { return socket.port != port; });
  std::vector<PortHolder> holders;
  if (sockets.empty()) return holders;

  std::unordered_map<int, std::string> instance_of;
  Membership{}.visit(proc, index, [&](const ProcStat& stat, std::uint32_t tree) {
    instance_of.emplace(stat.pid, index.entries[tree].instance);
  });
  std::unordered_set<std::uint64_t> found;
  std::vector<int> pids;
  proc.pids(pids);
  for (const int pid : pids) {
    const ListeningSocket* held = nullptr;
    proc.sockets(pid, [&](std::uint64_t inode) {
      const auto* socket = find_socket(sockets, inode);
      if (socket == nullptr) return;
      found.insert(inode);
      if (held == nullptr || socket->protocol == PortProtocol::Tcp) held = socket;
    });
    if (held == nullptr) continue;
    holders.push_back(
        {held->protocol, pid, proc.comm(pid), user_name(held->uid), instance_of[pid]});
  }
  for (const auto& socket : sockets) {
    if (!found.contains(socket.inode))
      holders.push_back({socket.protocol, 0, "", user_name(socket.uid), ""});
  }
  return holders;
}

}  // namespace mainstay::process
