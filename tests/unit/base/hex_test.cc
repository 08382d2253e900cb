#include "base/hex.h"

#include <doctest/doctest.h>

#include <string>

namespace mainstay {

TEST_CASE("every byte becomes two digits and comes back") {
  std::string bytes;
  for (int i = 0; i < 256; ++i)
    bytes.push_back(static_cast<char>(i));
  const std::string text = to_hex(bytes);
  CHECK(text.size() == 512);
  CHECK(text.starts_with("000102"));
  CHECK(text.ends_with("fdfeff"));
  CHECK(from_hex(text) == bytes);
  CHECK(is_lower_hex(text));
}

TEST_CASE("digits are read in either case, and nothing else is") {
  CHECK(from_hex("aBfF") == std::string{"\xab\xff"});
  CHECK(from_hex("") == std::string{});
  for (const char* wrong : {"a", "abc", "0g", "g0", " 0", "0x", "+1", "-1"})
    CHECK_FALSE(from_hex(wrong));
}

TEST_CASE("what we write is in lower case") {
  CHECK(is_lower_hex("09af"));
  CHECK_FALSE(is_lower_hex("09AF"));
  CHECK_FALSE(is_lower_hex("0 "));
}

}  // namespace mainstay
