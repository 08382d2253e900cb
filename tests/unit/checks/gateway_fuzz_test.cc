// The fuzz entry on seeded mutations of real messages: a short run on every change.
#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <string>

#include "checks/gateway_protocol.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

using namespace mainstay::checks;

namespace {

std::string conversation() {
  HttpRequest request;
  request.url = "http://127.0.0.1:8000/health";
  request.headers = {{"Authorization", "Bearer x"}};
  request.body = "ok";
  HttpOutcome outcome;
  outcome.message = "connection refused on 127.0.0.1:8000";
  return encode_frame(GatewayHello{}) + encode_frame(AskHttp{1, request}) +
         encode_frame(CancelHttp{1}) + encode_frame(AnsweredHttp{1, outcome}) +
         encode_frame(SetUpWeb{R"({"name":"shop"})"}) +
         encode_frame(GatewayNotice{"web.tls.key does not belong to web.tls.certificate"});
}

}  // namespace

TEST_CASE("Ten thousand damaged conversations are handled") {
  constexpr std::uint32_t kSeed = 20261122;
  std::mt19937 random(kSeed);
  const std::string whole = conversation();
  for (int i = 0; i < 10'000; ++i) {
    std::string bytes = whole.substr(random() % 2 == 0 ? 0 : 4);
    for (auto changes = random() % 5; changes > 0; --changes)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    if (random() % 4 == 0) bytes.resize(random() % bytes.size());
    CHECK(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                 bytes.size()) == 0);
  }
}
