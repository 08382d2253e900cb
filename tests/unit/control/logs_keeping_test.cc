// logs.rotate, logs.flush and logs.usage, and followers across a rotation.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

#include "unit/control/rig.h"

namespace mainstay::test {

namespace {

Json targets(std::vector<std::string> names) {
  return Json{{"targets", std::move(names)}};
}

Json of_log(const Json& answer, const std::string& log) {
  for (const Json& result : answer["result"]["results"]) {
    if (result["log"] == log) return result;
  }
  return {};
}

std::size_t files_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator{folder},
                                                std::filesystem::directory_iterator{}));
}

bool has_action(Rig& rig, const std::string& verb) {
  rig.turn();
  const auto events = rig.world.controller().events_since(0, 1000);
  return std::any_of(events.begin(), events.end(), [&](const runtime::Event& event) {
    const auto found = event.data.find("verb");
    return event.kind == EventKind::Action && found != event.data.end() && found->second == verb;
  });
}

// The texts that a follower gets, none of which it may miss.
class Followed {
 public:
  Followed(Rig& rig, const Json& params) : peer_(rig), id_(peer_.request("logs.follow", params)) {}
  void take() {
    const Json item = peer_.item_of(id_);
    CHECK(!item.contains("started_over"));
    CHECK(!item.contains("skipped_bytes"));
    for (const Json& line : item["lines"])
      texts.push_back(line["text"].get<std::string>());
  }
  std::vector<std::string> texts;

 private:
  Peer peer_;
  int id_ = 0;
};

}  // namespace

TEST_CASE("logs are rotated when it is asked for, and each is told what became of it") {
  Rig rig{declare_three};
  rig.log("backend.out.log", "one\n");
  Peer peer{rig};
  const Json answer = peer.ask("logs.rotate", targets({"backend"}));
  REQUIRE_MESSAGE(answer.contains("result"), dump_json(answer));
  const Json out = of_log(answer, "backend.out.log");
  CHECK(out["outcome"] == "rotated");
  CHECK(out["ok"] == true);
  CHECK(out["name"] == "backend");
  CHECK(out["archive"].get<std::string>().starts_with("backend.out_"));
  CHECK(of_log(answer, "backend.err.log")["outcome"] == "empty");
  CHECK(!std::filesystem::exists(rig.log_dir() / "backend.out.log"));
  CHECK(has_action(rig, "logs rotate"));
}

TEST_CASE(
    "nothing is rotated or flushed because a list was forgotten, or for a name that is none") {
  Rig rig{declare_three};
  Peer peer{rig};
  for (const char* method : {"logs.rotate", "logs.flush"}) {
    CHECK(peer.ask(method)["error"]["data"]["code"] == "invalid_params");
    CHECK(peer.ask(method, targets({"nobody"}))["error"]["data"]["code"] == "no_such_service");
  }
  CHECK(peer.ask("logs.usage", targets({"nobody"}))["error"]["data"]["code"] == "no_such_service");
}

TEST_CASE("a log that cannot be rotated fails alone and says why") {
  Rig rig{declare_three};
  rig.log("backend.err.log", "fine\n");
  std::filesystem::create_directory(rig.log_dir() / "backend.out.log");
  Peer peer{rig};
  const Json answer = peer.ask("logs.rotate", targets({"backend"}));
  const Json failed = of_log(answer, "backend.out.log");
  CHECK(failed["ok"] == false);
  CHECK(failed["outcome"] == "failed");
  CHECK(failed["message"].get<std::string>().find("it is a directory") != std::string::npos);
  CHECK(of_log(answer, "backend.err.log")["outcome"] == "rotated");
  const Json flushed = peer.ask("logs.flush", targets({"backend"}));
  CHECK(flushed["error"]["message"].get<std::string>().find("it is a directory") !=
        std::string::npos);
}

