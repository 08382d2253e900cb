// access.*: users and tokens over the control socket.
#include <doctest/doctest.h>

#include <algorithm>

#include "unit/control/rig.h"
#include "unit/web/accesses.h"

using namespace mainstay;
using namespace mainstay::test;
using mainstay::web::testing::kHash;

namespace {

const std::string kDigest(64, 'd');

// The result, or {"code","message"} of the error.
Json ask(Peer& peer, std::string_view method, Json params) {
  const Json answer = peer.ask(method, std::move(params));
  if (answer.contains("result")) return answer["result"];
  return {{"code", answer["error"]["data"]["code"]}, {"message", answer["error"]["message"]}};
}

Json get(Peer& peer) {
  return ask(peer, "access.get", Json::object());
}

std::vector<std::map<std::string, std::string>> audits(Rig& rig) {
  rig.turn();
  std::vector<std::map<std::string, std::string>> found;
  for (const auto& event : rig.world.controller().events_since(0, 1000))
    if (event.kind == EventKind::Action) found.push_back(event.data);
  return found;
}

}  // namespace

TEST_CASE("users and tokens are kept, listed without their secrets, and taken away") {
  Rig rig;
  Peer peer(rig);
  CHECK(get(peer) == Json{{"users", Json::array()}, {"tokens", Json::array()}});
  CHECK(ask(peer, "access.set_user", {{"user", "ana"}, {"password", kHash}}) ==
        Json{{"user", "ana"}, {"level", "admin"}});
  CHECK(ask(peer, "access.set_user", {{"user", "bob"}, {"password", kHash}, {"level", "read"}}) ==
        Json{{"user", "bob"}, {"level", "read"}});
  CHECK(ask(peer, "access.add_token",
            {{"name", "ci"}, {"sha256", kDigest}, {"level", "operate"}}) == Json{{"name", "ci"}});
  CHECK(ask(peer, "access.add_token", {{"name", "scrape"}, {"sha256", kDigest}})["name"] ==
        "scrape");
  const Json all = get(peer);
  CHECK(all["users"] ==
        Json::parse(R"([{"user":"ana","level":"admin"},{"user":"bob","level":"read"}])"));
  CHECK(all["tokens"][0]["name"] == "ci");
  CHECK(all["tokens"][0]["level"] == "operate");
  CHECK(all["tokens"][0]["created_at"].get<std::string>().ends_with("Z"));
  CHECK(all["tokens"][1]["level"] == "read");
  CHECK(all["tokens"][0].size() == 3);
  CHECK(rig.access->access().users[0].password == kHash);

  CHECK(ask(peer, "access.remove_user", {{"user", "bob"}}) == Json{{"user", "bob"}});
  CHECK(ask(peer, "access.revoke_token", {{"name", "ci"}}) == Json{{"name", "ci"}});
  CHECK(get(peer)["users"].size() == 1);
  CHECK(get(peer)["tokens"].size() == 1);
  CHECK(ask(peer, "access.end_session", {{"id", "ab12"}, {"ends_at", 100}}) == Json::object());
}

TEST_CASE("what cannot be done is said, and changes nothing") {
  Rig rig;
  Peer peer(rig);
  struct Case {
    const char* method;
    Json params;
    const char* code;
    const char* message;
  };
  for (const auto& each : {
           Case{"access.set_user",
                {{"user", "ana"}},
                "invalid_params",
                "password: is missing; it is the hash of one, by crypt(3)"},
           Case{"access.set_user",
                {{"user", "ana"}, {"password", kHash}, {"level", "root"}},
                "invalid_params",
                "level: must be read, operate or admin"},
           Case{
               "access.set_user",
               {{"user", "ana"}, {"password", "secret"}},
               "failed",
               "the password must be a yescrypt hash of the usual cost ($y$j9T$…), as ctl password "
               "makes it"},
           Case{"access.remove_user", {{"user", "ana"}}, "no_such_user", "no user is called 'ana'"},
           Case{
               "access.revoke_token", {{"name", "ci"}}, "no_such_token", "no token is called 'ci'"},
           Case{"access.add_token",
                {{"name", "ci"}, {"sha256", "ms_secret"}},
                "failed",
                "the token must be given by its SHA-256, as 64 digits 0-9a-f"},
           Case{"access.end_session",
                {{"id", "xy"}, {"ends_at", 100}},
                "failed",
                "that is no session: it has an id of digits 0-9a-f, and ends in days"},
           Case{"access.logged_in",
                {{"user", "A B"}, {"from", "x"}},
                "invalid_params",
                "user: is no name of a user"},
       }) {
    CAPTURE(each.method);
    CHECK(ask(peer, each.method, each.params) ==
          Json{{"code", each.code}, {"message", each.message}});
  }
  CHECK(get(peer) == Json{{"users", Json::array()}, {"tokens", Json::array()}});
}

TEST_CASE("every change is an audit entry, and no hash is in one") {
  Rig rig;
  Peer peer(rig);
  ask(peer, "access.set_user", {{"user", "ana"}, {"password", kHash}, {"level", "read"}});
  ask(peer, "access.add_token", {{"name", "ci"}, {"sha256", kDigest}});
  ask(peer, "access.revoke_token", {{"name", "other"}});
  ask(peer, "access.remove_user", {{"user", "ana"}});
  const auto entries = audits(rig);
  std::vector<std::string> told;
  for (const auto& entry : entries) {
    told.push_back(entry.at("verb") + " " + entry.at("targets") + ": " + entry.at("result"));
    for (const auto& [key, value] : entry) {
      CHECK(value.find("$y$") == std::string::npos);
      CHECK(value.find(kDigest) == std::string::npos);
    }
  }
  CHECK(told == std::vector<std::string>{
                    "access set_user ana: accepted", "access set_user ana: done",
                    "access add_token ci: accepted", "access add_token ci: done",
                    "access revoke_token other: accepted", "access revoke_token other: failed",
                    "access remove_user ana: accepted", "access remove_user ana: done"});
  CHECK(entries[0].at("level") == "read");
}

TEST_CASE("log-ins are noted with the user, not with the gateway that tells of them") {
  Rig rig;
  Peer peer(rig);
  ask(peer, "access.logged_in", {{"user", "ana"}, {"from", "10.0.0.7:50312"}});
  ask(peer, "access.login_failed", {{"user", "ana"}, {"from", "10.0.0.8:1"}});
  ask(peer, "access.login_failed", {{"user", ""}, {"from", "10.0.0.9:1"}});
  const auto entries = audits(rig);
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].at("verb") == "access logged_in");
  CHECK(entries[0].at("who") == "user ana");
  CHECK(entries[0].at("from") == "10.0.0.7:50312");
  CHECK(entries[0].at("result") == "done");
  CHECK(entries[1].at("result") == "failed");
  CHECK(entries[1].at("reason") == "wrong password");
  CHECK(entries[2].at("who") == "somebody");
  CHECK(entries[2].at("reason") == "no such user");
}

TEST_CASE("a client that goes away before a change is on disk does not take it along") {
  Rig rig;
  {
    Peer peer(rig);
    peer.request("access.set_user", {{"user", "ana"}, {"password", kHash}});
  }
  rig.until([&] { return !rig.access->access().users.empty(); });
  CHECK(rig.access->access().users[0].name == "ana");
}
