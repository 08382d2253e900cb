#include "control/line_buffer.h"

#include <doctest/doctest.h>

#include <string>

namespace mainstay::control {
namespace {

TEST_CASE("lines come out as they were, however the bytes came in") {
  LineBuffer lines(100);
  for (const char c : std::string("one\r\ntwo\n\nthr"))
    lines.append(std::string(1, c));
  CHECK(lines.take_line() == "one");
  CHECK(lines.take_line() == "two");
  CHECK(lines.take_line() == "");
  CHECK_FALSE(lines.take_line());
  CHECK(lines.has_partial());
  lines.append("ee\n");
  CHECK(lines.take_line() == "three");
  CHECK_FALSE(lines.has_partial());
}

TEST_CASE("the limit counts the newline, and a longer line is never given") {
  LineBuffer lines(4);
  lines.append("abc\n");
  CHECK_FALSE(lines.overlong());
  CHECK(lines.take_line() == "abc");
  lines.append("abcd\n");
  CHECK(lines.overlong());
  CHECK_FALSE(lines.take_line());
}

TEST_CASE("a line is too long as soon as its newline can no longer come in time") {
  LineBuffer lines(4);
  lines.append("abc");
  CHECK_FALSE(lines.overlong());
  lines.append("d");
  CHECK(lines.overlong());
}

TEST_CASE("what follows a good line may be too long without harm to it") {
  LineBuffer lines(4);
  lines.append("ab\n" + std::string(1000, 'x'));
  CHECK_FALSE(lines.overlong());
  CHECK(lines.take_line() == "ab");
  CHECK(lines.overlong());
}

}  // namespace
}  // namespace mainstay::control
