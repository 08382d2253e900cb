#include "web/setup.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <random>

#include "unit/web/accesses.h"

using namespace mainstay;
using namespace mainstay::web;
using mainstay::web::testing::kHash;

namespace {

Setup everything() {
  Setup setup;
  setup.name = "shop \"of\" things";
  setup.listen = "127.0.0.1:9615";
  setup.remote_without_tls = true;
  setup.certificate = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
  setup.key = "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n";
  setup.access.users = {{"ana", kHash, AccessLevel::Admin, 7}, {"bo", kHash, AccessLevel::Read, 1}};
  setup.access.tokens = {{"deploy", std::string(64, 'a'), AccessLevel::Operate, 1'763'800'000}};
  setup.access.session_key = std::string(64, 'f');
  setup.access.ended = {{"0123456789abcdef", 1'763'900'000}};
  return setup;
}

}  // namespace

TEST_CASE("A setup is read as it was written") {
  for (const Setup& setup : {Setup{}, everything()}) {
    const auto again = setup_from(to_text(setup));
    REQUIRE_MESSAGE(again.ok(), again.error().message);
    CHECK(*again == setup);
  }
}

TEST_CASE("A setup that lacks anything, or has it of another type, is none") {
  for (const char* bad :
       {"", "{", "[]", "{}", "null", R"({"name":1})",
        R"({"name":"a","listen":"b","remote_without_tls":"no","certificate":"","key":"",)"
        R"("access":{"users":[],"tokens":[],"session_key":"","ended":[]}})",
        R"({"name":"a","listen":"b","remote_without_tls":false,"certificate":"","key":""})",
        R"({"name":"a","listen":"b","remote_without_tls":false,"certificate":"","key":"",)"
        R"("access":{"users":[{"name":"x"}],"tokens":[],"session_key":"","ended":[]}})",
        R"({"name":"a","listen":"b","remote_without_tls":false,"certificate":"","key":"",)"
        R"("access":{"users":[],"tokens":[{"name":"x","sha256":"","level":"root","created_at":1}],)"
        R"("session_key":"","ended":[]}})"}) {
    CAPTURE(bad);
    CHECK_FALSE(setup_from(bad).ok());
  }
  CHECK_FALSE(setup_from(std::string(100, '[') + std::string(100, ']')).ok());
}

TEST_CASE("Damaged setups are refused or read, and nothing breaks") {
  std::mt19937 random(20261122);
  const std::string whole = to_text(everything());
  for (int i = 0; i < 5'000; ++i) {
    std::string bytes = whole;
    for (auto changes = random() % 5 + 1; changes > 0; --changes)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    if (random() % 4 == 0) bytes.resize(random() % bytes.size());
    const auto setup = setup_from(bytes);
    if (setup) CHECK(setup_from(to_text(*setup)).ok());
  }
}
