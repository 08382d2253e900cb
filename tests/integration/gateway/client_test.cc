// The controller's side of the gateway on a real keeper, with real gateways that die and hang.
#include "checks/gateway_client.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "integration/keeper/keeper_fixture.h"
#include "io/stream.h"

using namespace mainstay;
using namespace mainstay::test;
using checks::GatewayClient;
using checks::GatewayOptions;
using checks::HttpOutcome;
using checks::HttpRequest;
using checks::HttpVerdict;

namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

// Hands what the keeper says to the auxiliary runs.
struct Runs final : process::KeeperRuns {
  void on_run(process::KeeperRun run) override { auxiliary->on_run(std::move(run)); }
  void on_refused(const process::KeeperRefusal& refusal) override {
    auxiliary->on_refused(refusal);
  }
  void on_exit(const process::KeeperExit& exit) override { auxiliary->on_exit(exit); }
  process::AuxiliaryRuns* auxiliary = nullptr;
};

process::TreeOptions sweep(const KeeperFixture& fixture) {
  process::TreeOptions options;
  options.state_dir = (fixture.folder() / "state").string();
  options.keeper_pid = fixture.keeper_pid();
  options.allow_v1 = options.allow_v2 = false;
  return options;
}

// A server on a Unix socket, on the same loop, that answers every request or none.
class Server {
 public:
  Server(io::Loop& loop, fs::path path) : loop_(loop), path_(std::move(path)) {
    UniqueFd fd{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.string().copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(listen(fd.get(), 1024) == 0);
    REQUIRE(chmod(path_.c_str(), 0666) == 0);
    listener_ = std::make_unique<io::Listener>(
        loop, std::move(fd), [this](UniqueFd client) { accept(std::move(client)); });
  }

  std::string url() const { return "http://unix:" + path_.string() + ":/"; }
  std::size_t asked = 0;
  bool answers = true;

 private:
  void accept(UniqueFd client) {
    io::Stream& stream =
        *clients_.emplace_back(std::make_unique<io::Stream>(loop_, std::move(client)));
    stream.start_reading(
        [this, &stream](std::string_view) {
          ++asked;
          if (answers) stream.write("HTTP/1.1 204 No Content\r\n\r\n");
        },
        [] {});
  }

  io::Loop& loop_;
  fs::path path_;
  std::unique_ptr<io::Listener> listener_;
  std::vector<std::unique_ptr<io::Stream>> clients_;
};

struct Side {
  explicit Side(GatewayOptions options = {}, fs::path program = MAINSTAY_GATEWAY)
      : trees(fixture.loop(), sweep(fixture)) {
    fixture.accept_controller();
    keeper = fixture.take_client();
    auxiliary.emplace(fixture.loop(), *keeper, trees);
    runs.auxiliary = &*auxiliary;
    keeper->start(runs, host);
    until([this] { return host.all_there; });
    server.emplace(fixture.loop(), fixture.folder() / "server.sock");
    options.program = std::move(program);
    client.emplace(fixture.loop(), *auxiliary, options,
                   [this](const std::string& notice) { notices.push_back(notice); });
  }

