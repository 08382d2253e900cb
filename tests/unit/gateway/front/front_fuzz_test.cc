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

constexpr std::array<std::string_view, 8> kCorpus = {
    "GET /api/v1/services?follow=true HTTP/1.1\r\nHost: 127.0.0.1:9615\r\nAccept: */*\r\n\r\n",
    "POST /a%20b/stop HTTP/1.1\r\nhost: h\r\nContent-Length: 5\r\n\r\n{\"a\"}GET / "
    "HTTP/1.0\r\n\r\n",
    "\r\nDELETE /session HTTP/1.1\r\nHost: [::1]\r\nCookie: a=b; c=%0d\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nabHEAD / "
    "HTTP/1.1\r\n",
    "GET /..%2f HTTP/1.1\r\nHost: h\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: h\r\nRange: bytes=0-1\r\nConnection: close, x\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: "
    "1\r\n\r\n0\r\n\r\n",
    "GET / HTTP/1.1\r\nA: b\r\n c\r\n\n\r\n",
};
constexpr std::array<std::string_view, 12> kWords = {"\r\n",
                                                     "\n",
                                                     "\r",
                                                     ":",
                                                     " ",
                                                     "%2e%2e/",
                                                     "%0d%0a",
                                                     "Content-Length: 3\r\n",
                                                     "Expect: 100-continue\r\n",
                                                     "Host: h\r\n",
                                                     "?",
                                                     "GET / HTTP/1.1\r\n"};

void feed(std::string_view bytes) {
  CHECK(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()) ==
        0);
}

TEST_CASE("whatever a client sends is read or refused, the same in every piece") {
  std::mt19937 random{9615};
  for (const std::string_view text : kCorpus) {
    feed(text);
    for (int i = 0; i < 500; ++i)
      feed(mainstay::test::mutated(std::string{text}, kWords, random));
  }
}

}  // namespace
