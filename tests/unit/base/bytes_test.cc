#include "base/bytes.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace mainstay {
namespace {

using namespace std::chrono_literals;

std::string sample() {
  Encoder out;
  out.u8(0xff);
  out.u32(0xdeadbeef);
  out.u64(0x0123456789abcdef);
  out.i64(std::numeric_limits<std::int64_t>::min());
  out.flag(true);
  out.text(std::string_view("a\0b", 3));
  out.duration(-5s);
  out.mono(MonoTime{7s});
  out.wall(WallTime{9s});
  return out.take();
}

TEST_CASE("what was written is read back") {
  const std::string bytes = sample();
  Decoder in{bytes};
  CHECK(in.u8() == 0xff);
  CHECK(in.u32() == 0xdeadbeef);
  CHECK(in.u64() == 0x0123456789abcdef);
  CHECK(in.i64() == std::numeric_limits<std::int64_t>::min());
  CHECK(in.flag());
  CHECK(in.text() == std::string("a\0b", 3));
  CHECK(in.duration() == -5s);
  CHECK(in.mono() == MonoTime{7s});
  CHECK(in.wall() == WallTime{9s});
  CHECK(in.ok());
  CHECK(in.at_end());
}

TEST_CASE("numbers are little-endian on every machine") {
  Encoder out;
  out.u32(0x01020304);
  CHECK(out.bytes() == std::string("\x04\x03\x02\x01", 4));
}

TEST_CASE("bytes that end early read as zero, and that is noticed, wherever they end") {
  const std::string bytes = sample();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CAPTURE(length);
    Decoder in{std::string_view{bytes}.substr(0, length)};
    static_cast<void>(in.u8());
    static_cast<void>(in.u32());
    static_cast<void>(in.u64());
    static_cast<void>(in.i64());
    static_cast<void>(in.flag());
    static_cast<void>(in.text());
    static_cast<void>(in.duration());
    static_cast<void>(in.mono());
    CHECK(in.wall() == WallTime{});
    CHECK_FALSE(in.ok());
  }
}

TEST_CASE("a length that lies allocates nothing and fails") {
  Encoder out;
  out.u32(0xffffffff);
  Decoder in{out.bytes()};
  CHECK(in.text().empty());
  CHECK_FALSE(in.ok());
}

TEST_CASE("after a failure every read is zero, also where bytes are left") {
  Encoder out;
  out.u32(100);
  out.u64(~std::uint64_t{0});
  Decoder in{out.bytes()};
  CHECK(in.text().empty());
  CHECK(in.u8() == 0);
  CHECK_FALSE(in.ok());
}

TEST_CASE("CRC-32 has the standard's check value") {
  CHECK(crc32_of("123456789") == 0xcbf43926);
  CHECK(crc32_of("") == 0);
}

}  // namespace
}  // namespace mainstay