TEST_CASE("a flush takes logs, archives and indexes of its targets away and says how much") {
  Rig rig{declare_three};
  rig.log("backend.out.log", std::string(1000, 'x'));
  rig.log("backend.out.log.idx", std::string(100, 'i'));
  rig.log("backend.err_20260101_000000.log.gz", std::string(50, 'z'));
  rig.log("worker:1.out.log", "stays\n");
  rig.log("notes.txt", "stays\n");
  Peer peer{rig};
  // It may not compress what the flush cuts: then less would be freed.
  rig.until([&] { return !rig.archiver->busy(); });
  CHECK(peer.ask("logs.flush", targets({"backend"}))["result"]["freed_bytes"] == 1150);
  CHECK(files_in(rig.log_dir()) == 2);
  CHECK(has_action(rig, "logs flush"));
}

TEST_CASE("usage adds up what each service takes") {
  Rig rig{declare_three};
  rig.log("worker:0.out.log", std::string(10, 'x'));
  rig.log("worker:1.err.log", std::string(20, 'x'));
  rig.log("worker:1.err_20260101_000000.log", std::string(300, 'x'));
  rig.log("worker:1.err_20260101_000001.log.gz", std::string(4000, 'x'));
  rig.log("backend.out.log", std::string(7, 'x'));
  rig.log("stranger.bin", std::string(50'000, 'x'));
  Peer peer{rig};
  const Json all = peer.ask("logs.usage")["result"];
  REQUIRE(all["services"].size() == 2);
  CHECK(all["services"][0]["service"] == "backend");
  const Json& worker = all["services"][1];
  CHECK(worker["live_bytes"] == 30);
  CHECK(worker["archives"] == 2);
  CHECK(worker["total_bytes"].get<int>() > 30);
  CHECK(worker["oldest"].is_string());
  CHECK(all["total_bytes"].get<int>() > 37);
  CHECK(all["limit_bytes"] == 1024 * 1024 * 1024);
  const Json one = peer.ask("logs.usage", targets({"report"}))["result"];
  REQUIRE(one["services"].size() == 1);
  CHECK(one["services"][0]["total_bytes"] == 0);
}

TEST_CASE("a follower gets every line once over rotations") {
  Rig rig{declare_three};
  rig.log("backend.out.log", "before\n");
  Peer other{rig};
  Followed followed{rig, targets({"backend"})};
  while (followed.texts.empty())
    followed.take();
  std::vector<std::string> expected{"before"};
  for (int i = 0; i < 30; ++i) {
    expected.push_back("line " + std::to_string(i));
    rig.log("backend.out.log", expected.back() + "\n");
    if (i % 3 == 0) other.ask("logs.rotate", targets({"backend"}));
  }
  while (followed.texts.size() < expected.size())
    followed.take();
  CHECK(followed.texts == expected);
}

TEST_CASE("what is cut and thrown away while the past is read is followed all the same") {
  Rig rig{declare_three};
  std::vector<std::string> expected(4096, std::string(1024, 'x'));
  for (const std::string& text : expected)
    rig.log("backend.out.log", text + "\n");
  Peer other{rig};
  Followed followed{rig, {{"targets", {"backend"}}, {"since", "1990-01-01T00:00:00Z"}}};
  followed.take();
  REQUIRE(followed.texts.size() < 1000);
  for (const char* text : {"one", "two", "three"}) {
    expected.emplace_back(text);
    rig.log("backend.out.log", expected.back() + "\n");
    const Json answer = other.ask("logs.rotate", targets({"backend"}));
    const Json out = of_log(answer, "backend.out.log");
    REQUIRE(std::filesystem::remove(rig.log_dir() / out["archive"].get<std::string>()));
  }
  expected.emplace_back("four");
  rig.log("backend.out.log", "four\n");
  while (followed.texts.back() != "four")
    followed.take();
  REQUIRE(followed.texts.size() == expected.size());
  CHECK(std::equal(expected.begin(), expected.end(), followed.texts.begin()));
}

}  // namespace mainstay::test
