// Texts that differ only in what changes from time to time are the same.
#include "logs/fold.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace mainstay::logs;

namespace {

std::string path(std::string_view target) {
  std::string out;
  append_folded_path(out, target);
  return out;
}

}  // namespace

TEST_CASE("numbers, ids, addresses, paths and times of a message are folded") {
  struct Case {
    std::string_view text;
    std::string_view folded;
  };
  for (const Case& c : {
           Case{"user 17 not found", "user <n> not found"},
           Case{"took 12ms, 3.5 s, 80% and 1,234,567 bytes",
                "took <n>ms, <n> s, <n>% and <n> bytes"},
           Case{"order 550e8400-e29b-41d4-a716-446655440000 lost", "order <uuid> lost"},
           Case{"at 0x7ffee3b0 in deadbeef01", "at <hex> in <hex>"},
           Case{"dial tcp 10.0.0.3:5432: refused", "dial tcp <addr>: refused"},
           Case{"from [2001:db8::17]:443", "from [<addr>]:<n>"},
           Case{"cannot open /srv/app/data/17.json: no", "cannot open <path>: no"},
           Case{"cannot open C:\\srv\\x9.txt", "cannot open <path>"},
           Case{"in logs/2026/x.log", "in <path>"},
           Case{"I/O error and/or worse", "I/O error and/or worse"},
           Case{"mail to bob7@example.org failed", "mail to <email> failed"},
           Case{"GET https://api.example.org/v1/users/17 failed",
                "GET https://api.example.org/<path> failed"},
           Case{"worker-3 of pool2 on req-8f3a2c1d", "worker-<n> of pool<n> on req-<hex>"},
           Case{"request a1b2c3 dropped", "request <id> dropped"},
           Case{"std::bad_alloc", "std::bad_alloc"},
           Case{"  white \t space\r", "white space"},
           Case{"", ""},
       }) {
    CHECK(fold_message(c.text) == c.folded);
  }
}

TEST_CASE("what stands between quotes is folded, an apostrophe is no quote") {
  CHECK(fold_message("KeyError: 'user_17'") == "KeyError: '\u2026'");
  CHECK(fold_message(R"(no "such \" thing" here)") == "no \"\u2026\" here");
  CHECK(fold_message("it can't find the user's file") == "it can't find the user's file");
  CHECK(fold_message("can't open 'x'") == "can't open '\u2026'");
  CHECK(fold_message("an open \" stays") == "an open \" stays");
  CHECK(fold_message("empty ''") == "empty ''");
}

TEST_CASE("the time at the beginning goes, whatever its form") {
  for (const std::string_view time :
       {"2026-11-22 10:00:00,123 ", "2026-11-22T10:00:00.123Z ", "[2026-11-22 10:00:00] ",
        "[22/Nov/2026:10:00:00 +0000] ", "2026/11/22 10:00:00 ", "10:00:00.5 | ", "22.11.2026 "}) {
    INFO(std::string{time});
    CHECK(fold_message(std::string{time} + "ERROR boom") == "ERROR boom");
  }
  CHECK(fold_message("\x1b[31mERROR\x1b[0m boom") == "ERROR boom");
  CHECK(fold_message("restarted at 10:00:00") == "restarted at <time>");
}

TEST_CASE("a folded text is short and whole characters") {
  std::string umlauts;
  for (int i = 0; i < 1000; ++i)
    umlauts += "\xc3\xbc ";
  const std::string folded = fold_message(umlauts);
  CHECK(folded.size() <= kFoldedTo);
  CHECK(folded.ends_with("\u2026"));
  CHECK(fold_message(std::string(100'000, 'x')).size() <= kFoldedTo);
}

TEST_CASE("paths lose their query and what changes in them") {
  CHECK(path("/users/17/orders?page=2") == "/users/<n>/orders");
  CHECK(path("/api/v1/items/550e8400-e29b-41d4-a716-446655440000") == "/api/v1/items/<uuid>");
  CHECK(path("/files/report-2026.pdf#x") == "/files/report-<n>.pdf");
  CHECK(path("/a/0123456789abcdef0123456789abcdef") == "/a/<hex>");
  CHECK(path("/t/" + std::string(200, 'y')) == "/t/<id>");
  CHECK(path("https://shop.example.org/x/1") == "/x/<n>");
  CHECK(path("https://shop.example.org") == "/");
  CHECK(path("/") == "/");
  std::string deep;
  for (int i = 0; i < 100; ++i)
    deep += "/a";
  CHECK(path(deep).ends_with("/\u2026"));
}
