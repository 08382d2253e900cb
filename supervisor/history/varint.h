// Whole numbers in few bytes: seven bits a byte, the lowest first; the top bit says that more
// follow.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mainstay::history {

inline void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

// Small numbers of either sign become small ones without.
constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

// Reads any bytes. Past the end, or after a number of more than 64 bits, every read gives zero and
// ok() is false: callers check before they believe. Holds no copy of the bytes.
class VarintReader {
 public:
  explicit VarintReader(std::string_view bytes) : left_(bytes) {}

  std::uint64_t next() {
    if (!left_.empty() && static_cast<unsigned char>(left_[0]) < 0x80) {
      const auto value = static_cast<unsigned char>(left_[0]);
      left_.remove_prefix(1);
      return value;
    }
    return long_number();
  }

  // The next `size` bytes, which next() then does not see.
  std::string_view take(std::uint64_t size) {
    if (size > left_.size()) return fail(), std::string_view{};
    const std::string_view taken = left_.substr(0, size);
    left_.remove_prefix(size);
    return taken;
  }

  bool ok() const { return ok_; }
  bool at_end() const { return left_.empty(); }

 private:
  std::uint64_t long_number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !left_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(left_[0]);
      left_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return fail();
  }

  std::uint64_t fail() {
    ok_ = false;
    left_ = {};
    return 0;
  }

  std::string_view left_;
  bool ok_ = true;
};

}  // namespace mainstay::history
