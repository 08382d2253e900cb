// Logs on their way into a file: everything, once, at the client's pace.
#include <doctest/doctest.h>

#include <string>

#include "base/text.h"
#include "unit/control/rig.h"

namespace mainstay::test {
namespace {

void declare_pair(sim::World& world) {
  world.declare("a");
  world.declare("b");
}

std::string data_of(const Json& item) {
  return from_base64(item["data"].get<std::string>()).value();
}

// The whole of it, one piece asked for with each that came.
std::string exported(Peer& peer, const Json& params) {
  const int id = peer.request("logs.export", params);
  std::string all;
  for (;;) {
    const Json message = peer.next();
    if (message.contains("method")) {
      all += data_of(message["params"]["item"]);
      peer.request("stream.more", {{"id", id}});
    } else if (message["id"] == id) {
      CHECK(message["result"]["ended"] == true);
      return all;
    }
  }
}

TEST_CASE("an export is the bytes of the log, whatever they are") {
  Rig rig(declare_pair);
  const std::string odd = "one\n\xff\xfe\n\n" + std::string(200'000, 'x') + "\nlast without an end";
  rig.log("a.out.log", odd);
  Peer peer(rig);
  CHECK(exported(peer, {{"targets", "a"}}) == odd);
  CHECK(exported(peer, {{"targets", "b"}}).empty());
  CHECK(exported(peer, {{"targets", "a"}, {"lines", 1}}) == "last without an end");
  CHECK(exported(peer, {{"targets", "a"}, {"grep", "^one"}}) == "one\n");
}

TEST_CASE("lines of several logs stay lines") {
  Rig rig(declare_pair);
  rig.log("a.out.log", "unfinished");
  rig.log("b.out.log", "b\n");
  Peer peer(rig);
  const std::string all = exported(peer, Json::object());
  CHECK((all == "unfinished\nb\n" || all == "b\nunfinished"));
}

TEST_CASE("nothing is read that was not asked for") {
  Rig rig(declare_pair);
  rig.log("a.out.log", std::string(1'000'000, 'x'));
  Peer peer(rig);
  const int id = peer.request("logs.export", {{"targets", "a"}});
  peer.item_of(id);
  peer.item_of(id);
  CHECK_FALSE(peer.next_if_any());
  CHECK(peer.ask("stream.more", {{"id", id}})["result"]["found"] == true);
  peer.item_of(id);
  CHECK_FALSE(peer.next_if_any());
  Peer other(rig);
  CHECK(other.ask("stream.more", {{"id", id}})["result"]["found"] == false);
}

TEST_CASE("there are only so many at a time, and those that were left make room") {
  Rig rig(declare_pair);
  rig.log("a.out.log", std::string(1'000'000, 'x'));
  Peer peer(rig);
  int last = 0;
  for (int i = 0; i < 16; ++i)
    last = peer.request("logs.export", {{"targets", "a"}});
  CHECK(peer.ask("logs.export", {{"targets", "a"}})["error"]["data"]["code"] ==
        "too_many_requests");
  CHECK(peer.ask("stream.cancel", {{"id", last}})["result"]["cancelled"] == true);
  CHECK(peer.answer_to(last)["result"]["ended"] == true);
  rig.turn();
  const int another = peer.request("logs.export", {{"targets", "a"}});
  CHECK(data_of(peer.item_of(another)).starts_with("xxx"));
}

}  // namespace
}  // namespace mainstay::test
