// The page's files as responses.
#include <doctest/doctest.h>

#include <array>

#include "gateway/api/assets.h"
#include "unit/gateway/api/api_fixture.h"

using namespace mainstay;
using namespace mainstay::gateway;

namespace {

constexpr std::array<unsigned char, 3> kPlain{'a', 'b', 'c'};
constexpr std::array<unsigned char, 2> kSmall{0x1f, 0x8b};
const std::array kFiles{Asset{"/", "text/html; charset=utf-8", kPlain, kSmall, "\"1\""},
                        Asset{"/assets/x.svg", "image/svg+xml", kPlain, {}, "\"2\""}};

std::string header(const ApiResponse& response, const std::string& name) {
  for (const auto& [each, value] : response.headers) {
    if (each == name) return value;
  }
  return "";
}

}  // namespace

TEST_CASE("a file is sent compressed to who takes it") {
  const auto plain = asset_response(kFiles, "/", false, "");
  CHECK(plain.body == "abc");
  CHECK(plain.type == "text/html; charset=utf-8");
  CHECK(header(plain, "Content-Encoding").empty());
  CHECK(header(plain, "Vary") == "Accept-Encoding");
  const auto small = asset_response(kFiles, "/", true, "");
  CHECK(small.body == "\x1f\x8b");
  CHECK(header(small, "Content-Encoding") == "gzip");
  CHECK(asset_response(kFiles, "/assets/x.svg", true, "").body == "abc");
}

TEST_CASE("who has it is told so") {
  for (const char* tags : {"\"1\"", "\"0\", \"1\"", "W/\"1\"", "*"}) {
    const auto response = asset_response(kFiles, "/", true, tags);
    CHECK_MESSAGE(response.status == 304, tags);
    CHECK(response.body.empty());
    CHECK(header(response, "ETag") == "\"1\"");
  }
  CHECK(asset_response(kFiles, "/", true, "\"10\"").status == 200);
  CHECK(asset_response(kFiles, "/assets/../x.svg", true, "").status == 404);
}

TEST_CASE_FIXTURE(ApiFixture, "the page is served to everybody who asks by our name") {
  const auto page = ask("/?x=1", {{"accept-encoding", "gzip, br"}});
  CHECK(page->status() == 200);
  CHECK(page->header("Content-Type").starts_with("text/html"));
  CHECK(page->header("Cache-Control") == "no-cache");
  const auto again = ask("/", {{"if-none-match", page->header("ETag")}});
  CHECK(again->status() == 304);
  CHECK(again->body().empty());
  CHECK(ask("/assets/nothing.js")->status() == 404);
}
