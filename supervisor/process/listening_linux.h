// Listening sockets of this network namespace, from /proc/net (proc(5),
// Documentation/networking/proc_net_tcp).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "process/ports.h"
#include "process/proc_linux.h"

namespace mainstay::process {

struct ListeningSocket {
  std::uint64_t inode = 0;
  std::uint16_t port = 0;
  PortProtocol protocol = PortProtocol::Tcp;
  std::uint32_t uid = 0;
  bool operator==(const ListeningSocket&) const = default;
};

// Appends what listens according to the text of /proc/net/tcp or the like: TCP in state LISTEN, UDP
// that is bound and not connected. Lines that cannot be read are passed over.
void parse_listening(std::string_view table, PortProtocol protocol,
                     std::vector<ListeningSocket>& out);

// Replaces `out` by everything that listens, in order of inode.
void read_listening(const Proc& proc, std::vector<ListeningSocket>& out);

// First and last port that the kernel gives to sockets that ask for none.
struct EphemeralPorts {
  std::uint16_t first = 32768;
  std::uint16_t last = 60999;
};
EphemeralPorts read_ephemeral_ports(const Proc& proc);

}  // namespace mainstay::process
