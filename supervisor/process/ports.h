// Ports: which ones a tree listens on, and who holds a given one. Network namespace of this
// process.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "process/usage.h"

namespace mainstay::process {

// Adds `ports` to samples. Walks descriptors only of processes that are new, or of all when a
// listening socket appeared that nobody is known to hold; an idle system costs four small reads.
// Belongs to one thread at a time.
class PortReader {
 public:
  PortReader();
  ~PortReader();
  PortReader(const PortReader&) = delete;
  PortReader& operator=(const PortReader&) = delete;

  // `members` as UsageReader left them for this sample.
  void read(const std::vector<UsageReader::Member>& members, UsageSample& out);

  // Processes whose descriptors were walked by the latest read(): 0 when nothing changed.
  std::size_t walked() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

enum class PortProtocol : std::uint8_t { Tcp, Udp };

struct PortHolder {
  PortProtocol protocol = PortProtocol::Tcp;
  int pid = 0;           // 0: we may not see which process it is
  std::string command;   // its comm, as it is: hostile bytes, escape before showing
  std::string user;      // name of the socket's owner, or its number
  std::string instance;  // canonical name when it is one of ours, else empty
};

// Who listens on `port`. Walks all of /proc: call it in a worker. Empty: nobody listens.
std::vector<PortHolder> find_port_holders(std::uint16_t port, const TreeIndex& index);

// "port 8000 is held by python3 (pid 4711)", "… by backend:0 (pid 4711)", "… by a process of user
// www-data".
std::string describe_holder(std::uint16_t port, const PortHolder& holder);

}  // namespace mainstay::process
