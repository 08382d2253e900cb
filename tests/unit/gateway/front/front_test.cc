#include "gateway/front/front.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include "unit/gateway/front/rig.h"

namespace mainstay::gateway::testing {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a request is handed over with who sent it, and its answer goes back") {
  Rig rig;
  Peer peer{rig, kGet};
  rig.until([&] { return rig.asked.size() == 1; });
  const WebRequest& request = rig.asked[0]->request();
  CHECK(request.target == "/a");
  CHECK(request.address == "127.0.0.1");
  CHECK(request.port != 0);
  CHECK(request.loopback);
  CHECK_FALSE(request.encrypted);
  CHECK(rig.asked[0]->open());
  rig.asked[0]->answer(ok("done"), false);
  CHECK_FALSE(rig.asked[0]->open());
  CHECK(peer.response() == ok("done"));
  CHECK_FALSE(peer.ended());
}

TEST_CASE("pipelined requests are handed over one at a time, in order") {
  Rig rig;
  Peer peer{rig,
            kGet + "GET /b HTTP/1.1\r\nHost: h\r\n\r\n" + "GET /c HTTP/1.1\r\nHost: h\r\n\r\n"};
  for (const std::string target : {"/a", "/b", "/c"}) {
    rig.until([&] { return rig.asked.size() == 1; });
    CHECK(rig.asked[0]->request().target == target);
    rig.asked[0]->answer(ok(target), false);
    CHECK(rig.asked.size() == 1);  // never from inside answer()
    rig.asked.clear();
    CHECK(peer.response() == ok(target));
  }
}

TEST_CASE("hundreds of pipelined requests that are answered at once are all answered") {
  Rig rig;
  rig.answer_with_target();
  std::string requests;
  for (int i = 0; i < 2000; ++i)
    requests += fmt::format("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", i);
  Peer peer{rig, requests};
  for (int i = 0; i < 2000; ++i)
    REQUIRE(peer.response() == ok(fmt::format("/{}", i)));
}

TEST_CASE("a connection ends after an answer that ends it, or when the client wants that") {
  Rig rig;
  SUBCASE("the answer") {
    rig.answer = [](const auto& exchange) { exchange->answer(ok(), true); };
    Peer peer{rig, kGet + kGet};
    CHECK(peer.read_to_end() == ok());
  }
  SUBCASE("the client") {
    rig.answer_with_target();
    Peer peer{rig, "GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" + kGet};
    CHECK(peer.read_to_end() == ok("/a"));
  }
  SUBCASE("the client, by its version") {
    rig.answer_with_target();
    Peer peer{rig, "GET /a HTTP/1.0\r\n\r\n"};
    CHECK(peer.read_to_end() == ok("/a"));
  }
}

TEST_CASE("a client that ends its half gets the answers to what it asked") {
  Rig rig;
  Peer peer{rig, kGet + kGet};
  peer.end_output();
  rig.until([&] { return rig.asked.size() == 1; });
  rig.asked[0]->answer(ok("1"), false);
  rig.until([&] { return rig.asked.size() == 2; });
  CHECK(rig.asked[1]->open());
  rig.asked[1]->answer(ok("2"), false);
  CHECK(peer.read_to_end() == ok("1") + ok("2"));
  rig.until([&] { return rig.front->connections().count() == 0; });
}

TEST_CASE(
    "an answer larger than any buffer arrives whole, and only then the next request is read") {
  Rig rig;
  const std::string large(5'000'000, 'x');
  Peer peer{rig, kGet + kGet};
  rig.until([&] { return rig.asked.size() == 1; });
  rig.asked[0]->answer(ok(large), false);
  for (int turn = 0; turn < 10; ++turn)
    rig.loop.run_once(true);
  CHECK(rig.asked.size() == 1);
  CHECK(rig.front->connections().output() > 0);
  CHECK(peer.response() == ok(large));
  rig.until([&] { return rig.asked.size() == 2; });
  CHECK(rig.front->connections().output() == 0);
}

