#include "process/ports.h"

#include "base/text.h"

namespace mainstay::process {

namespace {

// A process chooses its name; what we say about it stays one line.
std::string on_one_line(std::string_view name) {
  std::string text = escape_for_terminal(name, false);
  for (char& c : text) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  return text;
}

}  // namespace

std::string describe_holder(std::uint16_t port, const PortHolder& holder) {
  std::string text = holder.protocol == PortProtocol::Udp ? "UDP port " : "port ";
  text += std::to_string(port) + " is held by ";
  if (holder.pid == 0) return text + "a process of user " + holder.user;
  const std::string who = holder.instance.empty() ? on_one_line(holder.command) : holder.instance;
  return text + (who.empty() ? "a process" : who) + " (pid " + std::to_string(holder.pid) + ")";
}

}  // namespace mainstay::process
