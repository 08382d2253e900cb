#include "logs/interest.h"

#include <doctest/doctest.h>

#include <cctype>
#include <string>

using namespace mainstay::logs;

namespace {

std::string in_capitals(std::string text) {
  for (char& c : text)
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

TEST_CASE(
    "a word that may be a level is seen wherever it stands, in small letters and in capitals") {
  for (const std::string word :
       {"err",       "fatal",     "ftl",       "crit",       "emerg",        "alert",
        "panic",     "severe",    "fail",      "warn",       "wrn",          "deprecated",
        "exception", "throwable", "interrupt", "systemexit", "iteration",    "readtimeout",
        "traceback", "unhandled", "uncaught",  "terminate",  "segmentation", "aborted",
        "smashing",  "sigsegv"}) {
    for (std::size_t before = 0; before < 5; ++before) {
      for (const char* after : {"", "s", " x", ": 1"}) {
        CAPTURE(word);
        CAPTURE(before);
        CHECK(interest_of(std::string(before, '-') + word + after).level);
        CHECK(interest_of(std::string(before, '-') + in_capitals(word) + after).level);
      }
    }
  }
}

TEST_CASE("what may be a request is seen wherever it stands") {
  for (std::size_t before = 0; before < 5; ++before) {
    CHECK(interest_of(std::string(before, '-') + "\"GET /x HTTP/1.1\" 200").request);
    CHECK(interest_of("{" + std::string(before, ' ') + R"("status":503})").request);
  }
  CHECK(interest_of("GET /x 200 3.2 ms - 12").request);
  CHECK(interest_of("VERSION-CONTROLS /x 200 3.2 ms - 12").request);  // as long as one may be
}

TEST_CASE("lines that say nothing interest nobody") {
  for (const char* line : {"", " ", "e", "er", "wa", "order 17 of customer 5e2f was accepted",
                           "listening on 0.0.0.0:8080", "\xc3\xa9\xf2\xf2 caf\xc3\xa9"}) {
    const Interest found = interest_of(line);
    CAPTURE(line);
    CHECK_FALSE(found.level);
    CHECK_FALSE(found.request);
  }
}
