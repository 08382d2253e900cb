#include "web/access_changes.h"

#include <doctest/doctest.h>

#include <string>

#include "unit/web/accesses.h"
#include "web/access_json.h"

using namespace mainstay;
using namespace mainstay::web;
using mainstay::web::testing::kHash;
using mainstay::web::testing::some_access;

namespace {

const WallTime kNow{std::chrono::seconds{1'764'000'000}};
const std::string kFresh(64, 'f');

std::string said(const Status& status) {
  return status ? "" : status.error().message;
}

}  // namespace

TEST_CASE("the first user gets a key for sessions, later ones do not change it") {
  Access access;
  CHECK(said(set_user(access, "ana", kHash, {}, kNow, kFresh)).empty());
  CHECK(access.session_key == kFresh);
  CHECK(access.users[0].level == AccessLevel::Admin);
  CHECK(
      said(set_user(access, "bob", kHash, AccessLevel::Read, kNow, std::string(64, '0'))).empty());
  CHECK(access.session_key == kFresh);
  CHECK(access.users[1].level == AccessLevel::Read);
}

TEST_CASE("a new password ends the sessions of its user, and keeps the level unless one is given") {
  Access access = some_access();
  CHECK(set_user(access, "bob", kHash, {}, kNow, kFresh).ok());
  CHECK(access.users[1].level == AccessLevel::Read);
  CHECK(access.users[1].generation > 1);
  CHECK(access.users[0] == some_access().users[0]);
  const auto before = access.users[1].generation;
  CHECK(set_user(access, "bob", kHash, AccessLevel::Operate, kNow, kFresh).ok());
  CHECK(access.users[1].level == AccessLevel::Operate);
  CHECK(access.users[1].generation > before);
}

TEST_CASE("sessions of a user who was removed do not come back with his name") {
  Access access = some_access();
  CHECK(set_user(access, "carl", kHash, {}, kNow, kFresh).ok());
  const auto before = access.users[2].generation;
  CHECK(remove_user(access, "carl").ok());
  CHECK(set_user(access, "carl", kHash, {}, kNow + std::chrono::milliseconds{1}, kFresh).ok());
  CHECK(access.users[2].generation > before);
}

TEST_CASE("what cannot be done changes nothing and says why") {
  Access access = some_access();
  CHECK(said(set_user(access, "Ana", kHash, {}, kNow, kFresh)) ==
        "'Ana' is no name of a user: 1 to 32 of a-z, 0-9, '.', '_' and '-', the first a letter or "
        "digit");
  CHECK(said(set_user(access, "ana", "secret", {}, kNow, kFresh)) ==
        "the password must be a yescrypt hash of the usual cost ($y$j9T$…), as ctl password makes "
        "it");
  CHECK(said(remove_user(access, "annа")).starts_with("no user is called"));
  CHECK(said(remove_user(access, "anna")) == "no user is called 'anna'; did you mean 'ana'?");
  CHECK(remove_user(access, "anna").error().code == kNobodyOfThatName);
  CHECK(said(add_token(access, {"deploy", std::string(64, '1'), AccessLevel::Read, 1})) ==
        "there is a token called 'deploy'; revoke it first: ctl token revoke deploy");
  CHECK(said(add_token(access, {"x y", std::string(64, '1'), AccessLevel::Read, 1}))
            .starts_with("'x y' is no name of a token"));
  CHECK(said(add_token(access, {"new", "ms_secret", AccessLevel::Read, 1})) ==
        "the token must be given by its SHA-256, as 64 digits 0-9a-f");
  CHECK(said(revoke_token(access, "deplay")) ==
        "no token is called 'deplay'; did you mean 'deploy'?");
  for (const std::string& id : {std::string{}, std::string{"xyz"}, std::string(65, 'a')})
    CHECK(!end_session(access, {id, 1'764'000'100}, kNow, kFresh).ok());
  CHECK(!end_session(access, {"ab", 1'764'000'000 + 9 * 86400}, kNow, kFresh).ok());
  CHECK(access == some_access());
}

TEST_CASE("tokens come and go") {
  Access access = some_access();
  CHECK(add_token(access, {"scrape", std::string(64, '1'), AccessLevel::Read, 5}).ok());
  CHECK(access.tokens.size() == 2);
  CHECK(revoke_token(access, "deploy").ok());
  REQUIRE(access.tokens.size() == 1);
  CHECK(access.tokens[0].name == "scrape");
}

TEST_CASE("there is an end to users and tokens") {
  Access access;
  for (std::size_t i = 0; i < kMostUsers; ++i)
    REQUIRE(set_user(access, "u" + std::to_string(i), kHash, {}, kNow, kFresh).ok());
  CHECK(said(set_user(access, "more", kHash, {}, kNow, kFresh)) ==
        "there are 100 users, which is the most; remove one first");
  CHECK(set_user(access, "u7", kHash, {}, kNow, kFresh).ok());
  for (std::size_t i = 0; i < kMostTokens; ++i)
    REQUIRE(add_token(access, {"t" + std::to_string(i), std::string(64, '1')}).ok());
  CHECK(said(add_token(access, {"more", std::string(64, '1')})) ==
        "there are 500 tokens, which is the most; revoke one first");
}

TEST_CASE("ended sessions are kept until they would have ended") {
  Access access = some_access();
  const std::int64_t now = 1'764'000'000;
  CHECK(end_session(access, {"ab", now + 100}, kNow, kFresh).ok());
  CHECK(end_session(access, {"ab", now + 100}, kNow, kFresh).ok());
  CHECK(access.ended == std::vector<EndedSession>{{"00ff", now + 60}, {"ab", now + 100}});
  CHECK(end_session(access, {"cd", now}, kNow, kFresh).ok());
  CHECK(access.ended.size() == 2);
  CHECK(end_session(access, {"cd", now + 200}, kNow + std::chrono::seconds{60}, kFresh).ok());
  CHECK(access.ended == std::vector<EndedSession>{{"ab", now + 100}, {"cd", now + 200}});
}

TEST_CASE("more ended sessions than can be kept end all of them") {
  Access access = some_access();
  access.ended.clear();
  for (std::size_t i = 0; i < kMostEnded; ++i) {
    std::string id = "a" + std::to_string(i);
    REQUIRE(end_session(access, {id, 1'764'000'100}, kNow, kFresh).ok());
  }
  CHECK(access.session_key == some_access().session_key);
  CHECK(end_session(access, {"b", 1'764'000'100}, kNow, kFresh).ok());
  CHECK(access.session_key == kFresh);
  CHECK(access.ended.empty());
}
