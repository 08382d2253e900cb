#include "gateway/access/gate.h"

#include <doctest/doctest.h>

#include "unit/gateway/access/gate_rig.h"

using namespace mainstay;
using namespace mainstay::gateway;
using namespace mainstay::gateway::testing;

namespace {

WebRequest get() {
  return request("GET");
}
WebRequest post() {
  return request("POST");
}
WebRequest bearer(WebRequest to, const std::string& secret = kToken) {
  return with(std::move(to), "authorization", "Bearer " + secret);
}
WebRequest of_session(WebRequest to, const std::string& cookie) {
  return with(std::move(to), "cookie", cookie);
}

web::Setup open_to_all(web::Setup setup) {
  setup.listen = "0.0.0.0:9615";
  return setup;
}

std::string message(const Verdict& verdict) {
  return std::get<Refusal>(verdict).message;
}

}  // namespace

TEST_CASE("before anything is known nobody is let in, but whether it lives is told") {
  io::Loop loop;
  const Gate gate{loop, [] { return Now{}; }, "", {}};
  CHECK(told(gate.admit(get(), Need::Nothing)) == "nobody");
  for (const Need need : {Need::Page, Need::Read, Need::Operate, Need::Admin})
    CHECK(told(gate.admit(get(), need)) == "503 unavailable");
  CHECK(told(gate.admit(bearer(get()), Need::Read)) == "503 unavailable");
}

TEST_CASE(
    "while nobody has a password or token, this machine reads and others are told what to do") {
  GateRig rig{open_to_all(nobody())};
  web::Setup setup = open_to_all(nobody());
  setup.remote_without_tls = true;
  rig.gate.set_up(setup);
  CHECK(told(rig.gate.admit(get(), Need::Page)) == "read");
  CHECK(told(rig.gate.admit(get(), Need::Read)) == "read");
  CHECK(told(rig.gate.admit(get(), Need::Operate)) == "403 denied");
  CHECK(told(rig.gate.admit(post(), Need::Operate)) == "403 denied");
  CHECK(message(rig.gate.admit(post(), Need::Operate)) ==
        "without a password only reading is allowed; on the machine: ctl password USER");
  const WebRequest other = from("10.0.0.7", get());
  CHECK(told(rig.gate.admit(other, Need::Nothing)) == "nobody");
  CHECK(told(rig.gate.admit(other, Need::Page)) == "nobody");
  CHECK(message(rig.gate.admit(other, Need::Read)) ==
        "nobody has a password or token here yet, so only the machine itself is let in; on the "
        "machine: ctl password USER");
  CHECK(told(rig.log_in("ana", kPassword)) == "403 denied");
  CHECK(!rig.gate.can_log_in());
}

TEST_CASE("a proxy on this machine does not make its clients ones of this machine") {
  GateRig rig{nobody()};
  for (const char* name : {"x-forwarded-for", "forwarded", "x-real-ip", "via"})
    CHECK(told(rig.gate.admit(with(get(), name, "10.0.0.7"), Need::Read)) == "403 denied");
}

TEST_CASE("once there are users or tokens, everybody has to say who they are") {
  GateRig rig;
  CHECK(told(rig.gate.admit(get(), Need::Nothing)) == "nobody");
  CHECK(told(rig.gate.admit(get(), Need::Page)) == "nobody");
  CHECK(told(rig.gate.admit(get(), Need::Read)) == "401 login_required");
  web::Setup only_tokens = people();
  only_tokens.access.users.clear();
  rig.gate.set_up(only_tokens);
  CHECK(told(rig.gate.admit(get(), Need::Read)) == "401 login_required");
  CHECK(message(rig.gate.admit(get(), Need::Read)).find("ctl password") != std::string::npos);
}

TEST_CASE("a token is as good as its level, and nothing but the whole token is") {
  GateRig rig;
  CHECK(told(rig.gate.admit(bearer(get()), Need::Read)) == "operate");
  CHECK(told(rig.gate.admit(bearer(post()), Need::Operate)) == "operate");
  CHECK(message(rig.gate.admit(bearer(get()), Need::Admin)) ==
        "token deploy may operate; this needs admin");
  CHECK(rig.visitor(rig.gate.admit(bearer(get()), Need::Read)).who == "token deploy");
  CHECK(rig.visitor(rig.gate.admit(bearer(get()), Need::Read)).from == "127.0.0.1:50312");
  const std::string digest = people().access.tokens[0].sha256;
  for (const std::string& value :
       {"Bearer " + kToken + "x", "Bearer " + kToken.substr(0, kToken.size() - 1),
        "Bearer " + digest, std::string{"Bearer "}, std::string{"Bearer"}, kToken,
        "Basic " + kToken, std::string{"Bearer ms_"}, "Bearer " + kToken + " " + kToken}) {
    CAPTURE(value);
    CHECK(told(rig.gate.admit(with(get(), "authorization", value), Need::Read)) ==
          "401 login_required");
  }
  CHECK(told(rig.gate.admit(with(get(), "authorization", "bEARER  " + kToken), Need::Read)) ==
        "operate");
}

TEST_CASE("a wrong token is not a way in where nothing is asked for") {
  GateRig rig{nobody()};
  CHECK(told(rig.gate.admit(bearer(get()), Need::Read)) == "401 login_required");
}

