#include "gateway/access/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>

#include "base/hex.h"

namespace mainstay::gateway {

namespace {

using Bytes = std::array<unsigned char, EVP_MAX_MD_SIZE>;

std::string hex_of(const Bytes& digest, unsigned size) {
  return to_hex({reinterpret_cast<const char*>(digest.data()), size});
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  Bytes digest;
  unsigned size = 0;
  const bool done =
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) == 1;
  return done ? hex_of(digest, size) : std::string{};
}

std::string hmac_sha256_hex(std::string_view key, std::string_view bytes) {
  Bytes digest;
  unsigned size = 0;
  const auto* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                          reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                          digest.data(), &size);
  return done != nullptr ? hex_of(digest, size) : std::string{};
}

std::string random_hex(std::size_t bytes) {
  std::string random(bytes, '\0');
  auto* to = reinterpret_cast<unsigned char*>(random.data());
  if (RAND_bytes(to, static_cast<int>(bytes)) != 1) return {};
  return to_hex(random);
}

bool equal_in_constant_time(std::string_view one, std::string_view other) {
  return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

void wipe(std::string& secret) {
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

}  // namespace mainstay::gateway
