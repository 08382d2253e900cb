// The small grammars: regular expressions, conditions, addresses.
#include <doctest/doctest.h>

#include "config/addresses.h"
#include "config/condition.h"
#include "config/pattern.h"

namespace mainstay::config::test {

TEST_CASE("regular expressions that run in linear time are accepted") {
  for (const char* good :
       {"a", "^ok$", "(a|b)+", "[a-z_]*\\d{2,5}", "(?:x)?", "\\.\\[\\]", "a{3}", "a{3,}", "[]a]",
        "[^]]", "\\bword\\b", "a??b*?", "é+", "()", "a|", "[a\\]b-]"}) {
    CAPTURE(good);
    CHECK(problem_of_pattern(good) == "");
  }
}

TEST_CASE("regular expressions that are wrong or dangerous are refused") {
  for (const char* bad : {"",      "(",       "(a",     "a)",     "[a",      "*a",   "a**",
                          "+",     "a{",      "a{2",    "a{3,2}", "a{9999}", "a{x}", "\\",
                          "(?=a)", "(?<n>a)", "(a)\\1", "\\q",    "[b-a]",   "^*",   "(|*)"}) {
    CAPTURE(bad);
    CHECK(problem_of_pattern(bad) != "");
  }
  CHECK(problem_of_pattern(std::string(1001, 'a')) != "");
  CHECK(problem_of_pattern(std::string(100, '(') + std::string(100, ')')) != "");
}

TEST_CASE("conditions of alert rules have a metric, an operator and a threshold") {
  for (const char* good :
       {"host-cpu > 80%", "queue_size{queue=default} > 1000", "x>=1", "log-errors > 20/h",
        "mem < 512M", "age != 5m", "a{b=\"c\",d=e} == 0.5", "x <= -1", "latency > 250ms"}) {
    CAPTURE(good);
    CHECK(problem_of_condition(good) == "");
  }
  for (const char* bad : {"", "x", "x >", "> 1", "x > y", "x >> 1", "x = 1", "x{ > 1", "x{a} > 1",
                          "1x > 2", "x > 1 and y", "x > 80 %", "a b > 1", "x > nan%%"}) {
    CAPTURE(bad);
    CHECK(problem_of_condition(bad) != "");
  }
}

TEST_CASE("addresses are checked in full") {
  CHECK(problem_of_host_port("127.0.0.1:80", false) == "");
  CHECK(problem_of_host_port("[::1]:80", false) == "");
  CHECK(problem_of_host_port("db.internal:5432", false) == "");
  CHECK(problem_of_host_port("80", true) == "");
  for (const char* bad :
       {"80", ":80", "a:", "a:0", "a:65536", "a:-1", "a b:1", "[::1", "[x]:1", "a:1x", ""}) {
    CAPTURE(bad);
    CHECK(problem_of_host_port(bad, false) != "");
  }
  for (const char* good : {"http://a", "https://a.b:1/c?d#e", "http://u:p@a/", "http://[::1]:80/x",
                           "http://unix:/run/app.sock:/health", "https://unix:/run/app.sock"}) {
    CAPTURE(good);
    CHECK(problem_of_url(good) == "");
  }
  for (const char* bad : {"a", "ftp://a", "http://", "http:///x", "http://a b", "http://a\n",
                          "http://a:99999/", "HTTP", "http://unix:/", "http://unix:/run/a.sock:x",
                          "unix:/run/a.sock", "http://unix:/run/a b.sock:/"}) {
    CAPTURE(bad);
    CHECK(problem_of_url(bad) != "");
  }
  CHECK(problem_of_url("http://unix:/" + std::string(107, 'x') + ":/").find("107 bytes") !=
        std::string::npos);
  CHECK(problem_of_listen("tcp://0.0.0.0:80") == "");
  CHECK(problem_of_listen("unix:///run/x.sock") == "");
  CHECK(problem_of_listen("unix://x.sock") != "");
  CHECK(problem_of_listen("tcp://:80") != "");
  CHECK(problem_of_listen("unix:///" + std::string(200, 'x')) != "");
  CHECK(problem_of_mail_address("a@b") == "");
  for (const char* bad : {"a", "@b", "a@", "a@b@c", "a b@c", "a@b\r\nBcc: d@e"})
    CHECK(problem_of_mail_address(bad) != "");
  CHECK(is_loopback("127.0.0.1:1"));
  CHECK(is_loopback("localhost:1"));
  CHECK_FALSE(is_loopback("0.0.0.0:1"));
}

}  // namespace mainstay::config::test
