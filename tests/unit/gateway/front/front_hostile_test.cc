// Whatever one client does, it costs bounded memory, and the others are served.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>

#include <algorithm>
#include <memory>

#include "unit/gateway/front/rig.h"

namespace mainstay::gateway::testing {
namespace {

using namespace std::chrono_literals;

const std::string kHalf = "GET /a HTTP/1.1\r\nHos";

void check_served(Rig& rig) {
  Peer other{rig};
  CHECK(other.ask("/") == ok());
}

TEST_CASE("what breaks the rules is answered, and then the connection ends") {
  Rig rig;
  rig.answer_at_once();
  Peer peer{rig, kGet + "GET /../ HTTP/1.1\r\n" + kGet};
  const std::string all = peer.read_to_end();
  CHECK(all.starts_with(ok() + "HTTP/1.1 400 "));
  CHECK(all.find("HTTP/1.1 200", ok().size()) == std::string::npos);
  check_served(rig);
}

TEST_CASE("the answer to a body that is too large is read, though the body still comes") {
  Rig rig;
  Peer peer{rig, "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3000000\r\n\r\n"};
  CHECK(peer.send(std::string(3'000'000, 'b')));
  CHECK(peer.read_to_end().starts_with("HTTP/1.1 413 "));
}

TEST_CASE("who sends on and on after its last answer is cut off") {
  Rig rig;
  Peer peer{rig, "nonsense\r\n"};
  rig.until([&] { return !peer.send(std::string(1'000'000, 'x')); });
  CHECK(rig.front->connections().count() == 0);
}

TEST_CASE("a request that drips in gets no more time with each byte") {
  Limits limits;
  limits.request_time = 100ms;
  limits.request.line = limits.request.head = 1 << 30;
  Rig rig{limits};
  Peer peer{rig, kHalf};
  rig.until([&] { return !peer.send("x") || peer.ended(); });
  CHECK(peer.read_to_end().starts_with("HTTP/1.1 408 "));
}

TEST_CASE("when there is no room, whoever has waited longest without a request in work goes") {
  Limits limits;
  limits.connections = 3;
  Rig rig{limits};
  Peer works{rig, kGet};
  rig.until([&] { return rig.asked.size() == 1; });
  const std::size_t input = rig.front->connections().input();
  Peer slow{rig, kHalf};
  rig.until([&] { return rig.front->connections().input() > input; });
  Peer silent{rig};
  rig.until([&] { return rig.front->connections().count() == 3; });
  Peer third{rig, kGet};
  rig.until([&] { return rig.asked.size() == 2 && slow.ended(); });
  CHECK_FALSE(silent.ended());
  Peer fourth{rig, kGet};
  rig.until([&] { return rig.asked.size() == 3 && silent.ended(); });
  Peer turned_away{rig};
  const std::string answer = turned_away.read_to_end();
  CHECK(answer.starts_with("HTTP/1.1 503 "));
  CHECK_FALSE(works.ended());
  rig.asked[0]->answer(ok(), false);
  CHECK(works.response() == ok());
}

TEST_CASE("thousands of silent connections keep nobody out") {
  Limits limits;
  limits.connections = 50;
  Rig rig{limits};
  rig.answer_at_once();
  std::vector<std::unique_ptr<Peer>> crowd;
  for (int i = 0; i < 300; ++i) {
    crowd.push_back(std::make_unique<Peer>(rig, i % 2 == 0 ? std::string_view{} : kHalf));
    if (i % 50 == 0) check_served(rig);
  }
  check_served(rig);
  CHECK(rig.front->connections().count() <= 50);
}

TEST_CASE("all bodies together are bounded, and whoever holds most pays") {
  Limits limits;
  limits.all_input = 1'000'000;
  limits.linger_time = 1h;
  Rig rig{limits};
  rig.answer_at_once();
  const std::string head = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 900000\r\n\r\n";
  std::vector<std::unique_ptr<Peer>> crowd;
  for (int i = 0; i < 8; ++i) {
    crowd.push_back(std::make_unique<Peer>(rig, head));
    crowd.back()->send(std::string(300'000, 'b'));
    check_served(rig);
    CHECK(rig.front->connections().input() <= 1'000'000);
  }
  const auto busy = [](const auto& peer) { return peer->ended(); };
  // The last body may still be on its way.
  rig.until([&] { return std::ranges::count_if(crowd, busy) >= 5; });
  const auto first = std::ranges::find_if(crowd, busy);
  const std::string answer = (*first)->read_to_end();
  CHECK(answer.starts_with("HTTP/1.1 503 "));
  CHECK(answer.find("Retry-After: 1\r\n") != std::string::npos);
  // None is hung up on before it has read that: what it had sent is given back at once.
  rig.until([&] { return rig.front->connections().count() <= crowd.size(); });
  CHECK(rig.front->connections().count() == crowd.size());
}

TEST_CASE("all answers that are not taken are bounded, and whoever holds most pays") {
  Limits limits;
  limits.all_output = 4'000'000;
  Rig rig{limits};
  rig.answer = [](const auto& exchange) {
    exchange->answer(exchange->request().target == "/a" ? ok(std::string(1'500'000, 'x')) : ok(),
                     false);
  };
  std::vector<std::unique_ptr<Peer>> crowd;
  for (int i = 0; i < 10; ++i) {
    crowd.push_back(std::make_unique<Peer>(rig, kGet));
    check_served(rig);
    CHECK(rig.front->connections().output() <= 4'000'000);
  }
  CHECK(rig.front->connections().count() < 8);
}

TEST_CASE("an answer that is longer than any may be is an error, not half an answer") {
  Limits limits;
  limits.answer = 1000;
  Rig rig{limits};
  rig.answer = [](const auto& exchange) { exchange->answer(ok(std::string(2000, 'x')), false); };
  Peer peer{rig, kGet};
  const std::string answer = peer.read_to_end();
  CHECK(answer.starts_with("HTTP/1.1 500 "));
  CHECK(answer.find("ask for less at once") != std::string::npos);
}

TEST_CASE("who never takes its answer is hung up on") {
  Limits limits;
  limits.stalled_time = 50ms;
  Rig rig{limits};
  // A loop that is held up for so long hangs up in the turn in which it has answered.
  std::size_t kept = 0;
  rig.answer = [&](const auto& exchange) {
    exchange->answer(ok(std::string(7'000'000, 'x')), false);
    kept = rig.front->connections().output();
  };
  Peer peer{rig, kGet};
  rig.until([&] { return kept > 0 && rig.front->connections().count() == 0; });
  CHECK(rig.front->connections().output() == 0);
}

TEST_CASE("who asks for more than it reads waits, and holds little") {
  Rig rig;
  rig.answer_at_once();
  Peer peer{rig};
  std::string requests;
  for (int i = 0; i < 500; ++i)
    requests += kGet;
  rig.answer = [](const auto& exchange) { exchange->answer(ok(std::string(100'000, 'x')), false); };
  peer.send(requests);
  for (int turn = 0; turn < 50; ++turn)
    rig.loop.run_once(true);
  CHECK(rig.front->connections().input() < 64 * 1024);
  CHECK(rig.front->connections().output() < 512 * 1024);
  rig.answer_at_once();
  check_served(rig);
}

TEST_CASE("what somebody asked who is gone is not worked on any more") {
  Rig rig;
  int answered = 0;
  rig.answer = [&](const auto& exchange) {
    ++answered;
    exchange->answer(ok(std::string(1'000'000, 'x')), false);
  };
  Peer peer{rig};
  std::string requests;
  for (int i = 0; i < 200; ++i)
    requests += kGet;
  peer.send(requests);
  rig.until([&] { return rig.front->connections().output() > 0; });
  peer.reset();
  rig.until([&] { return rig.front->connections().count() == 0; });
  CHECK(answered < 5);
}

// The first address of this machine that is not a loopback one.
std::string outer_address() {
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owned{all, freeifaddrs};
  for (const ifaddrs* each = all; each != nullptr; each = each->ifa_next) {
    const bool usable = each->ifa_addr != nullptr && each->ifa_addr->sa_family == AF_INET &&
                        (each->ifa_flags & IFF_LOOPBACK) == 0 && (each->ifa_flags & IFF_UP) != 0;
    char text[INET_ADDRSTRLEN] = "";
    const auto* address = reinterpret_cast<const sockaddr_in*>(each->ifa_addr);
    if (usable && inet_ntop(AF_INET, &address->sin_addr, text, sizeof text) != nullptr) return text;
  }
  return {};
}

TEST_CASE("one address that is not this machine may have so many connections, and no more") {
  const std::string address = outer_address();
  if (address.empty()) {
    MESSAGE("skipped: this machine has no address but its loopback ones");
    return;
  }
  Limits limits;
  limits.per_address = 2;
  Rig rig{limits, nullptr, address};
  auto first = std::make_unique<Peer>(rig, kGet);
  Peer second{rig, kGet};
  rig.until([&] { return rig.asked.size() == 2; });
  CHECK_FALSE(rig.asked[0]->request().loopback);
  Peer third{rig};
  CHECK(third.read_to_end().starts_with("HTTP/1.1 503 "));
  first.reset();
  rig.asked[0]->answer(ok(), true);
  rig.until([&] { return rig.front->connections().count() == 1; });
  Peer fourth{rig, kGet};
  rig.until([&] { return rig.asked.size() == 3; });
}

}  // namespace
}  // namespace mainstay::gateway::testing
