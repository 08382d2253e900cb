#include "unit/gateway/access/gate_rig.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <utility>

#include "gateway/access/digest.h"
#include "mainstay/access.h"

namespace mainstay::gateway::testing {

WebRequest request(std::string method, std::vector<Header> headers) {
  WebRequest made;
  made.method = std::move(method);
  made.headers = std::move(headers);
  made.headers.push_back({"host", "localhost:9615"});
  made.address = "127.0.0.1";
  made.port = 50312;
  made.loopback = true;
  return made;
}

WebRequest from(std::string address, WebRequest made) {
  made.address = std::move(address);
  made.loopback = false;
  return made;
}

WebRequest encrypted(WebRequest made) {
  made.encrypted = true;
  return made;
}

WebRequest with(WebRequest made, std::string name, std::string value) {
  made.headers.insert(made.headers.begin(), {std::move(name), std::move(value)});
  return made;
}

web::Setup nobody() {
  web::Setup setup;
  setup.name = "shop";
  setup.listen = "127.0.0.1:9615";
  return setup;
}

web::Setup people() {
  web::Setup setup = nobody();
  setup.access.session_key = std::string(64, 'a');
  setup.access.users = {{"ana", kHash, AccessLevel::Admin, 1},
                        {"olga", kHash, AccessLevel::Operate, 1},
                        {"rita", kHash, AccessLevel::Read, 1}};
  setup.access.tokens = {{"deploy", sha256_hex(kToken), AccessLevel::Operate, 1}};
  return setup;
}

std::string told(const Verdict& verdict) {
  if (const auto* refusal = std::get_if<Refusal>(&verdict)) {
    CHECK(!refusal->message.empty());
    return fmt::format("{} {}", refusal->status, refusal->code);
  }
  const auto& level = std::get<Visitor>(verdict).level;
  return level ? std::string{to_string(*level)} : "nobody";
}

GateRig::GateRig(const web::Setup& setup)
    : now{{std::chrono::hours{5}}, {std::chrono::seconds{1'764'000'000}}},
      gate(loop, [this] { return now; }, "server.example.org",
           {[this](const web::EndedSession& session) { ended.push_back(session); },
            [this](const LoginReport& report) { logins.push_back(report); }}) {
  gate.set_up(setup);
}

void GateRig::begin(const std::string& user, const std::string& password, const WebRequest& by) {
  ++waiting;
  gate.log_in(by, user, password, [this](Verdict verdict) {
    --waiting;
    answers.push_back(std::move(verdict));
  });
}

void GateRig::finish() {
  while (waiting > 0)
    loop.run_once(true);
}

Verdict GateRig::log_in(const std::string& user, const std::string& password,
                        const WebRequest& by) {
  begin(user, password, by);
  finish();
  return answers.back();
}

std::string GateRig::session(const std::string& user, const WebRequest& by) {
  return cookie_in(visitor(log_in(user, kPassword, by)).set_cookie);
}

Visitor GateRig::visitor(const Verdict& verdict) {
  REQUIRE_MESSAGE(std::holds_alternative<Visitor>(verdict), told(verdict));
  return std::get<Visitor>(verdict);
}

std::string cookie_in(const std::string& set_cookie) {
  return set_cookie.substr(0, set_cookie.find(';'));
}

}  // namespace mainstay::gateway::testing
