// The gateway's front with nothing behind it: serves a few fixed things, so that hostile clients
// can be let loose on it alone.
//   front_server [CERTIFICATE KEY]
// Prints the port it listens on (127.0.0.1), and ends when its standard input does.
#include <fmt/format.h>
#include <malloc.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/front/front.h"
#include "io/loop.h"
#include "io/stream.h"

using namespace mainstay;
using gateway::Exchange;

namespace {

constexpr std::chrono::milliseconds kBeat{10};
constexpr std::size_t kFlood = 16 * 1024;

std::string whole(const char* path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::string ok(std::string_view type, std::string_view body) {
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n{}", type,
                     body.size(), body);
}

class Server {
 public:
  Server(io::Loop& loop, std::shared_ptr<const gateway::TlsContext> tls)
      : front_(loop, {}, [this](std::shared_ptr<Exchange> exchange) { handle(exchange); }),
        beat_(loop, [this] { push(); }),
        stdin_(loop, STDIN_FILENO, [&loop](int) {
          char byte = 0;
          if (read(STDIN_FILENO, &byte, 1) == 0) loop.stop();
        }) {
    UniqueFd listening{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    if (bind(listening.get(), raw, size) != 0 || listen(listening.get(), 4096) != 0 ||
        getsockname(listening.get(), raw, &size) != 0)
      return;
    stdin_.want(io::kReadable);
    front_.listen(std::move(listening), std::move(tls));
    fmt::print("{}\n", ntohs(address.sin_port));
    std::fflush(stdout);
  }

 private:
  void handle(const std::shared_ptr<Exchange>& exchange) {
    const auto& request = exchange->request();
    const std::string_view target = request.target;
    if (target == "/stats") return exchange->answer(stats(), false);
    if (target == "/big")
      return exchange->answer(ok("text/plain", std::string(256 * 1024, 'b')), false);
    if (target == "/never") return hold(exchange);
    if (target == "/follow" || target == "/flood") {
      exchange->begin("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
      return hold(exchange);
    }
    exchange->answer(ok("application/json", fmt::format(R"({{"method":"{}","body":{}}})",
                                                        request.method, request.body.size())),
                     false);
  }

  std::string stats() const {
    const auto& all = front_.connections();
    return ok("application/json",
              fmt::format(R"({{"connections":{},"input":{},"output":{},"held":{},"gone":{}}})",
                          all.count(), all.input(), all.output(), held_.size(), gone_));
  }

  void hold(const std::shared_ptr<Exchange>& exchange) {
    exchange->on_gone([this] { ++gone_; });
    if (held_.empty()) beat_.start(kBeat);
    held_.push_back(exchange);
  }

  void push() {
    static const std::string kNoise = "data: " + std::string(kFlood, 'x') + "\n\n";
    std::erase_if(held_, [](const auto& each) { return !each->open(); });
    for (const auto& each : held_)
      each->push(each->request().target == "/flood" ? kNoise : "data: beat\n\n");
    if (!held_.empty()) beat_.start(kBeat);
  }

  gateway::Front front_;
  std::vector<std::shared_ptr<Exchange>> held_;
  std::size_t gone_ = 0;
  io::Timer beat_;
  io::FdWatch stdin_;
};

}  // namespace

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);
  mallopt(M_MMAP_THRESHOLD, 128 * 1024);  // as the gateway does
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  std::shared_ptr<const gateway::TlsContext> tls;
  if (argc == 3) {
    auto made = gateway::TlsContext::make(whole(argv[1]), whole(argv[2]));
    if (!made) {
      fmt::print(stderr, "{}\n", made.error().message);
      return 1;
    }
    tls = *made;
  }
  io::Loop loop;
  {
    Server server{loop, tls};
    loop.run();
  }
  return 0;
}
