// Length-prefixed little-endian binary, for state and for messages between our own processes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"

namespace mainstay {

// Appends to a growing string; never fails.
class Encoder {
 public:
  void u8(std::uint8_t v) { out_.push_back(static_cast<char>(v)); }
  void u32(std::uint32_t v) { fixed(v, 4); }
  void u64(std::uint64_t v) { fixed(v, 8); }
  void i64(std::int64_t v) { u64(static_cast<std::uint64_t>(v)); }
  void flag(bool v) { u8(v ? 1 : 0); }
  void text(std::string_view v);  // u32 length, then the bytes
  void duration(Duration v) { i64(v.count()); }
  void mono(MonoTime v) { duration(v.since_boot); }
  void wall(WallTime v) { duration(v.since_epoch); }

  const std::string& bytes() const { return out_; }
  std::string take() { return std::move(out_); }

 private:
  void fixed(std::uint64_t v, int bytes);

  std::string out_;
};

// Reads what Encoder wrote. Past the end, or after a length that does not fit, every read gives
// zero and ok() is false: callers check once, at the end. Holds no copy of the bytes.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : left_(bytes) {}

  std::uint8_t u8() { return static_cast<std::uint8_t>(fixed(1)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(fixed(4)); }
  std::uint64_t u64() { return fixed(8); }
  std::int64_t i64() { return static_cast<std::int64_t>(fixed(8)); }
  bool flag() { return u8() != 0; }
  std::string text();
  Duration duration() { return Duration{i64()}; }
  MonoTime mono() { return {duration()}; }
  WallTime wall() { return {duration()}; }

  bool ok() const { return ok_; }
  bool at_end() const { return left_.empty(); }

 private:
  std::uint64_t fixed(std::size_t bytes);

  std::string_view left_;
  bool ok_ = true;
};

// CRC-32 (ISO 3309, as in zlib) of `bytes`.
std::uint32_t crc32_of(std::string_view bytes);

}  // namespace mainstay