  void until(const std::function<bool()>& done) {
    fixture.until([this, &done] {
      keeper->send_housekeeping();
      return done();
    });
  }
  HttpRequest request(milliseconds timeout = milliseconds{30'000}) const {
    HttpRequest one;
    one.url = server->url();
    one.timeout = timeout;
    return one;
  }
  std::uint64_t ask() {
    return client->request(request(),
                           [this](HttpOutcome outcome) { outcomes.push_back(std::move(outcome)); });
  }
  HttpOutcome check(milliseconds timeout = milliseconds{30'000}) {
    std::optional<HttpOutcome> told;
    client->request(request(timeout), [&told](HttpOutcome outcome) { told = std::move(outcome); });
    CHECK_FALSE(told);  // never from inside of the call
    until([&told] { return told.has_value(); });
    return *told;
  }
  // Again and again, as a check does.
  void until_it_passes() {
    until([this] { return check().verdict == HttpVerdict::Passed; });
  }
  std::vector<pid_t> gateways() const {
    const std::string keeper_pid = std::to_string(fixture.keeper_pid());
    std::ifstream children{"/proc/" + keeper_pid + "/task/" + keeper_pid + "/children"};
    std::vector<pid_t> found;
    for (pid_t pid = 0; children >> pid;) {
      const std::string status = read_file("/proc/" + std::to_string(pid) + "/status");
      const bool alive = !field_of(status, "State").starts_with("Z");
      if (alive && field_of(status, "Name") == "mainstay-gatewa") found.push_back(pid);
    }
    return found;
  }
  bool told(const std::string& words) const {
    return std::any_of(notices.begin(), notices.end(), [&](const std::string& notice) {
      return notice.find(words) != std::string::npos;
    });
  }

  KeeperFixture fixture;
  process::ProcessTrees trees;
  Heard host;
  Runs runs;
  std::unique_ptr<process::KeeperClient> keeper;
  std::optional<process::AuxiliaryRuns> auxiliary;
  std::optional<Server> server;
  std::vector<std::string> notices;
  std::vector<HttpOutcome> outcomes;
  std::optional<GatewayClient> client;
};

// A program in the gateway's place.
fs::path script(const Side& side, const std::string& text) {
  const fs::path path = side.fixture.folder() / "mainstay-gateway";
  std::ofstream{path} << "#!/bin/sh\n" << text;
  fs::permissions(path, fs::perms{0755});
  return path;
}

}  // namespace

TEST_CASE("The gateway is started by the first request, as nobody in particular, and then stays") {
  Side side;
  CHECK(side.gateways().empty());
  const HttpOutcome first = side.check();
  CHECK(first.verdict == HttpVerdict::Passed);
  CHECK(first.status == 204);
  CHECK(first.total > Duration{0});
  const auto running = side.gateways();
  REQUIRE(running.size() == 1);
  const std::string status = read_file("/proc/" + std::to_string(running[0]) + "/status");
  CHECK(field_of(status, "NoNewPrivs") == "1");
  if (geteuid() == 0) {
    CHECK(field_of(status, "CapEff") == "0000000000000000");
    CHECK(field_of(status, "Groups") == "");
    CHECK_FALSE(field_of(status, "Uid").starts_with("0"));
  }
  CHECK(side.check().verdict == HttpVerdict::Passed);
  CHECK(side.gateways() == running);
  CHECK(side.notices.empty());
}

TEST_CASE("Many questions at once are each answered once") {
  Side side;
  for (int i = 0; i < 200; ++i)
    side.ask();
  CHECK(side.client->under_way() == 200);
  side.until([&] { return side.outcomes.size() == 200; });
  CHECK(side.client->under_way() == 0);
  CHECK(std::all_of(side.outcomes.begin(), side.outcomes.end(),
                    [](const HttpOutcome& one) { return one.verdict == HttpVerdict::Passed; }));
}

TEST_CASE("What is cancelled is not told") {
  Side side;
  side.server->answers = false;
  const std::uint64_t token = side.ask();
  side.until([&] { return side.server->asked == 1; });
  side.client->cancel(token);
  side.client->cancel(token);
  side.client->cancel(12345);
  CHECK(side.client->under_way() == 0);
  // One that was decided here, but not told yet.
  HttpRequest bad;
  side.client->cancel(side.client->request(bad, [](const HttpOutcome&) { FAIL("was cancelled"); }));
  side.server->answers = true;
  CHECK(side.check().verdict == HttpVerdict::Passed);
  CHECK(side.outcomes.empty());
}

TEST_CASE("A request that cannot be asked starts nothing") {
  Side side;
  HttpRequest request = side.request();
  request.method = "get";
  std::string message;
  side.client->request(request, [&](const HttpOutcome& outcome) {
    CHECK(outcome.verdict == HttpVerdict::Unknown);
    message = outcome.message;
  });
  side.until([&] { return !message.empty(); });
  CHECK(message == "not asked: 'get' is not an HTTP method");
  CHECK(side.gateways().empty());
}

TEST_CASE("A gateway that is killed is replaced, and what it was asked is unknown at once") {
  Side side;
  REQUIRE(side.check().verdict == HttpVerdict::Passed);
  const pid_t first = side.gateways().at(0);
  side.server->answers = false;
  side.outcomes.clear();
  for (int i = 0; i < 10; ++i)
    side.ask();
  side.until([&] { return side.server->asked == 11; });
  kill(first, SIGKILL);
  side.until([&] { return side.outcomes.size() == 10; });
  for (const HttpOutcome& outcome : side.outcomes) {
    CHECK(outcome.verdict == HttpVerdict::Unknown);
    CHECK(outcome.message == "the HTTP gateway has died");
  }
  side.server->answers = true;
  side.until_it_passes();
  REQUIRE(side.gateways().size() == 1);
  CHECK(side.gateways()[0] != first);
  // Nothing is asked again by itself.
  CHECK(side.server->asked == 12);
  side.until([&] { return !side.notices.empty(); });
  CHECK(side.notices == std::vector<std::string>{"the HTTP gateway was ended by signal KILL; HTTP "
                                                 "checks are unknown until another one runs"});
}

TEST_CASE("A gateway that hangs is replaced after a few questions without an answer") {
  GatewayOptions options;
  options.grace = milliseconds{50};
  Side side{options};
  REQUIRE(side.check().verdict == HttpVerdict::Passed);
  const pid_t first = side.gateways().at(0);
  kill(first, SIGSTOP);
  for (int i = 0; i < 3; ++i) {
    const HttpOutcome outcome = side.check(milliseconds{50});
    CHECK(outcome.verdict == HttpVerdict::Unknown);
    CHECK(outcome.message == "the HTTP gateway does not answer");
  }
  side.until_it_passes();
  CHECK(side.gateways() != std::vector{first});
  CHECK(side.told("the HTTP gateway hangs"));
}

TEST_CASE("A gateway that is not installed is asked for by name, and used once it is there") {
  Side side{{}, "/nonexistent/mainstay-gateway"};
  const HttpOutcome outcome = side.check();
  CHECK(outcome.verdict == HttpVerdict::Unknown);
  CHECK(outcome.message ==
        "cannot check over HTTP: /nonexistent/mainstay-gateway: no such file or directory; the "
        "gateway comes with Mainstay, install it there");
  side.check();
  CHECK(side.notices.size() == 1);

  const fs::path place = side.fixture.folder() / "mainstay-gateway";
  GatewayOptions options;
  options.program = place;
  side.client.emplace(side.fixture.loop(), *side.auxiliary, options, [](const std::string&) {});
  CHECK(side.check().verdict == HttpVerdict::Unknown);
  fs::copy_file(MAINSTAY_GATEWAY, place);
  CHECK(side.check().verdict == HttpVerdict::Passed);
}

TEST_CASE("A gateway that ends at once is tried less and less often, and says why once") {
  Side side{{}, "/nonexistent"};
  const fs::path starts = side.fixture.folder() / "starts";
  GatewayOptions options;
  options.program =
      script(side, "echo x >>" + starts.string() + "\necho 'no libcurl' >&2\nexit 3\n");
  side.client.emplace(side.fixture.loop(), *side.auxiliary, options,
                      [&](const std::string& notice) { side.notices.push_back(notice); });
  // The first at once, the second at once, the third after 0.1 seconds, the fourth a second later.
  side.until([&] {
    if (side.client->under_way() == 0) side.ask();
    return read_file(starts).size() >= 6;
  });
  side.until([&] { return side.check().message == "no libcurl"; });
  CHECK(side.notices ==
        std::vector<std::string>{"no libcurl; HTTP checks are unknown until another one runs"});
  CHECK(read_file(starts).size() <= 8);
}

TEST_CASE("A gateway that talks nonsense is replaced") {
  struct Nonsense {
    const char* script;
    const char* words;
  };
  for (const Nonsense& one :
       {Nonsense{"printf 'GET / HTTP/1.1' >&3\nexec sleep 1000\n",
                 "of a length that is not allowed"},
        Nonsense{"printf '\\1\\0\\0\\0\\143' >&3\nexec sleep 1000\n",
                 "a message of an unknown kind"},
        Nonsense{"printf '\\11\\0\\0\\0\\21\\1\\0\\0\\0\\0\\0\\0\\0' >&3\nexec sleep 1000\n",
                 "what is not its to say"},
        Nonsense{"printf '\\5\\0\\0\\0\\1\\7\\0\\0\\0' >&3\nexec sleep 1000\n",
                 "version 7 of the protocol instead of 2"}}) {
    CAPTURE(std::string{one.words});
    Side side{{}, "/nonexistent"};
    GatewayOptions options;
    options.program = script(side, one.script);
    side.client.emplace(side.fixture.loop(), *side.auxiliary, options,
                        [&](const std::string& notice) { side.notices.push_back(notice); });
    const HttpOutcome outcome = side.check();
    CHECK(outcome.verdict == HttpVerdict::Unknown);
    CHECK(outcome.message.find(one.words) != std::string::npos);
    CHECK(side.told(one.words));
  }
}

TEST_CASE("A gateway that nobody needs is ended, and started again for the next question") {
  GatewayOptions options;
  options.idle = milliseconds{100};
  Side side{options};
  REQUIRE(side.check().verdict == HttpVerdict::Passed);
  side.until([&] { return side.gateways().empty(); });
  CHECK(side.notices.empty());
  CHECK(side.check().verdict == HttpVerdict::Passed);
  // Not while it is at work.
  side.server->answers = false;
  CHECK(side.check(milliseconds{400}).message == "no answer within 400ms");
}

TEST_CASE("The gateway ends with its client") {
  Side side;
  REQUIRE(side.check().verdict == HttpVerdict::Passed);
  REQUIRE(side.gateways().size() == 1);
  side.server->answers = false;
  side.ask();
  side.client.reset();
  side.until([&] { return side.gateways().empty(); });
}
