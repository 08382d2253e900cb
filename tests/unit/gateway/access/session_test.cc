#include "gateway/access/session.h"

#include <doctest/doctest.h>

#include "gateway/access/digest.h"

using namespace mainstay;
using namespace mainstay::gateway;

namespace {

const std::string kKey(64, 'a');
const Session kSession{"ana.b-c_d", 7, std::string(32, 'f'), 1'764'000'000, 1'764'000'100};

}  // namespace

TEST_CASE("a cookie is read by whoever has the key, and nobody else") {
  const std::string cookie = sign(kSession, kKey);
  CHECK(verify(cookie, kKey) == kSession);
  CHECK(!verify(cookie, std::string(64, 'b')));
  CHECK(!verify(cookie, ""));
  CHECK(!verify(sign(kSession, ""), ""));
}

TEST_CASE("a cookie with any byte changed, left out or added is none") {
  const std::string cookie = sign(kSession, kKey);
  for (std::size_t at = 0; at < cookie.size(); ++at) {
    CAPTURE(at);
    std::string changed = cookie;
    changed[at] = changed[at] == '1' ? '2' : '1';
    CHECK(!verify(changed, kKey));
    CHECK(!verify(cookie.substr(0, at), kKey));
    CHECK(!verify(cookie.substr(at + 1), kKey));
  }
  CHECK(!verify(cookie + "0", kKey));
  CHECK(!verify("", kKey));
  CHECK(!verify(":", kKey));
  CHECK(!verify(std::string(100'000, ':'), kKey));
}

TEST_CASE("the token against forgery is no signature of a cookie") {
  const std::string csrf = csrf_token(kSession, kKey);
  CHECK(csrf.size() == 64);
  CHECK(sign(kSession, kKey).find(csrf) == std::string::npos);
  CHECK(!verify(kSession.id + ":" + csrf, kKey));
  Session renewed = kSession;
  renewed.seen += 1000;
  CHECK(csrf_token(renewed, kKey) == csrf);
}

TEST_CASE("a session ends when it is idle, and for good after a week") {
  const std::int64_t seen = kSession.seen;
  CHECK(!is_over(kSession, seen));
  CHECK(!is_over(kSession, seen + 12 * 3600 - 1));
  CHECK(is_over(kSession, seen + 12 * 3600));
  Session busy = kSession;
  busy.seen = busy.created + 7 * 24 * 3600 - 1;
  CHECK(!is_over(busy, busy.seen));
  CHECK(is_over(busy, busy.seen + 1));
  CHECK(last_end(busy) == busy.seen + 1);
  CHECK(!wants_renewal(kSession, seen + 599));
  CHECK(wants_renewal(kSession, seen + 600));
  CHECK(!is_over(kSession, seen - 3600));  // the clock was put back
}

TEST_CASE("cookies are kept from scripts, other pages, and plain connections") {
  CHECK(cookie_name(false, "9615") == "mainstay-9615");
  CHECK(cookie_name(true, "443") == "__Host-mainstay-443");
  CHECK(set_cookie("mainstay-9615", "v", false) ==
        "mainstay-9615=v; Path=/; HttpOnly; SameSite=Strict");
  CHECK(set_cookie("__Host-mainstay-443", "", true) ==
        "__Host-mainstay-443=; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=0");
}

TEST_CASE("cookies are found among others") {
  using Values = std::vector<std::string_view>;
  CHECK(cookies_named("a=1; m=2;b=3", "m") == Values{"2"});
  CHECK(cookies_named("m=1; m=2", "m") == Values{"1", "2"});
  CHECK(cookies_named("xm=1; mx=2; m; =m; M=3", "m").empty());
  CHECK(cookies_named("", "m").empty());
  CHECK(cookies_named("  m=a=b  ", "m") == Values{"a=b"});
  std::string many;
  for (int i = 0; i < 1000; ++i)
    many += "m=x;";
  CHECK(cookies_named(many, "m").size() == 8);
}

TEST_CASE("digests are those that everybody computes") {
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hmac_sha256_hex("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");  // RFC 4231
  CHECK(random_hex(16).size() == 32);
  CHECK(random_hex(16) != random_hex(16));
  CHECK(equal_in_constant_time("abc", "abc"));
  CHECK(!equal_in_constant_time("abc", "abd"));
  CHECK(!equal_in_constant_time("abc", "ab"));
  CHECK(equal_in_constant_time("", ""));
}