TEST_CASE("people log in, and do what their level allows") {
  GateRig rig;
  const std::string ana = rig.session("ana");
  const std::string rita = rig.session("rita");
  const auto reading = rig.visitor(rig.gate.admit(of_session(get(), ana), Need::Admin));
  CHECK(reading.who == "user ana");
  CHECK(reading.level == AccessLevel::Admin);
  CHECK(reading.csrf.size() == 64);
  CHECK(reading.set_cookie.empty());
  CHECK(message(rig.gate.admit(of_session(get(), rita), Need::Operate)) ==
        "user rita may read; this needs operate");
  CHECK(rig.logins.size() == 2);
  CHECK(rig.logins[0].user == "ana");
  CHECK(rig.logins[0].from == "127.0.0.1:50312");
  CHECK(rig.logins[0].right);
}

TEST_CASE("a change by a session needs its own token against forgery") {
  GateRig rig;
  const std::string ana = rig.session("ana");
  const std::string olga = rig.session("olga");
  const auto csrf = rig.visitor(rig.gate.admit(of_session(get(), ana), Need::Read)).csrf;
  const auto other = rig.visitor(rig.gate.admit(of_session(get(), olga), Need::Read)).csrf;
  CHECK(csrf != other);
  const WebRequest change = of_session(post(), ana);
  CHECK(told(rig.gate.admit(change, Need::Operate)) == "403 csrf");
  CHECK(told(rig.gate.admit(with(change, "x-csrf-token", ""), Need::Operate)) == "403 csrf");
  CHECK(told(rig.gate.admit(with(change, "x-csrf-token", other), Need::Operate)) == "403 csrf");
  CHECK(told(rig.gate.admit(with(change, "x-csrf-token", csrf), Need::Operate)) == "admin");
  for (const char* method : {"PUT", "DELETE", "PATCH", "OPTIONS"})
    CHECK(told(rig.gate.admit(of_session(request(method), ana), Need::Page)) == "403 csrf");
  CHECK(told(rig.gate.admit(of_session(request("HEAD"), ana), Need::Read)) == "admin");
}

TEST_CASE("requests that scripts of other pages send are refused, links to the page are not") {
  GateRig rig{nobody()};
  struct Case {
    const char* name;
    const char* value;
    bool ours;
  };
  for (const auto& each :
       {Case{"origin", "http://localhost:9615", true}, Case{"origin", "HTTP://x", false},
        Case{"origin", "http://LOCALHOST:9615", true}, Case{"origin", "null", false},
        Case{"origin", "http://localhost:3000", false}, Case{"origin", "http://localhost", false},
        Case{"origin", "http://evil.example", false}, Case{"sec-fetch-site", "cross-site", false},
        Case{"sec-fetch-site", "same-site", false}, Case{"sec-fetch-site", "anything", false},
        Case{"sec-fetch-site", "same-origin", true}, Case{"sec-fetch-site", "none", true}}) {
    CAPTURE(each.name);
    CAPTURE(each.value);
    CHECK(told(rig.gate.admit(with(get(), each.name, each.value), Need::Read)) ==
          (each.ours ? "read" : "403 bad_origin"));
    CHECK(told(rig.gate.admit(with(get(), each.name, each.value), Need::Page)) == "read");
    CHECK(told(rig.gate.admit(with(post(), each.name, each.value), Need::Page)) ==
          (each.ours ? "read" : "403 bad_origin"));
  }
  rig.gate.set_up(people());
  CHECK(told(rig.log_in("ana", kPassword, with(post(), "origin", "http://evil.example"))) ==
        "403 bad_origin");
  CHECK(told(rig.gate.admit(with(bearer(post()), "origin", "http://ci.example"), Need::Operate)) ==
        "operate");
}

TEST_CASE("a name that is not ours is refused, as it may have been bent to lead here") {
  GateRig rig{nobody()};
  CHECK(told(rig.gate.admit(with(get(), "host", "evil.example:9615"), Need::Page)) ==
        "421 bad_host");
  CHECK(message(rig.gate.admit(with(get(), "host", "evil.example"), Need::Read)) ==
        "'evil.example' is no name of this page: a foreign name that leads here would let foreign "
        "scripts in; use http://localhost:9615 on the machine itself, its address or name where it "
        "may be reached from others, or TLS");
  CHECK(told(rig.gate.admit(with(get(), "host", "evil.example"), Need::Nothing)) == "nobody");
  rig.gate.set_up(people());
  CHECK(told(rig.log_in("ana", kPassword, with(post(), "host", "evil.example"))) == "421 bad_host");
  CHECK(told(rig.gate.admit(with(bearer(get()), "host", "evil.example"), Need::Read)) == "operate");
}

TEST_CASE("other machines come in over TLS, or where it is said that the network is trusted") {
  GateRig rig{open_to_all(people())};
  const WebRequest plain = from("10.0.0.7", with(get(), "host", "10.0.0.1:9615"));
  CHECK(told(rig.gate.admit(plain, Need::Page)) == "403 denied");
  CHECK(told(rig.gate.admit(bearer(plain), Need::Read)) == "403 denied");
  CHECK(told(rig.gate.admit(encrypted(plain), Need::Page)) == "nobody");
  CHECK(told(rig.gate.admit(encrypted(bearer(plain)), Need::Read)) == "operate");
  web::Setup trusting = open_to_all(people());
  trusting.remote_without_tls = true;
  rig.gate.set_up(trusting);
  CHECK(told(rig.gate.admit(bearer(plain), Need::Read)) == "operate");
}
