#include "base/fd.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/result.h"

namespace mainstay {
namespace {

UniqueFd open_null() {
  return UniqueFd{open("/dev/null", O_RDONLY | O_CLOEXEC)};
}

bool is_open(int fd) {
  return fcntl(fd, F_GETFD) != -1;
}

TEST_CASE("a descriptor is closed with its owner") {
  int number = -1;
  {
    const UniqueFd fd = open_null();
    REQUIRE(fd);
    number = fd.get();
    CHECK(is_open(number));
  }
  CHECK_FALSE(is_open(number));
}

TEST_CASE("moving hands the descriptor over, and closes what the target had") {
  UniqueFd first = open_null();
  UniqueFd second = open_null();
  const int kept = first.get();
  const int closed = second.get();
  second = std::move(first);
  CHECK(second.get() == kept);
  CHECK_FALSE(
      static_cast<bool>(first));  // NOLINT: what a moved-from one says is part of the contract
  CHECK_FALSE(is_open(closed));
  UniqueFd& same = second;
  second = std::move(same);
  CHECK(is_open(kept));
}

TEST_CASE("release lets go without closing") {
  UniqueFd fd = open_null();
  const int number = fd.release();
  CHECK_FALSE(static_cast<bool>(fd));
  CHECK(is_open(number));
  close(number);
}

TEST_CASE("closing leaves errno as the failed call before it set it") {
  UniqueFd broken{99999};  // close(2) fails with EBADF
  errno = ENOENT;
  broken.reset();
  CHECK(errno == ENOENT);
}

TEST_CASE("a system error has the reason in words and keeps the number") {
  const Error error = system_error("cannot open /x", EACCES);
  CHECK(error.message == "cannot open /x: permission denied");
  CHECK(error.code == EACCES);
  CHECK(system_error("odd", 12345).message.starts_with("odd: unknown error"));
}

TEST_CASE("a result is a value or an error, a status is success or an error") {
  const Result<int> good = 7;
  CHECK(good.ok());
  CHECK(*good == 7);
  const Result<int> bad = Error{"no", 3};
  CHECK_FALSE(bad);
  CHECK(bad.error().code == 3);
  CHECK(Status{}.ok());
  CHECK(Status{Error{"no"}}.error().message == "no");
}

}  // namespace
}  // namespace mainstay
