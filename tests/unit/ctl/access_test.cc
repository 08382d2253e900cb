// ctl password and ctl token.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/hex.h"
#include "base/sha256.h"
#include "base/whole_file.h"
#include "ctl/access_text.h"
#include "ctl/password_entry.h"
#include "mainstay/access.h"
#include "mainstay/protocol.h"
#include "unit/ctl/canned.h"
#include "unit/ctl/golden.h"
#include "unit/ctl/run.h"

namespace mainstay::ctl {

namespace {

// What stands on the standard input while it lives.
class Input {
 public:
  explicit Input(const std::string& text) : before_(dup(0)) {
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    REQUIRE(write_all(ends[1], text).ok());
    close(ends[1]);
    dup2(ends[0], 0);
    close(ends[0]);
  }
  ~Input() {
    dup2(before_, 0);
    close(before_);
  }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

 private:
  int before_;
};

Json canned_access() {
  canned_now();
  return json_from(
      R"({"users": [{"user": "ana", "level": "admin"}, {"user": "bob", "level": "read"}],
      "tokens": [{"name": "deploy", "level": "operate", "created_at": "2026-11-22T11:58:00.000Z"},
                 {"name": "prometheus", "level": "read", "created_at": "2026-09-01T08:00:12.000Z"}]})");
}

void answers(FakeSupervisor& supervisor) {
  supervisor.on("access.get", [](const Json&) { return result(canned_access()); });
  supervisor.on("access.set_user", [](const Json& params) {
    return result(Json{{"user", params["user"]}, {"level", params.value("level", "admin")}});
  });
  supervisor.on("access.add_token", [](const Json& params) {
    return result(Json{{"name", params["name"]}});
  });
}

}  // namespace

TEST_CASE("users and tokens look as they should") {
  check_golden("password_list", users_text(canned_access(), plain_terminal(80)));
  check_golden("token_list", tokens_text(canned_access(), plain_terminal(80)));
  CHECK(tokens_text(canned_access(), plain_terminal(22)).find("CREATED") == std::string::npos);
  CHECK(users_text(Json::object(), plain_terminal(80)) ==
        "nobody has a password; ctl password USER\n");
  CHECK(tokens_text(Json::object(), plain_terminal(80)) ==
        "there is no token; ctl token create NAME\n");
}

TEST_CASE("a password is sent as its hash, with the level only when one is given") {
  FakeSupervisor supervisor;
  answers(supervisor);
  {
    const Input input{"correct horse\nnot read"};
    const Ran ran = run(supervisor, {"password", "ana"});
    CHECK(ran.code == CtlExit::Done);
    CHECK(ran.out == "ana may log in, level admin; earlier sessions have ended\n");
  }
  {
    const Input input{"correct horse\r\n"};
    CHECK(run(supervisor, {"password", "bob", "--level", "read", "--json"}).out ==
          "{\"user\":\"bob\",\"level\":\"read\"}\n");
  }
  const auto sent = supervisor.requests("access.set_user");
  REQUIRE(sent.size() == 2);
  CHECK(sent[0].size() == 2);
  CHECK(sent[1]["level"] == "read");
  for (const Json& each : sent)
    CHECK(each["password"].get<std::string>().starts_with(kPasswordHashStart));
  CHECK(sent[0]["password"] != sent[1]["password"]);
}

TEST_CASE("what is no password is refused before anything is sent") {
  FakeSupervisor supervisor;
  answers(supervisor);
  for (const std::string& typed :
       {std::string{}, std::string{"1234567\n"}, std::string("a\0bcdefghi\n", 11),
        std::string(501, 'x') + "\n", std::string{"\u00e1\u00e1\u00e1\u00e1\u00e1\n"}}) {
    const Input input{typed};
    CHECK(run(supervisor, {"password", "ana"}).code == CtlExit::Usage);
  }
  CHECK(supervisor.requests("access.set_user").empty());
  CHECK(problem_of_password("\u00e1\u00e1\u00e1\u00e1\u00e1\u00e1\u00e1\u00e1").empty());
  CHECK(problem_of_password(std::string(kLongestPassword, 'x')).empty());
}

TEST_CASE("what cannot be meant is a usage error, and nobody is asked to type") {
  FakeSupervisor supervisor;
  for (const Words& words :
       {Words{"password"}, Words{"password", "Ana"}, Words{"password", "ana", "--level=root"},
        Words{"password", "ana", "--remove", "--level=read"}, Words{"password", "--list", "ana"},
        Words{"password", "--list", "--remove"}, Words{"token", "create"},
        Words{"token", "make", "x"}, Words{"token", "list", "x"}, Words{"token", "revoke"},
        Words{"token", "create", "A B"}, Words{"token", "create", "ci", "--level", "all"},
        Words{"token", "list", "--level", "read"}}) {
    const Ran ran = run(supervisor, words);
    CHECK(ran.code == CtlExit::Usage);
    CHECK(ran.out.empty());
    CHECK(ran.err.starts_with("ctl: "));
  }
  CHECK(run(supervisor, {"token", "crate", "x"}).err.find("did you mean 'create'?") !=
        std::string::npos);
}

TEST_CASE("without a supervisor nobody is asked for a password") {
  const Input input{"correct horse\n"};
  CHECK(run("/nonexistent/control.sock", {"password", "ana"}).code == CtlExit::Unreachable);
}

TEST_CASE("users and tokens that are not there are exit code 4") {
  FakeSupervisor supervisor;
  const auto none = [](const Json&) {
    return error(static_cast<int>(RpcError::NoSuchTarget), "no user is called 'x'", "no_such_user");
  };
  supervisor.on("access.remove_user", none);
  supervisor.on("access.revoke_token", none);
  CHECK(run(supervisor, {"password", "x", "--remove"}).code == CtlExit::NoSuchTarget);
  CHECK(run(supervisor, {"token", "revoke", "x"}).code == CtlExit::NoSuchTarget);
}

TEST_CASE("a token goes to stdout alone, and its digest to the supervisor") {
  FakeSupervisor supervisor;
  answers(supervisor);
  const Ran ran = run(supervisor, {"token", "create", "ci"});
  CHECK(ran.code == CtlExit::Done);
  REQUIRE(ran.out.size() == 47);
  CHECK(ran.out.starts_with("ms_"));
  CHECK(ran.out.find_first_of("+/=") == std::string::npos);
  CHECK(ran.err == "ctl: the token ci, level read; it is not shown again\n");
  const std::string secret = ran.out.substr(0, 46);
  CHECK(supervisor.requests("access.add_token") ==
        std::vector{
            Json{{"name", "ci"}, {"sha256", to_hex(bytes_of(sha256(secret)))}, {"level", "read"}}});
  const Json made = json_from(run(supervisor, {"token", "create", "cd", "--json"}).out);
  CHECK(made["token"].get<std::string>() != secret);
  CHECK(json_from(run(supervisor, {"token", "list", "--json"}).out)["tokens"].size() == 2);
  CHECK(json_from(run(supervisor, {"password", "--list", "--json"}).out)["users"].size() == 2);
}

}  // namespace mainstay::ctl
