#include "base/sha256.h"

#include <doctest/doctest.h>

#include <string>

#include "base/hex.h"

namespace mainstay {

namespace {

std::string hex_digest(std::string_view bytes) {
  return to_hex(bytes_of(sha256(bytes)));
}

}  // namespace

// The examples of FIPS 180-2, appendix B, and the empty message of NIST's vectors.
TEST_CASE("SHA-256 gives what its standard says") {
  CHECK(hex_digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex_digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex_digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(hex_digest(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("pieces have the digest of the whole") {
  const std::string whole(1000, 'x');
  for (const std::size_t cut : {0U, 1U, 63U, 64U, 65U, 999U, 1000U}) {
    Sha256 pieces;
    pieces.add(std::string_view{whole}.substr(0, cut)).add(std::string_view{whole}.substr(cut));
    CHECK(pieces.finish() == sha256(whole));
  }
  CHECK(bytes_of(sha256(whole)).size() == kSha256Size);
}

}  // namespace mainstay
