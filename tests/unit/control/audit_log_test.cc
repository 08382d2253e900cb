// audit.list and audit.verify.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <utility>

#include "history/sqlite_store.h"
#include "unit/control/rig.h"

using namespace mainstay;
using namespace mainstay::test;
using namespace std::chrono_literals;

namespace {

// So many requests, each an hour after the other.
struct Asked {
  Rig rig;
  Peer peer;

  explicit Asked(int requests) : rig(declare_three), peer(rig) {
    rig.world.on_told = [this](const runtime::Event& event) { rig.history->on_event(event); };
    for (int i = 0; i < requests; ++i) {
      rig.world.advance(1h);
      CHECK(peer.ask("services.reset",
                     {{"targets", i % 2 == 0 ? "backend" : "report"}, {"wait", false}})
                .contains("result"));
    }
  }
  Json ask(std::string_view method, Json params = Json::object()) {
    const Json answer = peer.ask(method, std::move(params));
    REQUIRE_MESSAGE(answer.contains("result"), dump_json(answer));
    return answer["result"];
  }
  std::string refusal(std::string_view method, Json params) {
    const Json answer = peer.ask(method, std::move(params));
    REQUIRE_MESSAGE(answer.contains("error"), dump_json(answer));
    return answer["error"]["message"];
  }
  void tamper(const char* sql) {
    auto database = history::Database::open(rig.folder() / history::kDatabaseFile);
    REQUIRE(database);
    REQUIRE(database->execute(sql));
  }
};

}  // namespace

TEST_CASE("the audit log lists the latest with their hashes, and can be paged back") {
  Asked it{5};
  const Json all = it.ask("audit.list")["entries"];
  REQUIRE(all.size() == 5);
  CHECK(all[0]["data"]["verb"] == "reset");
  CHECK(all[0]["data"]["targets"] == "backend");
  CHECK(all[0]["service"] == "backend");
  CHECK(all[4]["hash"].get<std::string>().size() == 64);
  const Json two = it.ask("audit.list", {{"limit", 2}, {"before", all[4]["id"]}})["entries"];
  CHECK(two == Json{all[2], all[3]});
  CHECK(it.ask("audit.list", {{"targets", "report"}})["entries"] == Json{all[1], all[3]});
  CHECK(it.ask("audit.list", {{"since", all[1]["at"]}, {"until", all[3]["at"]}})["entries"] ==
        Json{all[1], all[2]});
  CHECK(it.refusal("audit.list", {{"limit", 0}}).starts_with("limit: "));
  CHECK(it.refusal("audit.list", {{"targets", "nobody"}}).starts_with("no service named 'nobody'"));
}

TEST_CASE("to read the audit log is no change, and leaves no entry") {
  Asked it{1};
  it.ask("audit.verify");
  it.ask("audit.list");
  it.refusal("audit.verify", {{"head", "short"}});
  CHECK(it.ask("audit.list")["entries"].size() == 1);
}

TEST_CASE("a whole audit log is told with its head, and a head that was noted is found") {
  Asked it{4};
  const Json all = it.ask("audit.list")["entries"];
  const Json whole = it.ask("audit.verify");
  CHECK(whole["ok"] == true);
  CHECK(whole["entries"] == 4);
  CHECK(whole["first"] == all[0]["id"]);
  CHECK(whole["first_at"] == all[0]["at"]);
  CHECK(whole["last"] == all[3]["id"]);
  CHECK(whole["head"] == all[3]["hash"]);
  CHECK(whole["begins"] ==
        Json{{"after", 0}, {"hash", std::string(64, '0')}, {"why", "there was no history before"}});
  CHECK_FALSE(whole.contains("noted"));
  const Json noted = it.ask("audit.verify", {{"head", all[1]["hash"]}});
  CHECK(noted["ok"] == true);
  CHECK(noted["noted"] == Json{{"hash", all[1]["hash"]}, {"entry", all[1]["id"]}});
  const Json unknown = it.ask("audit.verify", {{"head", std::string(64, 'a')}});
  CHECK(unknown["ok"] == false);
  CHECK(unknown["noted"]["entry"].is_null());
  CHECK_FALSE(unknown.contains("broken"));
  for (const std::string& bad :
       {std::string(63, '0'), std::string(65, '0'), "g" + std::string(63, '0'),
        "-1" + std::string(62, '0'), std::string{}})
    CHECK(it.refusal("audit.verify", {{"head", bad}}).starts_with("head: "));
}

TEST_CASE("an empty audit log is whole") {
  Asked it{0};
  const Json whole = it.ask("audit.verify");
  CHECK(whole["ok"] == true);
  CHECK(whole["entries"] == 0);
  CHECK(whole["first"].is_null());
  CHECK(whole["last"].is_null());
  CHECK(whole["head"] == std::string(64, '0'));
}

TEST_CASE("where the chain breaks is told with both hashes") {
  Asked it{4};
  const Json all = it.ask("audit.list")["entries"];
  it.tamper(fmt::format("UPDATE event SET data=replace(data,'report','worker') WHERE id={}",
                        all[1]["id"].get<int>())
                .c_str());
  const Json broken = it.ask("audit.verify");
  CHECK(broken["ok"] == false);
  CHECK(broken["entries"] == 1);
  CHECK(broken["last"] == all[0]["id"]);
  CHECK(broken["broken"]["id"] == all[1]["id"]);
  CHECK(broken["broken"]["found"] == all[1]["hash"]);
  CHECK(broken["broken"]["expected"].get<std::string>().size() == 64);
  CHECK(broken["broken"]["reason"].get<std::string>().find("does not fit its hash") !=
        std::string::npos);
}

TEST_CASE("keys of data that somebody else wrote into the file do not break the answer") {
  Asked it{1};
  it.ask("audit.list");
  it.tamper(R"(UPDATE event SET data='{"a\"b\n":"c"}' WHERE kind='action')");
  CHECK(it.ask("audit.list")["entries"][0]["data"] == Json{{"a\"b\n", "c"}});
  CHECK(it.ask("audit.verify")["ok"] == false);
}

TEST_CASE("a long check says how far it is, when that is asked for") {
  Asked it{0};
  for (int i = 0; i < 4500; ++i) {
    runtime::Event event;
    event.id = 1000 + static_cast<std::uint64_t>(i);
    event.at = it.rig.world.now().wall;
    it.rig.history->on_event(event);
  }
  const int id = it.peer.request("audit.verify", {{"progress", true}});
  CHECK(it.peer.item_of(id) == Json{{"entries", 2000}});
  CHECK(it.peer.item_of(id) == Json{{"entries", 4000}});
  CHECK(it.peer.answer_to(id)["result"]["entries"] == 4500);
}

TEST_CASE("without a history there is no audit log to read, and that is said") {
  Rig rig(declare_three);
  rig.history->close();
  Peer peer(rig);
  for (const auto* method : {"audit.list", "audit.verify"}) {
    const Json answer = peer.ask(method);
    CHECK(answer["error"]["data"]["code"] == "history_unavailable");
    CHECK(answer["error"]["message"] == "there is no history: it is closed");
  }
}
