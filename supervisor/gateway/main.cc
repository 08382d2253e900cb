// mainstay-gateway: talks HTTP with the outside for the controller, as an unprivileged process of
// its own. Started by the controller through the keeper, never by hand.
#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checks/gateway_descriptors.h"
#include "checks/gateway_protocol.h"
#include "gateway/confinement.h"
#include "gateway/conversation.h"
#include "gateway/outgoing/prober.h"
#include "gateway/serving.h"
#include "mainstay/exit_codes.h"

namespace mainstay::gateway {
namespace {

constexpr int kBadUsage = static_cast<int>(SupervisorExit::BadUsageOrConfig);

// For clients to take the last words, once the controller is gone.
constexpr Duration kGoodbye = std::chrono::seconds{1};

bool is_stream_socket(int fd) {
  int type = 0;
  socklen_t size = sizeof type;
  return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

[[noreturn]] void leave(const std::string& why) {
  if (!why.empty()) fmt::print(stderr, "mainstay-gateway: {}\n", why);
  _exit(why.empty() ? 0 : 1);
}

// Does not come back: look-ups that hang in a worker are not waited for.
[[noreturn]] void serve(std::vector<UniqueFd> descriptors) {
  io::Loop loop;
  const bool serves_page = !descriptors.empty();
  const auto shares = affordable_connections(serves_page);
  Prober prober{loop, shares.checks};
  io::Timer goodbye{loop, [] { leave(""); }};
  std::unique_ptr<Serving> page;
  // What the clients were told last goes out first. Nobody new comes in for it: the next gateway
  // has answers.
  const auto on_end = [&goodbye, &page, serves_page](const std::string& why) {
    if (!why.empty() || !serves_page) leave(why);
    if (page) page->close_doors();
    goodbye.start(kGoodbye);
  };
  Conversation conversation{loop, UniqueFd{checks::kGatewayDescriptor}, prober, on_end};
  if (serves_page) {
    page = std::make_unique<Serving>(
        loop, std::move(descriptors), shares.clients,
        [&conversation](std::string line) { conversation.notice(std::move(line)); }, on_end);
    conversation.set_on_web_setup([&page](std::string_view text) { page->set_up(text); });
  }
  loop.set_after_turn([&] {
    if (page) page->flush();
    conversation.flush();
    if (page && page->has_said_all()) leave("");
  });
  loop.run();
  _exit(1);
}

int run(std::string_view user) {
  if (!is_stream_socket(checks::kGatewayDescriptor)) {
    fmt::print(stderr, "mainstay-gateway: is started by the supervisor, not by hand\n");
    return kBadUsage;
  }
  for (const int number : {SIGINT, SIGHUP, SIGQUIT, SIGPIPE})
    signal(number, SIG_IGN);
  if (const Status confined = confine(checks::kGatewayDescriptor, user); !confined) {
    fmt::print(stderr, "{}\n", confined.error().message);
    return 1;
  }
  auto descriptors = checks::take_gateway_descriptors(checks::kGatewayDescriptor);
  if (!descriptors) {
    fmt::print(stderr, "mainstay-gateway: {}\n", descriptors.error().message);
    return 1;
  }
  serve(std::move(*descriptors));
}

}  // namespace
}  // namespace mainstay::gateway

int main(int argc, char** argv) {
  std::string_view user;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (!word.starts_with("--user=")) {
      fmt::print(stderr, "mainstay-gateway: unknown argument {}\n", word);
      return mainstay::gateway::kBadUsage;
    }
    user = word.substr(7);
  }
  return mainstay::gateway::run(user);
}
