// HTTP over a Unix socket, as nginx writes it: "http://unix:/run/app.sock:/health".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mainstay {

struct SocketUrl {
  std::string scheme;  // "http" or "https"
  std::string path;    // of the socket, absolute
  std::string target;  // what is asked for, "/" at least
  bool operator==(const SocketUrl&) const = default;
};

// Longer ones do not fit into a sockaddr_un.
inline constexpr std::size_t kMaxSocketPath = 107;

// Nothing when `url` is no such thing; the path may still be too long.
std::optional<SocketUrl> split_socket_url(std::string_view url);

}  // namespace mainstay
