// The pauses between controllers that die, and when it comes to drain mode.
#include "keeper/crash_loop.h"

#include <doctest/doctest.h>

#include <vector>

using mainstay::keeper::CrashLoop;
using mainstay::keeper::CrashPace;
using mainstay::keeper::kSecondNs;

namespace {

constexpr std::int64_t kTenth = kSecondNs / 10;

// Controllers that die so long after they began; returns when the next one is to begin.
std::int64_t die(CrashLoop& loop, std::int64_t began, int times, std::int64_t after) {
  for (; times > 0; --times)
    began = loop.crashed(began, began + after);
  return began;
}

}  // namespace

TEST_CASE("The pauses grow, and one that lasted begins anew") {
  CrashLoop loop{CrashPace{}};
  std::int64_t at = 1000 * kSecondNs;
  for (const std::int64_t pause : {std::int64_t{0}, kTenth, kSecondNs, 5 * kSecondNs}) {
    const std::int64_t next = loop.crashed(at, at + kTenth);
    CHECK(next - (at + kTenth) == pause);
    at = next;
  }
  CHECK_FALSE(loop.drains());
  CHECK(loop.crashed(at, at + 61 * kSecondNs) == at + 61 * kSecondNs);
  CHECK(loop.crashes() == 1);
}

TEST_CASE("Five within a minute lead to drain mode, which begins at once") {
  CrashLoop loop{CrashPace{}};
  const std::int64_t at = die(loop, 1000 * kSecondNs, 4, kTenth);
  CHECK_FALSE(loop.drains());
  CHECK(loop.crashed(at, at + kTenth) == at + kTenth);
  CHECK(loop.drains());
  CHECK(loop.drains_until() == at + kTenth + 60 * kSecondNs);
}

TEST_CASE("Five in more than a minute do not") {
  CrashLoop loop{CrashPace{}};
  die(loop, 1000 * kSecondNs, 20, 20 * kSecondNs);
  CHECK_FALSE(loop.drains());
}

TEST_CASE("One that drains and dies is started again after a pause, and the time goes on") {
  CrashLoop loop{CrashPace{}};
  const std::int64_t at = die(loop, 1000 * kSecondNs, 5, kTenth);
  const std::int64_t until = loop.drains_until();
  CHECK(loop.crashed(at, at + kTenth) == at + kTenth + 5 * kSecondNs);
  CHECK(loop.drains());
  CHECK(loop.drains_until() == until);
  CHECK(loop.crashes() == 5);
}

TEST_CASE("A trial that dies soon leads back for twice as long, up to an hour") {
  CrashLoop loop{CrashPace{}};
  std::int64_t at = die(loop, 1000 * kSecondNs, 5, kTenth);
  std::vector<std::int64_t> minutes;
  for (int i = 0; i < 8; ++i) {
    minutes.push_back((loop.drains_until() - at) / kSecondNs / 60);
    loop.try_again();
    CHECK_FALSE(loop.drains());
    CHECK(loop.on_trial());
    at = loop.crashed(loop.drains_until(), loop.drains_until() + kTenth);
    CHECK(loop.drains());
  }
  CHECK(minutes == std::vector<std::int64_t>{1, 2, 4, 8, 16, 32, 60, 60});
}

TEST_CASE("A trial that lasts ends the loop") {
  CrashLoop loop{CrashPace{}};
  std::int64_t at = die(loop, 1000 * kSecondNs, 5, kTenth);
  loop.try_again();
  CHECK(loop.crashed(at, at + 61 * kSecondNs) == at + 61 * kSecondNs);
  CHECK_FALSE(loop.on_trial());
  CHECK_FALSE(loop.drains());
  CHECK(loop.crashes() == 1);
  at = die(loop, at + 61 * kSecondNs, 4, kTenth);
  CHECK(loop.drains_until() - at == 60 * kSecondNs);
}

TEST_CASE("Without pauses there is no drain mode") {
  CrashLoop loop{CrashPace{.at_once = true}};
  CHECK(die(loop, kSecondNs, 100, kTenth) == kSecondNs + 100 * kTenth);
  CHECK_FALSE(loop.drains());
}
