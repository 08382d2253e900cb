// Answers that go on and on, and clients that do not keep up.
#include <doctest/doctest.h>

#include "unit/gateway/front/rig.h"

namespace mainstay::gateway::testing {
namespace {

using namespace std::chrono_literals;

const std::string kGetLive = "GET /live HTTP/1.1\r\nHost: h\r\n\r\n";
const std::string kHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

std::shared_ptr<Exchange> follow(Rig& rig) {
  rig.until([&] { return !rig.asked.empty(); });
  auto exchange = rig.asked.front();
  rig.asked.clear();
  exchange->begin(kHead);
  return exchange;
}

TEST_CASE("a stream is its head, what is pushed, and the end of the connection") {
  Rig rig;
  Peer peer{rig, kGetLive + kGetLive};
  const auto exchange = follow(rig);
  CHECK(exchange->open());
  exchange->push("data: 1\n\n");
  CHECK(peer.read(kHead.size() + 9) == kHead + "data: 1\n\n");
  exchange->push("data: 2\n\n");
  exchange->end();
  CHECK_FALSE(exchange->open());
  exchange->push("ignored");
  CHECK(peer.read_to_end() == "data: 2\n\n");
  CHECK(rig.asked.empty());  // what came behind it is never read
}

TEST_CASE("a follower that hangs up is told of") {
  Rig rig;
  for (const bool rude : {false, true}) {
    CAPTURE(rude);
    Peer peer{rig, kGetLive};
    const auto exchange = follow(rig);
    bool gone = false;
    exchange->on_gone([&] { gone = true; });
    if (rude) {
      peer.reset();
    } else {
      peer.end_output();
    }
    rig.until([&] { return gone; });
    CHECK_FALSE(exchange->open());
    CHECK(rig.front->connections().count() == 0);
  }
}

TEST_CASE("a follower that never reads is hung up on, others are not") {
  Rig rig;
  Peer deaf{rig, kGetLive};
  const auto to_deaf = follow(rig);
  Peer good{rig, kGetLive};
  const auto to_good = follow(rig);
  good.read(kHead.size());
  bool gone = false;
  to_deaf->on_gone([&] { gone = true; });
  const std::string piece(10'000, 'x');
  std::size_t pushed = 0;
  while (to_deaf->open()) {
    to_deaf->push(piece);
    to_good->push(piece);
    CHECK_FALSE(gone);  // never from inside push()
    pushed += piece.size();
    REQUIRE(pushed < 64'000'000);
    CHECK(rig.front->connections().output() <= 2 * 256 * 1024);
    CHECK(good.read(piece.size()) == piece);
  }
  rig.until([&] { return gone; });
  CHECK(to_good->open());
  CHECK(rig.front->connections().count() == 1);
}

TEST_CASE("a follower that takes nothing for a while is hung up on, a slow one is not") {
  Limits limits;
  limits.stalled_time = 2s;  // no more than that may hold up the slow one: the machine is shared
  Rig rig{limits};
  Peer slow{rig, kGetLive};
  const auto to_slow = follow(rig);
  Peer deaf{rig, kGetLive};
  const auto to_deaf = follow(rig);
  const std::string piece(20'000, 'x');
  // The kernel takes much; what the front has to keep is the rest.
  const auto fill = [&](Exchange& exchange, std::size_t most) {
    while (exchange.open() && rig.front->connections().output() < most)
      exchange.push(piece);
  };
  fill(*to_deaf, 100'000);
  fill(*to_slow, 200'000);
  rig.until([&] {
    slow.read(100'000);
    fill(*to_slow, 200'000);
    return !to_deaf->open();
  });
  CHECK(to_slow->open());
}

TEST_CASE("beyond the limit of streams the next one is told to come again") {
  Limits limits;
  limits.streams = 2;
  Rig rig{limits};
  Peer first{rig, kGetLive};
  const auto kept = follow(rig);
  Peer second{rig, kGetLive};
  const auto also = follow(rig);
  Peer third{rig, kGetLive};
  const auto refused = follow(rig);
  CHECK_FALSE(refused->open());
  const std::string answer = third.read_to_end();
  CHECK(answer.starts_with("HTTP/1.1 503 "));
  CHECK(answer.find("Retry-After: 10\r\n") != std::string::npos);
  CHECK(kept->open());
  kept->end();
  CHECK(first.read_to_end() == kHead);
  Peer fourth{rig, kGetLive};
  CHECK(follow(rig)->open());
}

}  // namespace
}  // namespace mainstay::gateway::testing
