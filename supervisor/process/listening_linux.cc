#include "process/listening_linux.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "process/sock_diag_linux.h"

namespace mainstay::process {

namespace {

constexpr unsigned kListen = 0x0A;       // TCP_LISTEN
constexpr unsigned kUnconnected = 0x07;  // what UDP shows for a bound socket (TCP_CLOSE)

// The next word; columns are separated by any number of spaces.
std::string_view next_word(std::string_view& line) {
  const auto begin = std::min(line.find_first_not_of(' '), line.size());
  line.remove_prefix(begin);
  const auto end = std::min(line.find(' '), line.size());
  const auto word = line.substr(0, end);
  line.remove_prefix(end);
  return word;
}

template <typename Number>
bool parse_number(std::string_view text, Number& out, int base) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return error == std::errc{} && end == text.data() + text.size();
}

enum class Line { Unreadable, Other, Listening };

// "0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000 1000 0 12345 1 …"
Line parse_line(std::string_view line, PortProtocol protocol, ListeningSocket& out) {
  std::array<std::string_view, 10> word;
  for (auto& each : word)
    each = next_word(line);
  const auto colon = word[1].rfind(':');
  unsigned state = 0;
  if (colon == std::string_view::npos || !parse_number(word[3], state, 16)) return Line::Unreadable;
  if (!parse_number(word[1].substr(colon + 1), out.port, 16) ||
      !parse_number(word[7], out.uid, 10) || !parse_number(word[9], out.inode, 10)) {
    return Line::Unreadable;
  }
  out.protocol = protocol;
  const bool listens = state == (protocol == PortProtocol::Tcp ? kListen : kUnconnected);
  return listens ? Line::Listening : Line::Other;
}

// TCP tables list listening sockets first, so a busy server's thousands of connections are never
// read.
bool is_past_listening(std::string_view piece, PortProtocol protocol) {
  if (protocol != PortProtocol::Tcp) return false;
  const auto end = piece.rfind('\n');
  if (end == std::string_view::npos) return false;
  const auto begin = piece.rfind('\n', end - 1);
  if (end == 0 || begin == std::string_view::npos) return false;
  ListeningSocket last;
  return parse_line(piece.substr(begin + 1, end - begin - 1), protocol, last) == Line::Other;
}

void read_table(const Proc& proc, const char* path, PortProtocol protocol,
                std::vector<ListeningSocket>& out) {
  const UniqueFd file{openat(proc.fd(), path, O_RDONLY | O_CLOEXEC)};
  if (!file) return;
  std::string text;
  std::array<char, 16384> piece;
  for (ssize_t n = 0; (n = read(file.get(), piece.data(), piece.size())) > 0;) {
    text.append(piece.data(), static_cast<std::size_t>(n));
    if (is_past_listening(text, protocol)) break;
  }
  parse_listening(text, protocol, out);
}

}  // namespace

void parse_listening(std::string_view table, PortProtocol protocol,
                     std::vector<ListeningSocket>& out) {
  while (!table.empty()) {
    const auto end = std::min(table.find('\n'), table.size());
    ListeningSocket socket;
    if (parse_line(table.substr(0, end), protocol, socket) == Line::Listening)
      out.push_back(socket);
    table.remove_prefix(std::min(end + 1, table.size()));
  }
}

void read_listening(const Proc& proc, std::vector<ListeningSocket>& out) {
  out.clear();
  // /proc/net is the caller's own: a link to self/net.
  if (!append_tcp_listeners(out)) {
    read_table(proc, "net/tcp", PortProtocol::Tcp, out);
    read_table(proc, "net/tcp6", PortProtocol::Tcp, out);
  }
  read_table(proc, "net/udp", PortProtocol::Udp, out);
  read_table(proc, "net/udp6", PortProtocol::Udp, out);
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.inode < b.inode; });
}

EphemeralPorts read_ephemeral_ports(const Proc& proc) {
  std::array<char, 64> buffer;
  auto text = proc.read("sys/net/ipv4/ip_local_port_range", buffer);
  EphemeralPorts ports;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, ports.first);
  const char* second = first.ptr;
  while (second < end && (*second == '\t' || *second == ' '))
    ++second;
  std::from_chars(second, end, ports.last);
  return ports;
}

}  // namespace mainstay::process
