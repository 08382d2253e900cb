#include <doctest/doctest.h>

#include "unit/gateway/certificates.h"
#include "unit/gateway/front/rig.h"

namespace mainstay::gateway::testing {
namespace {

using namespace std::chrono_literals;

std::shared_ptr<const TlsContext> context() {
  static const Made made = make_certificate();
  return *TlsContext::make(made.certificate, made.key);
}

TEST_CASE("over TLS everything is as without, and the request says so") {
  Rig rig{{}, context()};
  const std::string large(5'000'000, 'x');
  Peer peer{rig};
  peer.shake_hands();
  peer.send(kGet + kGet);
  for (int i = 0; i < 2; ++i) {
    rig.until([&] { return rig.asked.size() == 1; });
    CHECK(rig.asked[0]->request().encrypted);
    rig.asked[0]->answer(ok(large), i == 1);
    rig.asked.clear();
    CHECK(peer.response() == ok(large));
  }
  CHECK(peer.read_to_end().empty());
}

TEST_CASE("streams go over TLS, too, and end in order") {
  Rig rig{{}, context()};
  Peer peer{rig};
  peer.shake_hands();
  peer.send(kGet);
  rig.until([&] { return rig.asked.size() == 1; });
  rig.asked[0]->begin("head\n");
  rig.asked[0]->push("one\n");
  rig.asked[0]->push("two\n");
  rig.asked[0]->end();
  CHECK(peer.read_to_end() == "head\none\ntwo\n");
}

TEST_CASE("who speaks plain HTTP to a TLS port is told in words") {
  Rig rig{{}, context()};
  Peer peer{rig, kGet};
  const std::string answer = peer.read_to_end();
  CHECK(answer.starts_with("HTTP/1.1 400 "));
  CHECK(answer.find("this port speaks https") != std::string::npos);
  CHECK(rig.asked.empty());
}

TEST_CASE("a handshake that does not go on ends after a while, and so does a broken one") {
  Limits limits;
  limits.handshake_time = 30ms;
  Rig rig{limits, context()};
  Peer silent{rig};
  Peer half{rig, std::string{"\x16\x03\x01\x02\x00\x01", 6}};
  Peer broken{rig, "\x16" + std::string(1000, 'x')};
  CHECK(silent.read_to_end().empty());
  CHECK(half.read_to_end().empty());
  broken.read_to_end();
  rig.until([&] { return rig.front->connections().count() == 0; });
}

TEST_CASE("a new certificate is for new connections; those that are there go on") {
  Rig rig{{}, context()};
  rig.answer = [](const auto& exchange) { exchange->answer(ok(), false); };
  Peer before{rig};
  before.shake_hands();
  rig.front->set_tls(context());
  Peer after{rig};
  after.shake_hands();
  CHECK(before.ask("/") == ok());
  CHECK(after.ask("/") == ok());
  rig.front->set_tls(nullptr);
  Peer plain{rig};
  CHECK(plain.ask("/") == ok());
}

}  // namespace
}  // namespace mainstay::gateway::testing
