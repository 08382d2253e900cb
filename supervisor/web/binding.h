// Where the page is listened for: looked up, bound, and tried again while it cannot be had. Bound
// by the controller, so that a port of root's can be had and a killed gateway loses no connection.
// Loop thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/time.h"
#include "io/look_up.h"
#include "io/loop.h"

namespace mainstay::web {

// Says who holds a port, as "port 9615 is held by nginx (pid 4711)"; empty: nobody that we see.
using FindHolder = std::function<void(std::uint16_t port, std::function<void(std::string)> found)>;

struct BindingOptions {
  std::string listen;                              // "127.0.0.1:9615", "localhost:9615", "[::]:443"
  Duration soon = std::chrono::milliseconds{300};  // the second try: who leaves needs a moment
  Duration again = std::chrono::seconds{5};
};

class Binding {
 public:
  // `on_bound` comes once, from the loop or from begin(). `notice` is told why not, and each reason
  // once.
  Binding(io::Loop& loop, BindingOptions options, FindHolder find_holder,
          std::function<void()> on_bound, std::function<void(const std::string&)> notice);
  Binding(const Binding&) = delete;
  Binding& operator=(const Binding&) = delete;

  // With what a former controller has bound, if it has.
  void begin(std::vector<UniqueFd> bound);
  const std::vector<UniqueFd>& sockets() const { return sockets_; }
  // Why it cannot be had; empty: it is, or is being tried.
  const std::string& problem() const { return problem_; }

 private:
  void attempt();
  void look_up(const std::string& name, std::uint16_t port);
  void bind(const std::vector<io::SocketAddress>& addresses, std::uint16_t port);
  void fail(const std::string& why);
  void ask_for_holder(const std::string& why, std::uint16_t port);

  io::Loop& loop_;
  BindingOptions options_;
  FindHolder find_holder_;
  std::function<void()> on_bound_;
  std::function<void(const std::string&)> notice_;
  io::Timer again_;
  std::optional<io::LookUp> look_up_;
  std::vector<UniqueFd> sockets_;
  std::string problem_;
  bool tried_ = false;
};

}  // namespace mainstay::web
