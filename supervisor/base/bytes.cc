#include "base/bytes.h"

#include <zlib.h>

namespace mainstay {

void Encoder::fixed(std::uint64_t v, int bytes) {
  for (int i = 0; i < bytes; ++i)
    out_.push_back(static_cast<char>(v >> (8 * i) & 0xff));
}

void Encoder::text(std::string_view v) {
  u32(static_cast<std::uint32_t>(v.size()));
  out_.append(v);
}

std::uint64_t Decoder::fixed(std::size_t bytes) {
  if (!ok_ || left_.size() < bytes) {
    ok_ = false;
    return 0;
  }
  std::uint64_t v = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    v |= static_cast<std::uint64_t>(static_cast<unsigned char>(left_[i])) << (8 * i);
  }
  left_.remove_prefix(bytes);
  return v;
}

std::string Decoder::text() {
  const std::uint32_t length = u32();
  if (!ok_ || left_.size() < length) {
    ok_ = false;
    return {};
  }
  std::string v{left_.substr(0, length)};
  left_.remove_prefix(length);
  return v;
}

std::uint32_t crc32_of(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

}  // namespace mainstay
