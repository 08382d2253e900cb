// What the service manager above hears from the keeper, on a real socket.
#include <doctest/doctest.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "integration/keeper/keeper_fixture.h"

using namespace mainstay;
using namespace mainstay::test;

namespace {

constexpr int kPatienceMilliseconds = 60'000;

// In systemd's place: a socket for datagrams in a folder of its own.
class Manager {
 public:
  Manager() {
    std::string name =
        (std::filesystem::temp_directory_path() / "mainstay-manager-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    folder_ = name;
    address_.sun_family = AF_UNIX;
    std::strncpy(address_.sun_path, path().c_str(), sizeof address_.sun_path - 1);
    REQUIRE(bind(socket_.get(), reinterpret_cast<sockaddr*>(&address_), sizeof address_) == 0);
  }
  ~Manager() { std::filesystem::remove_all(folder_); }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  std::string path() const { return (folder_ / "notify").string(); }

  // The next message; "" when none comes.
  std::string read() {
    pollfd ready{socket_.get(), POLLIN, 0};
    char text[4096];
    if (poll(&ready, 1, kPatienceMilliseconds) != 1) return "";
    const ssize_t size = recv(socket_.get(), text, sizeof text, 0);
    return {text, static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
  }

  // The next message with this text; "" when none comes.
  std::string read_until(const std::string& part) {
    std::string text = read();
    while (!text.empty() && text.find(part) == std::string::npos)
      text = read();
    return text;
  }

  // Nothing more goes into it until it is read from.
  void flood() const {
    const UniqueFd other{socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    const auto* address = reinterpret_cast<const sockaddr*>(&address_);
    while (sendto(other.get(), "flood", 5, 0, address, sizeof address_) > 0) {
    }
  }

 private:
  std::filesystem::path folder_;
  sockaddr_un address_{};
  UniqueFd socket_{socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
};

KeeperFixture::Options told_of(const Manager& manager) {
  KeeperFixture::Options options;
  options.environment["NOTIFY_SOCKET"] = manager.path();
  return options;
}

void serve(KeeperFixture& fixture, Manager& manager) {
  fixture.become_controller();
  fixture.client().tell_stop_budget(Duration{}, "");
  fixture.until([&] { return fixture.client().queued() == 0; });
  CHECK(manager.read_until("READY=1").find("STATUS=Running\n") != std::string::npos);
}

// Has HUP sent, and waits until the controller has heard of it.
std::uint32_t ask_for_reload(KeeperFixture& fixture) {
  const std::size_t before = fixture.heard().reloads.size();
  kill(fixture.keeper_pid(), SIGHUP);
  fixture.until([&] { return fixture.heard().reloads.size() > before; });
  return fixture.heard().reloads.back();
}

}  // namespace

TEST_CASE("A service manager without room for messages hears of a reload once it has some") {
  Manager manager;
  KeeperFixture fixture{told_of(manager)};
  serve(fixture, manager);
  manager.flood();
  const std::uint32_t number = ask_for_reload(fixture);
  fixture.client().reloaded(number, "all is as it was");
  fixture.until([&] { return fixture.client().queued() == 0; });
  CHECK(manager.read_until("RELOADING=1").find("MONOTONIC_USEC=") != std::string::npos);
  CHECK(manager.read_until("READY=1").find("STATUS=all is as it was\n") != std::string::npos);
}

TEST_CASE("Only what came of the latest reload ends it") {
  Manager manager;
  KeeperFixture fixture{told_of(manager)};
  serve(fixture, manager);
  const std::uint32_t first = ask_for_reload(fixture);
  const std::uint32_t second = ask_for_reload(fixture);
  CHECK(second == first + 1);
  fixture.client().reloaded(first, "of the first");
  fixture.client().reloaded(second, "of the second");
  fixture.until([&] { return fixture.client().queued() == 0; });
  CHECK(manager.read_until("READY=1").find("STATUS=of the second\n") != std::string::npos);
}

TEST_CASE("A reload that a controller leaves unanswered is the next one's, under its number") {
  Manager manager;
  KeeperFixture fixture{told_of(manager)};
  serve(fixture, manager);
  ask_for_reload(fixture);
  const std::uint32_t number = ask_for_reload(fixture);
  fixture.kill_controller();
  fixture.become_controller();
  fixture.until([&] { return !fixture.heard().reloads.empty(); });
  CHECK(fixture.heard().reloads == std::vector{number});
}
