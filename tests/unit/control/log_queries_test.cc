// Logs by time, expression and level, as clients of the socket get them.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/text.h"
#include "unit/control/rig.h"

namespace mainstay::test {
namespace {

void declare_one(sim::World& world) {
  world.declare("backend");
}

using Texts = std::vector<std::string>;

Texts texts_of(const Json& lines) {
  Texts texts;
  for (const auto& line : lines)
    texts.push_back(line["text"]);
  return texts;
}

// All lines of a stream that ends.
Texts stream_of(Peer& peer, Json params) {
  params["follow"] = false;
  const int id = peer.request("logs.follow", std::move(params));
  Texts texts;
  for (;;) {
    const Json message = peer.next();
    if (!message.contains("params")) {
      CHECK(message["id"] == id);
      CHECK(message["result"]["ended"] == true);
      return texts;
    }
    for (auto& text : texts_of(message["params"]["item"]["lines"]))
      texts.push_back(std::move(text));
  }
}

TEST_CASE("logs.read and logs.follow choose by expression and level") {
  Rig rig(declare_one);
  rig.log("backend.out.log", "INFO one\nERROR two\n  trace\nWARN three\nfour\n");
  Peer peer(rig);
  for (const bool follow : {true, false}) {
    const auto get = [&](const Json& params) {
      return follow ? stream_of(peer, params)
                    : texts_of(peer.ask("logs.read", params)["result"]["lines"]);
    };
    CHECK(get({{"level", "error"}}) == Texts{"ERROR two", "  trace"});
    CHECK(get({{"level", "warn"}, {"lines", 1}}) == Texts{"WARN three"});
    CHECK(get({{"grep", "^[A-Z]+ t"}}) == Texts{"ERROR two", "WARN three"});
    CHECK(get({{"grep", "FOUR"}, {"ignore_case", true}}) == Texts{"four"});
    CHECK(get({{"grep", "trace"}, {"level", "error"}}) == Texts{"ERROR two", "  trace"});
    CHECK(get({{"since", "2261-01-01T00:00:00Z"}}).empty());
    CHECK(get({{"until", "1990-01-01T00:00:00Z"}}).empty());
    CHECK(get({{"since", "1990-01-01T00:00:00Z"}}).size() == 5);
  }
  const Json line = peer.ask("logs.read", {{"level", "error"}})["result"]["lines"][1];
  CHECK(line["level"] == "error");
  CHECK_FALSE(peer.ask("logs.read")["result"]["lines"][1].contains("level"));
}

TEST_CASE("what cannot be asked for is refused with its parameter") {
  Rig rig(declare_one);
  Peer peer(rig);
  const auto refusal = [&](const Json& params) {
    return peer.ask("logs.follow", params)["error"]["message"].get<std::string>();
  };
  CHECK(refusal({{"since", "10m"}}) ==
        "since: '10m' is not a time; write it like 2026-11-22T09:36:32Z");
  CHECK(refusal({{"grep", "("}}).starts_with("grep: is not a regular expression"));
  CHECK(refusal({{"grep", ""}}).starts_with("grep: is empty"));
  CHECK(refusal({{"level", "loud"}}).starts_with("level: must be"));
  CHECK(refusal({{"lines", -1}}).starts_with("lines: must be between"));
}

TEST_CASE("bytes that are no UTF-8 travel as they are") {
  Rig rig(declare_one);
  rig.log("backend.out.log", "fine é\nodd \xff\n");
  Peer peer(rig);
  const Json lines = peer.ask("logs.read")["result"]["lines"];
  CHECK_FALSE(lines[0].contains("raw"));
  CHECK(from_base64(lines[1]["raw"].get<std::string>()) == "odd \xff");
}

TEST_CASE("a span of many megabytes is streamed whole, as fast as the client takes it") {
  Rig rig(declare_one);
  constexpr std::size_t kLines = 60'000;
  std::string text;
  for (std::size_t i = 0; i < kLines; ++i)
    text += fmt::format("line {} {}\n", i, std::string(80, 'x'));
  rig.log("backend.out.log", text);
  Peer peer(rig);
  Json params{{"since", "1990-01-01T00:00:00Z"}, {"follow", false}};
  const int id = peer.request("logs.follow", params);
  rig.turn();  // nobody reads: the queue fills up to its limit and no further
  CHECK(rig.server->clients() == 1);
  std::size_t got = 0;
  while (got < kLines) {
    const Json item = peer.item_of(id);
    for (const auto& one : item["lines"])
      CHECK(one["text"].get<std::string>().starts_with(fmt::format("line {} ", got++)));
  }
  CHECK(peer.next()["result"]["ended"] == true);
  CHECK(stream_of(peer, {{"lines", 5'000}}).size() == 5'000);
}

TEST_CASE("what comes is filtered too, and goes on with what was there") {
  Rig rig(declare_one);
  rig.log("backend.out.log", "INFO a\nTraceback (most recent call last):\n  File x\n");
  Peer peer(rig);
  const int id = peer.request("logs.follow", {{"level", "error"}, {"grep", "KeyError"}});
  rig.turn();
  rig.log("backend.out.log", "  more\nKeyError: 'x'\nINFO KeyError\n");
  Texts texts;
  while (texts.size() < 4) {
    for (auto& text : texts_of(peer.item_of(id)["lines"]))
      texts.push_back(std::move(text));
  }
  CHECK(texts ==
        Texts{"Traceback (most recent call last):", "  File x", "  more", "KeyError: 'x'"});
  rig.log("backend.out.log", "INFO b\nERROR KeyError again\n");
  CHECK(texts_of(peer.item_of(id)["lines"]) == Texts{"ERROR KeyError again"});
}

TEST_CASE("a client that goes away while its logs are read leaves nothing behind") {
  Rig rig(declare_one);
  std::string text;
  for (int i = 0; i < 200'000; ++i)
    text += "some line of a log\n";
  rig.log("backend.out.log", text);
  for (int i = 0; i < 5; ++i) {
    Peer peer(rig);
    peer.request("logs.follow", {{"grep", "nothing"}, {"since", "1990-01-01T00:00:00Z"}});
    peer.request("logs.read", {{"grep", "nothing"}});
    rig.turn();
  }
  rig.until([&] { return rig.server->clients() == 0; });
  Peer peer(rig);
  CHECK(peer.ask("logs.read", {{"lines", 1}})["result"]["lines"].size() == 1);
}

TEST_CASE("a log that cannot be read is told in both ways") {
  Rig rig(declare_one);
  std::filesystem::create_directory(rig.log_dir() / "backend.out.log");
  Peer peer(rig);
  const Json read = peer.ask("logs.read")["result"];
  REQUIRE(read.contains("problems"));
  CHECK(read["problems"][0].get<std::string>().find("it is a directory") != std::string::npos);
  const int id = peer.request("logs.follow", {{"follow", false}});
  CHECK(peer.item_of(id)["problems"].size() == 1);
}

}  // namespace
}  // namespace mainstay::test
