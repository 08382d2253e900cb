#include "history/gathering.h"

#include <doctest/doctest.h>

#include "history/span.h"

namespace mainstay::history {

namespace {
constexpr std::int64_t kSecond = 1'000'000;
}

TEST_CASE("points come in order, whatever order they were added in") {
  Gathering gathering{{0, 100 * kSecond, 0, 10}};
  gathering.add(20 * kSecond, 2, 3, 1);
  gathering.add(10 * kSecond, 1, 1, 1);
  gathering.add(100 * kSecond, 9, 9, 1);
  gathering.add(-1, 9, 9, 1);
  const auto points = gathering.take();
  REQUIRE(points.size() == 2);
  CHECK(points[0].mean == 1);
  CHECK(points[1].at == wall_of(20 * kSecond));
  CHECK(points[1].max == 3);
  CHECK(gathering.take().empty());
}

TEST_CASE("a mean is of all samples, a maximum may be below zero") {
  Gathering gathering{{5 * kSecond, 55 * kSecond, 30 * kSecond, 10}};
  gathering.add(1 * kSecond, -4, -2, 3);
  gathering.add(29 * kSecond, -8, -8, 1);
  gathering.add(59 * kSecond, 1, 1, 1);
  const auto points = gathering.take();
  REQUIRE(points.size() == 2);
  CHECK(points[0].at == wall_of(0));
  CHECK(points[0].mean == -5);
  CHECK(points[0].max == -2);
  CHECK(points[1].at == wall_of(30 * kSecond));
}

TEST_CASE("one point too many makes them wider apart, for this series alone") {
  Gathering gathering{{0, 100 * kSecond, 0, 11}};
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 12; ++i)
      gathering.add(i * kSecond, i, i, 1);
    CHECK(gathering.step() == 10 * kSecond);
    const auto points = gathering.take();
    REQUIRE(points.size() == 2);
    CHECK(points[0].mean == 4.5);
    CHECK(points[1].max == 11);
    CHECK(gathering.step() == 0);
  }
}

TEST_CASE("a step is widened to one that people read easily") {
  const auto step = [](std::int64_t length, std::int64_t step_, std::size_t most) {
    const Frame frame = Frame{7 * kSecond, (7 + length) * kSecond, step_ * kSecond, most}.fitted();
    CHECK((frame.to - frame.from) / frame.step <= static_cast<std::int64_t>(most));
    CHECK(frame.from <= 7 * kSecond);
    CHECK(frame.to >= (7 + length) * kSecond);
    return frame.step / kSecond;
  };
  CHECK(step(3600, 7, 1000) == 7);
  CHECK(step(3600, 1, 100) == 60);
  CHECK(step(30 * 86400, 1, 300) == 3 * 3600);
  CHECK(step(100L * 365 * 86400, 1, 300) == 18L * 604800);
  CHECK(Frame{0, kSecond, 0, 5}.fitted().step == 0);
}

}  // namespace mainstay::history
