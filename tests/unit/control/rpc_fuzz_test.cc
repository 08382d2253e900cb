// The fuzz entry on a fixed corpus and on seeded mutations of it: a short run on every change.
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "unit/mutated.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::array<std::string_view, 14> kCorpus = {
    R"({"jsonrpc":"2.0","id":1,"method":"services.restart","params":{"targets":["@web"],"wait":true}})",
    R"({"jsonrpc":"2.0","id":"a","method":"logs.follow","params":{"targets":"backend","lines":50}})",
    R"({"jsonrpc":"2.0","id":null,"method":"services.get","params":{"name":"backend:0"}})",
    R"({"jsonrpc":"2.0","method":"supervisor.ping"})",
    R"([{"jsonrpc":"2.0","id":1,"method":"supervisor.ping"}])",
    R"({"jsonrpc":"2.0","id":1e999,"method":"x"})",
    R"({"jsonrpc":"2.0","id":123456789012345678901234567890,"method":"x"})",
    R"({"jsonrpc":"2.0","id":1,"id":2,"method":"x","method":"y","params":{"a":1,"a":2}})",
    R"({"jsonrpc":"2.0","id":"\ud800","method":"\u0000","params":{"\u0000":"\udc00"}})",
    "{\"jsonrpc\":\"2.0\",\"id\":\"\xc3\x28\",\"method\":\"x\"}",
    "\xef\xbb\xbf{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\"}",
    R"({"jsonrpc":"2.0","id":-0.0,"method":"x","params":{"lines":18446744073709551615}})",
    R"({"jsonrpc":"2.0","id":1,"method":"x","params":{"targets":[[[[[[[[[[]]]]]]]]]]}})",
    "\n\r\n{}\n[]\n\"\"\n0\n",
};

// More of what JSON is made of, also deeper than anything may be.
constexpr std::array<std::string_view, 9> kWords = {"[",
                                                    "{",
                                                    "\"",
                                                    ":",
                                                    ",",
                                                    "\\",
                                                    "\n",
                                                    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
                                                    "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":"};

void feed(std::string_view bytes) {
  CHECK(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()) ==
        0);
}

TEST_CASE("every request of the corpus is handled") {
  for (const auto text : kCorpus)
    feed(text);
}

TEST_CASE("ten thousand damaged requests are handled") {
  constexpr std::uint32_t kSeed = 20261122;
  INFO("seed " << kSeed);
  std::mt19937 random(kSeed);
  for (int i = 0; i < 10000; ++i)
    feed(mainstay::test::mutated(std::string(kCorpus[random() % kCorpus.size()]), kWords, random));
}

TEST_CASE("large requests of every kind are handled") {
  feed(std::string(65535, '['));
  feed(std::string(65535, '{'));
  feed(std::string(65535, '"'));
  feed(std::string(65535, '\\'));
  feed(std::string(65535, '\0'));
  feed(R"({"jsonrpc":"2.0","id":1,"method":")" + std::string(65000, 'm') + "\"}");
  feed(R"({"jsonrpc":"2.0","id":)" + std::string(65000, '9') + R"(,"method":"m"})");
}

}  // namespace
