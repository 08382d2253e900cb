#include "base/socket_url.h"

namespace mainstay {

std::optional<SocketUrl> split_socket_url(std::string_view url) {
  const std::size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return std::nullopt;
  const std::string_view scheme = url.substr(0, scheme_end);
  std::string_view rest = url.substr(scheme_end + 3);
  if ((scheme != "http" && scheme != "https") || !rest.starts_with("unix:/")) return std::nullopt;
  rest.remove_prefix(5);
  const std::size_t colon = rest.find(':');
  const std::string_view path = rest.substr(0, colon);
  const std::string_view target =
      colon == std::string_view::npos ? std::string_view{"/"} : rest.substr(colon + 1);
  if (path.size() < 2 || path.ends_with('/') || !target.starts_with('/')) return std::nullopt;
  return SocketUrl{std::string{scheme}, std::string{path}, std::string{target}};
}

}  // namespace mainstay
