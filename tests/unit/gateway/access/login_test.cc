#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <ctime>

#include "gateway/access/gate.h"
#include "gateway/access/passwords.h"
#include "unit/gateway/access/gate_rig.h"

using namespace mainstay;
using namespace mainstay::gateway;
using namespace mainstay::gateway::testing;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

WebRequest of_session(const std::string& cookie) {
  return with(request("GET"), "cookie", cookie);
}

void pass(GateRig& rig, Duration time) {
  rig.now.mono = rig.now.mono + time;
  rig.now.wall = rig.now.wall + time;
}

// Of this thread: what else the machine does costs none of it.
Duration processor_time() {
  timespec used{};
  REQUIRE(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used) == 0);
  return seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
}

}  // namespace

TEST_CASE("a password is right when it is, and only then") {
  CHECK(is_password(kPassword, kHash));
  for (const std::string& wrong :
       {std::string{}, std::string{"correct horsf"}, kPassword + " ", kPassword + '\0',
        kPassword + std::string("\0more", 5), std::string(100'000, 'x'), kHash}) {
    CHECK(!is_password(wrong, kHash));
  }
  CHECK(!is_password(kPassword, ""));
  CHECK(!is_password("", ""));
  CHECK(!is_password(kPassword, "*0"));
  CHECK(!is_password(kPassword, "nonsense"));
}

TEST_CASE("a user who does not exist costs as much as a wrong password") {
  const auto cost = [](const std::string& hash) {
    Duration least = Duration::max();
    for (int i = 0; i < 3; ++i) {
      const Duration before = processor_time();
      CHECK(!is_password("wrong password", hash));
      least = std::min(least, processor_time() - before);
    }
    return least;
  };
  const auto known = cost(kHash);
  const auto unknown = cost("");
  CHECK(unknown > known / 3);
  CHECK(unknown < known * 3);
}

TEST_CASE("wrong names and passwords are refused in the same words") {
  GateRig rig;
  const Verdict unknown = rig.log_in("mallory", kPassword);
  const Verdict wrong = rig.log_in("ana", "wrong");
  CHECK(told(unknown) == "401 login_failed");
  CHECK(told(wrong) == "401 login_failed");
  CHECK(std::get<Refusal>(unknown).message == std::get<Refusal>(wrong).message);
  REQUIRE(rig.logins.size() == 2);
  CHECK(rig.logins[0].user == "");  // it may be a password, typed into the wrong field
  CHECK(rig.logins[1].user == "ana");
  CHECK(!rig.logins[1].right);
  CHECK(told(rig.log_in("", "")) == "401 login_failed");
  CHECK(told(rig.log_in(std::string(1'000'000, 'a'), kPassword)) == "401 login_failed");
}

TEST_CASE("who fails too often waits, and is told how long; others do not") {
  GateRig rig;
  const WebRequest attacker = from("10.0.0.7", encrypted(request("POST")));
  for (int i = 0; i < 5; ++i)
    CHECK(told(rig.log_in("ana", "wrong", attacker)) == "401 login_failed");
  const Verdict slowed = rig.log_in("ana", kPassword, attacker);
  CHECK(told(slowed) == "429 too_many_logins");
  CHECK(std::get<Refusal>(slowed).retry_after == seconds{1});
  CHECK(rig.logins.size() == 5);
  CHECK(told(rig.log_in("ana", kPassword)) == "admin");
  pass(rig, seconds{1});
  CHECK(told(rig.log_in("ana", kPassword, attacker)) == "admin");
}

TEST_CASE("many tries at once are not more tries") {
  GateRig rig;
  for (int i = 0; i < 100; ++i)
    rig.begin("ana", "wrong", request("POST"));
  rig.finish();
  const auto count = [&](const std::string& what) {
    return std::ranges::count_if(rig.answers,
                                 [&](const Verdict& each) { return told(each) == what; });
  };
  CHECK(count("401 login_failed") == 5);
  CHECK(count("429 too_many_logins") == 95);
}

TEST_CASE("a gate may go while a password is being looked at") {
  auto rig = std::make_unique<GateRig>();
  rig->begin("ana", kPassword, request("POST"));
  rig.reset();
}

TEST_CASE("a session goes on while it is used, and ends when it is not") {
  GateRig rig;
  std::string cookie = rig.session("ana");
  pass(rig, minutes{9});
  CHECK(rig.visitor(rig.gate.admit(of_session(cookie), Need::Read)).set_cookie.empty());
  std::string renewed;
  for (int hour = 0; hour < 24; ++hour) {
    pass(rig, hours{6});
    const auto visitor = rig.visitor(rig.gate.admit(of_session(cookie), Need::Read));
    REQUIRE(!visitor.set_cookie.empty());
    cookie = cookie_in(visitor.set_cookie);
  }
  pass(rig, hours{12});
  CHECK(told(rig.gate.admit(of_session(cookie), Need::Read)) == "401 login_required");
}

TEST_CASE("a week after the log-in a session is over however much it is used") {
  GateRig rig;
  std::string cookie = rig.session("ana");
  for (int days = 0; days < 20; ++days) {
    pass(rig, hours{8});
    cookie = cookie_in(rig.visitor(rig.gate.admit(of_session(cookie), Need::Read)).set_cookie);
  }
  pass(rig, hours{8});
  CHECK(told(rig.gate.admit(of_session(cookie), Need::Read)) == "401 login_required");
}

TEST_CASE(
    "a new password, a new key and the end of the user end sessions; a new level counts at once") {
  GateRig rig;
  const std::string cookie = rig.session("ana");
  web::Setup setup = people();
  setup.access.users[0].level = AccessLevel::Read;
  rig.gate.set_up(setup);
  CHECK(told(rig.gate.admit(of_session(cookie), Need::Read)) == "read");
  SUBCASE("password") {
    setup.access.users[0].generation = 2;
  }
  SUBCASE("key") {
    setup.access.session_key = std::string(64, 'b');
  }
  SUBCASE("user") {
    setup.access.users.erase(setup.access.users.begin());
  }
  rig.gate.set_up(setup);
  CHECK(told(rig.gate.admit(of_session(cookie), Need::Read)) == "401 login_required");
}

TEST_CASE("another gate with the same key knows the sessions") {
  GateRig rig;
  const std::string cookie = rig.session("ana");
  GateRig next;
  CHECK(told(next.gate.admit(of_session(cookie), Need::Read)) == "admin");
}

TEST_CASE("who logs out is out, in the next gate as well") {
  GateRig rig;
  const std::string cookie = rig.session("ana");
  const std::string other = rig.session("ana");
  const auto visitor = rig.visitor(rig.gate.admit(of_session(cookie), Need::Read));
  WebRequest leaving = with(request("DELETE"), "cookie", cookie);
  CHECK(told(rig.gate.log_out(leaving)) == "403 csrf");
  leaving = with(leaving, "x-csrf-token", visitor.csrf);
  const auto left = rig.visitor(rig.gate.log_out(leaving));
  CHECK(!left.level);
  CHECK(left.set_cookie == "mainstay-9615=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
  CHECK(told(rig.gate.admit(of_session(cookie), Need::Read)) == "401 login_required");
  CHECK(told(rig.gate.admit(of_session(other), Need::Read)) == "admin");
  REQUIRE(rig.ended.size() == 1);

  rig.gate.set_up(people());  // sent before the controller heard of it
  CHECK(told(rig.gate.admit(of_session(cookie), Need::Read)) == "401 login_required");

  web::Setup setup = people();
  setup.access.ended = rig.ended;
  GateRig next{setup};
  CHECK(told(next.gate.admit(of_session(cookie), Need::Read)) == "401 login_required");
  CHECK(told(rig.gate.log_out(request("DELETE"))) == "nobody");
}

TEST_CASE("a password that changes while it is looked at lets nobody in") {
  GateRig rig;
  rig.begin("ana", kPassword, request("POST"));
  web::Setup setup = people();
  setup.access.users[0].generation = 2;
  rig.gate.set_up(setup);
  rig.finish();
  CHECK(told(rig.answers.back()) == "401 login_failed");
}

TEST_CASE("cookies of encrypted and plain connections are not taken for each other") {
  GateRig rig;
  const WebRequest secure = encrypted(request("POST"));
  const auto visitor = rig.visitor(rig.log_in("ana", kPassword, secure));
  CHECK(visitor.set_cookie.starts_with("__Host-mainstay-9615="));
  CHECK(visitor.set_cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict; Secure"));
  const std::string cookie = cookie_in(visitor.set_cookie);
  CHECK(told(rig.gate.admit(encrypted(of_session(cookie)), Need::Read)) == "admin");
  CHECK(told(rig.gate.admit(of_session(cookie), Need::Read)) == "401 login_required");
}

TEST_CASE("a foreign cookie of our name beside ours does no harm") {
  GateRig rig;
  const std::string cookie = rig.session("ana");
  CHECK(told(rig.gate.admit(of_session("mainstay-9615=tossed; " + cookie), Need::Read)) == "admin");
}
