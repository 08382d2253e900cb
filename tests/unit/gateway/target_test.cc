#include "gateway/outgoing/target.h"

#include <doctest/doctest.h>

using namespace mainstay;
using gateway::Target;
using gateway::target_of;

namespace {

Target target(const std::string& url) {
  auto found = target_of(url);
  REQUIRE(found.ok());
  return *found;
}

}  // namespace

TEST_CASE("A URL says where to connect and whether a name has to be looked up") {
  CHECK(target("http://127.0.0.1:8000/health").shown == "127.0.0.1:8000");
  CHECK(target("http://db.internal").shown == "db.internal:80");
  CHECK(target("https://db.internal?x").shown == "db.internal:443");
  CHECK(target("http://[::1]:81/").shown == "[::1]:81");
  CHECK(target("http://[::1]").shown == "[::1]:80");
  CHECK(target("http://127.0.0.1:8000/http://x@y:z/").port == 8000);
  CHECK(target("http://db.internal").needs_lookup);
  for (const char* url :
       {"http://127.0.0.1/", "http://[fe80::1]/", "http://localhost:1/", "http://a.localhost/"}) {
    CAPTURE(std::string{url});
    CHECK_FALSE(target(url).needs_lookup);
  }
}

TEST_CASE("User and password are not shown") {
  const Target found = target("http://user:se@cret@127.0.0.1:8000/");
  CHECK(found.shown == "127.0.0.1:8000");
  CHECK(found.url == "http://user:se@cret@127.0.0.1:8000/");
  CHECK(target_of("http://user:secret@/").error().message.find("secret") == std::string::npos);
}

TEST_CASE("A socket is asked as localhost") {
  const Target found = target("https://unix:/run/app.sock:/health");
  CHECK(found.url == "https://localhost/health");
  CHECK(found.socket_path == "/run/app.sock");
  CHECK(found.shown == "/run/app.sock");
  CHECK_FALSE(found.needs_lookup);
  CHECK(target_of("http://unix:/" + std::string(107, 'x') + ":/")
            .error()
            .message.find("longer than 107") != std::string::npos);
}

TEST_CASE("What is no URL is refused") {
  for (const char* url : {"", "http://", "https:///x", "file:///etc/passwd", "http://a b/",
                          "http://a:0/", "http://a:65536/", "http://a:1:2/", "http://[::1/",
                          "http://[::1]x/", "http://[a]/", "http://a\xff/", "HTTP://a/"}) {
    CAPTURE(std::string{url});
    CHECK_FALSE(target_of(url).ok());
  }
}
