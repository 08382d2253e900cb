#include <doctest/doctest.h>

#include "base/text.h"

namespace mainstay {

TEST_CASE("base64 is that of RFC 4648, section 10") {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    CHECK(to_base64(plain) == coded);
    CHECK(from_base64(coded) == plain);
  }
}

TEST_CASE("base64 brings every byte back, and refuses what is none") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte)
    all.push_back(static_cast<char>(byte));
  CHECK(from_base64(to_base64(all)) == all);
  for (const char* bad : {"Z", "Zg=", "Zg", "Z===", "====", "Zm9v!A==", "Zg==Zg=="}) {
    CAPTURE(bad);
    CHECK_FALSE(from_base64(bad));
  }
}

TEST_CASE("UTF-8 is recognised") {
  CHECK(is_valid_utf8(""));
  CHECK(is_valid_utf8("é€😀"));
  CHECK_FALSE(is_valid_utf8("a\xff"));
  CHECK_FALSE(is_valid_utf8("\xc3"));
}

}  // namespace mainstay
