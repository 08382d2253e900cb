#include "base/text.h"

#include <doctest/doctest.h>

#include <csignal>
#include <string>
#include <vector>

namespace mainstay {
namespace {

using Words = std::vector<std::string>;

TEST_CASE("a long list of names is cut, and says how much was left out") {
  const std::vector<std::string> names = {"a", "b", "c", "d"};
  CHECK(join_some(names, 4) == "a, b, c, d");
  CHECK(join_some(names, 2) == "a, b and 2 more");
  CHECK(join_some({}, 2).empty());
}

TEST_CASE("blanks and tabs around a text go, those within stay") {
  CHECK(trimmed(" \t a b\t ") == "a b");
  CHECK(trimmed("a") == "a");
  CHECK(trimmed(" \t ").empty());
  CHECK(trimmed("").empty());
  CHECK(trimmed("a\n") == "a\n");
}

TEST_CASE("case is that of ASCII letters alone") {
  CHECK(to_lower("AZ az 09 @[`{") == "az az 09 @[`{");
  CHECK(to_lower("\xc3\x84") == "\xc3\x84");
  CHECK(equals_ignoring_case("Content-Length", "cONTENT-lENGTH"));
  CHECK_FALSE(equals_ignoring_case("a", "ab"));
  CHECK_FALSE(equals_ignoring_case("@", "`"));
}

TEST_CASE("split keeps empty parts, and join is its reverse") {
  using Views = std::vector<std::string_view>;
  CHECK(split("a,b,,c", ',') == Views{"a", "b", "", "c"});
  CHECK(split("", ',') == Views{""});
  CHECK(split(",", ',') == Views{"", ""});
  CHECK(join(Words{"a", "b", "", "c"}, ",") == "a,b,,c");
  CHECK(join(Words{}, ", ") == "");
  CHECK(join(Words{"only"}, ", ") == "only");
}

TEST_CASE("a declared name begins with a letter or digit and has no slash in it") {
  for (const char* name : {"a", "9", "back-end", "a.b_c-d", "A1"}) {
    CAPTURE(name);
    CHECK(is_valid_name(name));
  }
  CHECK(is_valid_name(std::string(64, 'a')));
  for (const char* name :
       {"", ".", "..", "-a", "_a", "a/b", "a b", "a:0", "../x", "a\n", "ä", "@web", "a*"}) {
    CAPTURE(name);
    CHECK_FALSE(is_valid_name(name));
  }
  CHECK_FALSE(is_valid_name(std::string(65, 'a')));
  CHECK_FALSE(is_valid_name(std::string_view("a\0b", 3)));
}

TEST_CASE("globs match the whole text") {
  struct Row {
    const char* pattern;
    const char* text;
    bool matches;
  };
  const Row rows[] = {
      {"*", "", true},
      {"*", "anything", true},
      {"", "", true},
      {"", "a", false},
      {"web*", "web-1", true},
      {"web*", "aweb", false},
      {"*web", "my-web", true},
      {"a*b*c", "aXbYc", true},
      {"a*b*c", "aXc", false},
      {"?", "a", true},
      {"?", "", false},
      {"??", "a", false},
      {"[abc]", "b", true},
      {"[abc]", "d", false},
      {"[a-c]x", "cx", true},
      {"[a-c]x", "dx", false},
      {"[!a]", "b", true},
      {"[!a]", "a", false},
      {"[^a]", "b", true},
      {"[]]", "]", true},
      {"[!]]", "]", false},
      {"[!]]", "a", true},
      {"[", "[", true},
      {"[a", "[a", true},
      {"[]", "[]", true},
      {"[!]", "[!]", true},
      {"[!]", "a", false},
      {"[a-]", "-", true},
      {"*[0-9]", "web7", true},
      {"*[0-9]", "web", false},
      {"**", "x", true},
      {"a**b", "ab", true},
      {"web", "web", true},
      {"web", "WEB", false},
      {"*a", "aaab", false},
      {"*aab", "aaab", true},
      {"backend:[01]", "backend:1", true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.pattern);
    CAPTURE(row.text);
    CHECK(matches_glob(row.pattern, row.text) == row.matches);
  }
}

TEST_CASE("a glob made to be slow is not") {
  std::string pattern;
  for (int i = 0; i < 1000; ++i)
    pattern += "*a";
  CHECK_FALSE(matches_glob(pattern + "b", std::string(2000, 'a')));
  CHECK_FALSE(matches_glob("*" + std::string(20'000, '['), std::string(64, 'x')));
}

TEST_CASE("the nearest candidate is suggested, and nothing far-fetched") {
  const Words names = {"backend", "frontend", "worker", "db"};
  CHECK(closest("bakend", names) == "backend");
  CHECK(closest("bakcend", names) == "backend");  // two letters swapped is one mistake
  CHECK(closest("wroker", names) == "worker");
  CHECK(closest("worker", names) == "worker");
  CHECK(closest("bd", names) == "db");
  CHECK_FALSE(closest("scheduler", names).has_value());
  CHECK_FALSE(closest("x", Words{}).has_value());
  CHECK_FALSE(closest("", names).has_value());
  CHECK_FALSE(closest(std::string(100'000, 'a'), names).has_value());
  CHECK(did_you_mean("bakend", names) == "; did you mean 'backend'?");
  CHECK(did_you_mean("scheduler", names).empty());
}

TEST_CASE("of two candidates equally near the first is suggested") {
  CHECK(closest("web-3", Words{"web-1", "web-2"}) == "web-1");
}

TEST_CASE("what could command a terminal is made visible") {
  const auto escaped = [](std::string_view text) { return escape_for_terminal(text, false); };
  CHECK(escaped("plain\ttext\n") == "plain\ttext\n");
  CHECK(escaped("\x1b[2J") == "\\x1b[2J");
  CHECK(escaped("a\rb\bc\a\x7f") == "a\\x0db\\x08c\\x07\\x7f");
  CHECK(escaped(std::string_view("a\0b", 3)) == "a\\x00b");
  CHECK(escaped("\xc2\x9b"
                "31m") == "\\u009b31m");  // CSI as one character
  CHECK(escaped("\xe2\x80\xae"
                "abc") == "\\u202eabc");  // right-to-left override
  CHECK(escaped("\xd8\x9c"
                "abc") == "\\u061cabc");  // Arabic letter mark
  CHECK(escaped("\xe2\x81\xa6") == "\\u2066");
  CHECK(escaped("grüße ✔ 日本 🚀") == "grüße ✔ 日本 🚀");
}

TEST_CASE("colours pass where they are allowed, and nothing else does") {
  CHECK(escape_for_terminal("\x1b[1;31mred\x1b[0m\x1b[m", true) == "\x1b[1;31mred\x1b[0m\x1b[m");
  CHECK(escape_for_terminal("\x1b[31m", false) == "\\x1b[31m");
  CHECK(escape_for_terminal("\x1b[2J", true) == "\\x1b[2J");
  CHECK(escape_for_terminal("\x1b[31", true) == "\\x1b[31");
  CHECK(escape_for_terminal("\x1b]0;title\a", true) == "\\x1b]0;title\\x07");
  CHECK(escape_for_terminal("\x1b", true) == "\\x1b");
  CHECK(escape_for_terminal("\x1b[" + std::string(100, '1') + "m", true).substr(0, 6) == "\\x1b[1");
}

TEST_CASE("invalid UTF-8 becomes the replacement character, byte by byte") {
  const std::string bad = "\xef\xbf\xbd";
  CHECK(to_valid_utf8("ok ✔") == "ok ✔");
  CHECK(to_valid_utf8("\xff") == bad);
  CHECK(to_valid_utf8("\x80\x80") == bad + bad);
  CHECK(to_valid_utf8("\xc0\xaf") == bad + bad);             // a slash, too long
  CHECK(to_valid_utf8("\xe0\x80\x80") == bad + bad + bad);   // too long
  CHECK(to_valid_utf8("\xed\xa0\x80") == bad + bad + bad);   // half a surrogate pair
  CHECK(to_valid_utf8("\xf4\x90\x80\x80").size() == 4 * 3);  // past U+10FFFF
  CHECK(to_valid_utf8("\xf5\x80\x80\x80").size() == 4 * 3);
  CHECK(to_valid_utf8("a\xe2\x9c") == "a" + bad + bad);  // cut off at the end
  CHECK(to_valid_utf8("\xe2\x9c"
                      "a") == bad + bad + "a");
  CHECK(to_valid_utf8("\xf4\x8f\xbf\xbf") == "\xf4\x8f\xbf\xbf");
  CHECK(escape_for_terminal("\xff\x1b", false) == bad + "\\x1b");
}

TEST_CASE("counts agree with their noun") {
  CHECK(count_of(0, "service") == "0 services");
  CHECK(count_of(1, "service") == "1 service");
  CHECK(count_of(2, "service") == "2 services");
}

TEST_CASE("signals have names both ways") {
  CHECK(signal_name(SIGSEGV) == "SEGV");
  CHECK(signal_name(SIGTERM) == "TERM");
  CHECK(signal_name(SIGIO) == "IO");
  CHECK(signal_name(99) == "signal 99");
  for (const char* name : {"TERM", "SIGTERM", "term", "SigTerm", "15"}) {
    CAPTURE(name);
    CHECK(signal_number(name) == SIGTERM);
  }
  CHECK(signal_number("HUP") == SIGHUP);
  for (const char* name :
       {"", "SIG", "NOSUCH", "0", "-9", "+9", "9 ", "65536", "99999999999999999999", "TERM\n"}) {
    CAPTURE(name);
    CHECK_FALSE(signal_number(name).has_value());
  }
  for (int number = 1; number <= 31; ++number) {
    if (number == SIGSTKFLT) continue;  // has no meaning on Linux
    CHECK(signal_number(signal_name(number)) == number);
  }
}

}  // namespace
}  // namespace mainstay
