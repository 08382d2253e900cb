#include "gateway/access/throttle.h"

#include <doctest/doctest.h>

#include <string>

using namespace mainstay;
using namespace mainstay::gateway;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

const MonoTime kStart{std::chrono::hours{1}};

void fail(Throttle& throttle, const std::string& address, const std::string& user, int times,
          MonoTime now = kStart) {
  for (int i = 0; i < times; ++i)
    throttle.failed(address, user, now);
}

}  // namespace

TEST_CASE("the first failures are free, then the wait doubles up to five minutes") {
  Throttle throttle;
  fail(throttle, "10.0.0.1", "ana", 4);
  CHECK(throttle.wait("10.0.0.1", "ana", kStart) == Duration{0});
  for (const int expected : {1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300}) {
    fail(throttle, "10.0.0.1", "ana", 1);
    CHECK(throttle.wait("10.0.0.1", "ana", kStart) == seconds{expected});
  }
  CHECK(throttle.wait("10.0.0.1", "ana", kStart + seconds{299}) == seconds{1});
  CHECK(throttle.wait("10.0.0.1", "ana", kStart + seconds{301}) == Duration{0});
}

TEST_CASE("an address that guesses at many users waits for all of them") {
  Throttle throttle;
  for (int i = 0; i < 6; ++i)
    fail(throttle, "10.0.0.1", "user" + std::to_string(i), 1);
  CHECK(throttle.wait("10.0.0.1", "somebody", kStart) == seconds{2});
  CHECK(throttle.wait("10.0.0.2", "user0", kStart) == Duration{0});
}

TEST_CASE("many addresses that guess at one user wait together") {
  Throttle throttle;
  for (int i = 0; i < 20; ++i)
    fail(throttle, "10.0.0." + std::to_string(i), "ana", 1);
  CHECK(throttle.wait("10.0.0.1", "ana", kStart) == minutes{5});
  CHECK(throttle.wait("10.0.0.1", "bob", kStart) == Duration{0});
}

TEST_CASE("others' failures never keep somebody out who has not failed") {
  Throttle throttle;
  fail(throttle, "10.0.0.1", "ana", 1000);
  CHECK(throttle.wait("192.168.0.5", "ana", kStart) == Duration{0});
  fail(throttle, "192.168.0.5", "ana", 1);
  CHECK(throttle.wait("192.168.0.5", "ana", kStart) == minutes{5});
}

TEST_CASE("who knows one password has no free guesses at the others") {
  Throttle throttle;
  fail(throttle, "10.0.0.1", "ana", 6);
  throttle.succeeded("bob");
  CHECK(throttle.wait("10.0.0.1", "ana", kStart) == seconds{2});
  throttle.succeeded("ana");
  CHECK(throttle.wait("10.0.0.1", "ana", kStart) == seconds{2});
  CHECK(throttle.wait("10.0.0.2", "ana", kStart) == Duration{0});
}

TEST_CASE("after a quarter of an hour without failures all is forgotten") {
  Throttle throttle;
  fail(throttle, "10.0.0.1", "ana", 100);
  const MonoTime later = kStart + minutes{15};
  CHECK(throttle.wait("10.0.0.1", "ana", later) == Duration{0});
  fail(throttle, "10.0.0.1", "ana", 1, later);
  CHECK(throttle.wait("10.0.0.1", "ana", later) == Duration{0});
}

TEST_CASE("the table has an end, and forgets the oldest") {
  Throttle throttle;
  fail(throttle, "10.0.0.1", "ana", 10, kStart);
  for (int i = 0; i < 5000; ++i)
    throttle.failed("address" + std::to_string(i), "user" + std::to_string(i),
                    kStart + std::chrono::milliseconds{i});
  CHECK(throttle.size() == 2 * Throttle::kMost);
  CHECK(throttle.wait("10.0.0.1", "ana", kStart) == Duration{0});
}

TEST_CASE("an IPv6 network counts as one address") {
  CHECK(throttled_as("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64");
  CHECK(throttled_as("2001:db8:1:2::") == throttled_as("2001:db8:1:2:ffff::1"));
  CHECK(throttled_as("2001:db8:1:3::1") != throttled_as("2001:db8:1:2::1"));
  CHECK(throttled_as("::ffff:10.0.0.1") == "10.0.0.1");
  CHECK(throttled_as("10.0.0.1") == "10.0.0.1");
  CHECK(throttled_as("::1") == "::1");
}
