// Regular expressions: what they find, compared with the standard library's, and what they cost.
#include "base/regex.h"

#include <doctest/doctest.h>

#include <random>
#include <regex>

namespace mainstay {
namespace {

bool found(std::string_view pattern, std::string_view line, bool ignore_case = false) {
  auto regex = Regex::compile(pattern, ignore_case);
  REQUIRE_MESSAGE(regex, (regex ? "" : regex.error().message));
  const bool first = regex->found_in(line);
  CHECK(regex->found_in(line) == first);  // with the states that are there already
  return first;
}

std::string error_of(std::string_view pattern) {
  const auto regex = Regex::compile(pattern);
  return regex ? "accepted" : regex.error().message;
}

}  // namespace

TEST_CASE("an expression is found anywhere in a line, unless it is anchored") {
  CHECK(found("err", "an error"));
  CHECK_FALSE(found("^err", "an error"));
  CHECK(found("or$", "an error"));
  CHECK(found("^$", ""));
  CHECK_FALSE(found("^$", "x"));
  CHECK(found("x*", ""));
  CHECK(found("GET /(api|web)/\\d{2,4} (4|5)\\d\\d", "10.0.0.1 GET /api/123 503 0.1"));
  CHECK_FALSE(found("GET /(api|web)/\\d{2,4} (4|5)\\d\\d", "10.0.0.1 GET /api/1 503 0.1"));
  CHECK(found("a{0}b", "b"));
  CHECK(found("^(ab){2,}$", "ababab"));
  CHECK_FALSE(found("^(ab){2,}$", "ab"));
  CHECK(found("[^a-c]", "abcd"));
  CHECK_FALSE(found("[^a-d]", "abcd"));
  CHECK(found("[]x]", "]"));
  CHECK(found("[a-]", "-"));
  CHECK(found("\\.\\[\\]", "x.[]"));
  CHECK(found("\\S+@\\S+\\.[a-z]+", "from me@example.org."));
}

TEST_CASE("word boundaries look at both sides") {
  CHECK(found("\\bword\\b", "a word."));
  CHECK_FALSE(found("\\bword\\b", "swordfish"));
  CHECK(found("\\Bor", "word"));
  CHECK_FALSE(found("\\Bword", "word"));
  CHECK(found("^\\b", "a"));
  CHECK_FALSE(found("^\\b", ""));
}

TEST_CASE("the case of letters is ignored on demand") {
  CHECK(found("error", "ERROR", true));
  CHECK(found("[a-f]+[^x]", "ABCY", true));
  CHECK_FALSE(found("^[^x]$", "X", true));
  CHECK_FALSE(found("error", "ERROR"));
}

TEST_CASE("characters beyond ASCII are one character, bytes that are none are one too") {
  CHECK(found("^caf.$", "café"));
  CHECK(found("^.$", "😀"));
  CHECK_FALSE(found("^é$", "\xc3"));
  CHECK(found("^é+$", "ééé"));
  CHECK(found("[à-ü]", "é"));
  CHECK_FALSE(found("^[à-ü]$", "ž"));
  CHECK(found("^[^a]$", "ž"));
  CHECK_FALSE(found("^[^é]$", "é"));
  CHECK(found("^a.b$",
              "a\xff"
              "b"));
  CHECK(found("^[\\wé]+$", "café"));
  CHECK(found(std::string_view{"a\\Wb"}, std::string_view{"a\0b", 3}));
}

TEST_CASE("what cannot be used is refused with its place") {
  CHECK(error_of("ab(c") ==
        "is not a regular expression that can be used: a ( is never closed (at character 3)");
  CHECK(error_of("a)b").find("(at character 2)") != std::string::npos);
  CHECK(error_of("x[b-a]").find("the range b-a is upside down (at character 3)") !=
        std::string::npos);
  CHECK(error_of("(a)\\1").find("back-references") != std::string::npos);
  CHECK(error_of("(?=a)").find("look-around") != std::string::npos);
  CHECK(error_of("") != "accepted");
  CHECK(error_of(std::string(1001, 'a')) != "accepted");
  CHECK(error_of("((a{1000}){1000}){1000}").find("too large") != std::string::npos);
  CHECK(error_of("(((x?){1000})*){1000}").find("too large") != std::string::npos);
}

TEST_CASE("the time is linear, also for what makes others take for ever") {
  auto evil = Regex::compile("^(a+)+$");
  REQUIRE(evil);
  const std::string line = std::string(60'000, 'a') + "b";
  CHECK_FALSE(evil->found_in(line));
  CHECK(evil->states() < 10);
  auto blowing = Regex::compile("(a|b)*a(a|b){300}c");  // 2^300 states if all were built
  REQUIRE(blowing);
  std::mt19937 random{7};
  std::string letters;
  for (int i = 0; i < 5'000; ++i)
    letters.push_back(random() % 2 == 0 ? 'a' : 'b');
  CHECK_FALSE(blowing->found_in(letters));
  CHECK(blowing->states() <= 512);
  CHECK(blowing->found_in(letters + "a" + std::string(300, 'b') + "c"));
}

TEST_CASE("what is found is what the standard library finds") {
  constexpr const char* kAtoms[] = {"a", "b",     ".",      "[ab]", "[^a]", "\\w",  "\\b", "^",
                                    "$", "(a|b)", "(?:ab)", "\\s",  " ",    "(a|)", "\\B"};
  constexpr const char* kRepeats[] = {"", "", "", "*", "+", "?", "{2}", "{1,2}", "*?"};
  std::mt19937 random{20261122};
  int hits = 0;
  for (int round = 0; round < 1'500; ++round) {
    std::string pattern;
    const auto atoms = 1 + random() % 5;
    for (std::size_t i = 0; i < atoms; ++i) {
      const std::string atom = kAtoms[random() % std::size(kAtoms)];
      const bool assertion = atom == "^" || atom == "$" || atom == "\\b" || atom == "\\B";
      pattern += atom;
      if (!assertion) pattern += kRepeats[random() % std::size(kRepeats)];
      if (random() % 6 == 0 && i + 1 < atoms) pattern += "|";
    }
    std::string line;
    for (std::size_t i = random() % 7; i > 0; --i)
      line.push_back("ab c"[random() % 4]);
    CAPTURE(pattern);
    CAPTURE(line);
    const bool expected = std::regex_search(line, std::regex{pattern});
    CHECK(found(pattern, line) == expected);
    hits += expected ? 1 : 0;
  }
  CHECK(hits > 100);
}

}  // namespace mainstay
