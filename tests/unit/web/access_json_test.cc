#include "web/access_json.h"

#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "mainstay/access.h"
#include "unit/web/accesses.h"

using namespace mainstay;
using namespace mainstay::web;
using mainstay::web::testing::kHash;
using mainstay::web::testing::some_access;

namespace {

std::string problem(const Json& json) {
  const auto read = access_from(json);
  return read ? "" : read.error().message;
}

std::string problem_after(const std::function<void(Json&)>& change) {
  Json json = to_json(some_access());
  change(json);
  return problem(json);
}

}  // namespace

TEST_CASE("what is written is read again") {
  const auto read = access_from(to_json(some_access()));
  REQUIRE(read.ok());
  CHECK(*read == some_access());
  CHECK(*access_from(to_json(Access{})) == Access{});
  CHECK(*access_from(Json::object()) == Access{});
}

TEST_CASE("as much as may be kept passes the limits of the text") {
  Access full = some_access();
  full.users.clear();
  full.tokens.clear();
  full.ended.clear();
  for (std::size_t i = 0; i < kMostUsers; ++i)
    full.users.push_back({"user" + std::to_string(i), kHash, AccessLevel::Read, i});
  for (std::size_t i = 0; i < kMostTokens; ++i)
    full.tokens.push_back({"t" + std::to_string(i), std::string(64, 'b'), AccessLevel::Read, 1});
  for (std::size_t i = 0; i < kMostEnded; ++i)
    full.ended.push_back({"abc", 5});
  const auto parsed = parse_json(dump_json(to_json(full)), kAccessLimits);
  REQUIRE(parsed.ok());
  CHECK(access_from(*parsed).ok());
  full.users.push_back({"one-more", kHash, AccessLevel::Read, 1});
  CHECK(problem(to_json(full)) == "users may have 100 entries");
}

TEST_CASE("what cannot be is refused, and said where") {
  const std::string hash_problem =
      "must be a yescrypt hash of the usual cost ($y$j9T$…), as ctl password makes it";
  CHECK(problem(Json::array()) == "must be an object, not a list");
  CHECK(problem_after([](Json& j) { j["users"] = 1; }) == "users must be a list");
  CHECK(problem_after([](Json& j) { j["users"][1] = "x"; }) ==
        "users[1]: must be an object, not a string");
  CHECK(
      problem_after([](Json& j) { j["users"][0]["name"] = "Ana"; }) ==
      "users[0]: name must be 1 to 32 of a-z, 0-9, '.', '_' and '-', the first a letter or digit");
  CHECK(problem_after([](Json& j) { j["users"][0].erase("password"); }) ==
        "users[0]: password must be a string");
  CHECK(problem_after([](Json& j) { j["users"][0]["password"] = "$1$x$y"; }) ==
        "users[0]: password " + hash_problem);
  CHECK(problem_after([](Json& j) { j["users"][0]["level"] = "root"; }) ==
        "users[0]: level must be read, operate or admin");
  CHECK(problem_after([](Json& j) { j["users"][0]["generation"] = -1; }) ==
        "users[0]: generation must be a whole number, 0 or more");
  CHECK(problem_after([](Json& j) { j["users"][0]["generation"] = UINT64_MAX; }) ==
        "users[0]: generation must be a whole number, 0 or more");
  CHECK(problem_after([](Json& j) { j["users"][1]["name"] = "ana"; }) ==
        "users: a name is there twice");
  CHECK(problem_after([](Json& j) { j["tokens"][0]["sha256"] = std::string(64, 'A'); }) ==
        "tokens[0]: sha256 must be 64 digits 0-9a-f");
  CHECK(problem_after([](Json& j) { j["tokens"][0]["created_at"] = 1.5; }) ==
        "tokens[0]: created_at must be a whole number, 0 or more");
  CHECK(problem_after([](Json& j) { j["ended"][0]["id"] = ""; }) ==
        "ended[0]: id must be digits 0-9a-f");
  CHECK(problem_after([](Json& j) { j["session_key"] = "00"; }) ==
        "session_key must be 64 digits 0-9a-f");
  CHECK(problem_after([](Json& j) { j["something_new"] = 1; }) == "");
}

TEST_CASE("hashes that cost more than the usual one, and what is none, are refused") {
  CHECK(problem_of_password_hash(kHash).empty());
  for (const std::string& hash :
       {std::string{}, std::string{"correct horse"}, "$y$jFT$" + kHash.substr(7), kHash + "x",
        kHash.substr(0, kHash.size() - 1), "$y$j9T$" + std::string(87, 'a') + kHash.substr(29),
        kHash.substr(0, 10) + ":" + kHash.substr(11), kHash.substr(0, kHash.size() - 1) + "\n"}) {
    CAPTURE(hash);
    CHECK(!problem_of_password_hash(hash).empty());
  }
}

TEST_CASE("names of users and tokens") {
  for (const char* name : {"a", "0", "ana.b_c-d", "abcdefghijklmnopqrstuvwxyz012345"})
    CHECK(is_access_name(name));
  for (const char* name : {"", "-a", ".a", "_a", "A", "a b", "a:b", "\xc3\xa1", "a/b", "a\n",
                           "abcdefghijklmnopqrstuvwxyz0123456"}) {
    CAPTURE(name);
    CHECK(!is_access_name(name));
  }
  CHECK(access_level_from("operate") == AccessLevel::Operate);
  CHECK(!access_level_from("Admin"));
  CHECK(to_string(AccessLevel::Admin) == "admin");
}