TEST_CASE("who is gone is told once to whoever works on the answer, from the loop") {
  Rig rig;
  Peer peer{rig, kGet};
  rig.until([&] { return rig.asked.size() == 1; });
  int replaced = 0;
  int gone = 0;
  rig.asked[0]->on_gone([&] { ++replaced; });
  rig.asked[0]->on_gone([&] {
    ++gone;
    CHECK_FALSE(rig.asked[0]->open());
    rig.asked[0]->answer(ok(), false);  // ignored
  });
  peer.reset();
  rig.until([&] { return gone == 1; });
  CHECK(replaced == 0);
  CHECK(rig.front->connections().count() == 0);
}

TEST_CASE("a request that nobody answers is told so") {
  Rig rig;
  rig.answer = [](const auto&) {};
  Peer peer{rig, kGet};
  CHECK(peer.read_to_end().starts_with("HTTP/1.1 500 "));
}

TEST_CASE("who asks for leave to send a body is told to go on, once") {
  Rig rig;
  rig.answer_with_target();
  Peer peer{rig,
            "POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"};
  const std::string go = "HTTP/1.1 100 Continue\r\n\r\n";
  CHECK(peer.read(go.size()) == go);
  peer.send("a");
  peer.send("b");
  CHECK(peer.response() == ok("/a"));
}

TEST_CASE("a connection that never asks for anything ends after a while") {
  Limits limits;
  limits.fresh_time = 30ms;
  Rig rig{limits};
  Peer silent{rig};
  CHECK(silent.read_to_end().empty());
}

// What is asked may be read late: only the time after an answer is short.
TEST_CASE("an idle connection ends after a while, one that works or follows does not") {
  Limits limits;
  limits.idle_time = 30ms;
  limits.fresh_time = 1h;
  Rig rig{limits};
  Peer asked_once{rig, kGet};
  rig.until([&] { return rig.asked.size() == 1; });
  Peer works{rig, kGet};
  Peer follows{rig, kGet};
  rig.until([&] { return rig.asked.size() == 3; });
  rig.asked[0]->answer(ok("1"), false);
  rig.asked[2]->begin("HTTP/1.1 200 OK\r\n\r\n");
  CHECK(asked_once.read_to_end() == ok("1"));
  CHECK_FALSE(works.ended());
  CHECK_FALSE(follows.read(1).empty());
  CHECK_FALSE(follows.ended());
  rig.asked[1]->answer(ok("late"), true);
  CHECK(works.read_to_end() == ok("late"));
}

TEST_CASE("a front that goes hangs up on everybody, and what was asked is over") {
  Rig rig;
  Peer asks{rig, kGet};
  Peer idle{rig};
  rig.until([&] { return rig.asked.size() == 1 && rig.front->connections().count() == 2; });
  int gone = 0;
  rig.asked[0]->on_gone([&] { ++gone; });
  rig.front.reset();
  CHECK_FALSE(rig.asked[0]->open());
  rig.asked[0]->answer(ok(), false);
  CHECK(asks.read_to_end().empty());
  CHECK(idle.read_to_end().empty());
  CHECK(gone == 0);
}

TEST_CASE("a front has answers until they are given") {
  Rig rig;
  Peer peer{rig};
  rig.until([&] { return rig.front->connections().count() == 1; });
  CHECK(!rig.front->connections().has_answers());
  REQUIRE(peer.send(kGet));
  rig.until([&] { return !rig.asked.empty(); });
  CHECK(rig.front->connections().has_answers());
  rig.asked.front()->answer(ok(), false);
  CHECK(peer.response() == ok());
  CHECK(!rig.front->connections().has_answers());
}

TEST_CASE("who comes when a front listens no more is served by the next one on that socket") {
  Rig rig;
  rig.answer_at_once();
  Peer before{rig};
  rig.until([&] { return rig.front->connections().count() == 1; });
  rig.front->stop_listening();
  Peer after{rig, kGet};
  REQUIRE(before.send(kGet));
  CHECK(before.response() == ok());
  CHECK(rig.front->connections().count() == 1);
  Front next{rig.loop, {}, [](const auto& exchange) { exchange->answer(ok("next\n"), false); }};
  next.listen(UniqueFd{dup(rig.listening.get())}, nullptr);
  CHECK(after.response() == ok("next\n"));
}

}  // namespace
}  // namespace mainstay::gateway::testing
