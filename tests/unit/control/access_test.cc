// Who may use the control socket.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/control/rig.h"

namespace mainstay::test {
namespace {

TEST_CASE("only the owner and root get in") {
  CHECK(control::Server::level_of(0, 1000) == AccessLevel::Admin);
  CHECK(control::Server::level_of(1000, 1000) == AccessLevel::Admin);
  CHECK_FALSE(control::Server::level_of(1001, 1000));
}

TEST_CASE("another user is told so and closed, even when the socket's mode lets him connect") {
  if (geteuid() != 0) {
    MESSAGE("skipped: only root can become somebody else");
    return;
  }
  Rig rig;
  REQUIRE(chmod(rig.folder().c_str(), 0711) == 0);
  REQUIRE(chmod(rig.socket_path().c_str(), 0666) == 0);
  REQUIRE(seteuid(65534) == 0);
  Peer stranger(rig);
  REQUIRE(seteuid(0) == 0);
  CHECK(stranger.next()["error"]["data"]["code"] == "denied");
  CHECK(stranger.is_closed());
  CHECK(rig.server->clients() == 0);
}

}  // namespace
}  // namespace mainstay::test
