#include "control/socket.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <string>

#include "unit/control/temp_folder.h"

namespace mainstay::control {
namespace {

namespace fs = std::filesystem;

mode_t mode_of(const fs::path& path) {
  struct stat found {};
  REQUIRE(lstat(path.c_str(), &found) == 0);
  return found.st_mode & 07777;
}

bool answers(const fs::path& path) {
  UniqueFd fd{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  return connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

std::string refusal(const fs::path& path) {
  const auto made = make_control_socket(path);
  REQUIRE_FALSE(made);
  return made.error().message;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("the socket is private, in a private folder, and closed on exec") {
  const test::TempFolder folder;
  const fs::path path = folder.path() / "a" / "b" / "control.sock";
  const mode_t before = umask(0);
  const auto made = make_control_socket(path);
  CHECK(umask(before) == 0);
  REQUIRE_MESSAGE(made, made.error().message);
  CHECK(mode_of(path) == 0600);
  // Services of root's supervisor may be other users', and pass through it to sockets of theirs.
  const mode_t folder_mode = geteuid() == 0 ? 0711 : 0700;
  CHECK(mode_of(path.parent_path()) == folder_mode);
  CHECK(mode_of(path.parent_path().parent_path()) == folder_mode);
  CHECK((fcntl(made->get(), F_GETFD) & FD_CLOEXEC) != 0);
  CHECK((fcntl(made->get(), F_GETFL) & O_NONBLOCK) != 0);
  CHECK(answers(path));
  remove_control_socket(path);
  CHECK_FALSE(fs::exists(path));
}

TEST_CASE("a socket that nobody answers on is replaced") {
  const test::TempFolder folder;
  const fs::path path = folder.path() / "control.sock";
  { REQUIRE(make_control_socket(path)); }
  REQUIRE(fs::exists(path));
  REQUIRE_FALSE(answers(path));
  const auto made = make_control_socket(path);
  REQUIRE(made);
  CHECK(answers(path));
}

TEST_CASE("a live socket is never taken, even when its queue of connections is full") {
  const test::TempFolder folder;
  const fs::path path = folder.path() / "control.sock";
  const auto live = make_control_socket(path);
  REQUIRE(live);
  CHECK(has(refusal(path), "another supervisor answers there"));
  REQUIRE(listen(live->get(), 0) ==
          0);  // the refused attempt above is still in the queue: it is full
  CHECK(has(refusal(path), "another supervisor answers there"));
  CHECK(fs::exists(path));
}

TEST_CASE("what is not a socket stays where it is") {
  const test::TempFolder folder;
  const fs::path path = folder.path() / "control.sock";
  std::ofstream(path) << "precious";
  CHECK(has(refusal(path), "not a socket"));
  fs::remove(path);
  fs::create_symlink(folder.path() / "elsewhere", path);
  CHECK(has(refusal(path), "not a socket"));
  fs::remove(path);
  fs::create_directory(path);
  CHECK(has(refusal(path), "not a socket"));
  remove_control_socket(path);
  CHECK(fs::exists(path));
}

TEST_CASE("a folder that others may write to is refused") {
  const test::TempFolder folder;
  const fs::path open = folder.path() / "open";
  REQUIRE(mkdir(open.c_str(), 0700) == 0);
  for (const mode_t mode : {mode_t{0770}, mode_t{0702}, mode_t{01777}}) {
    REQUIRE(chmod(open.c_str(), mode) == 0);
    CHECK(has(refusal(open / "control.sock"), "can be written by others"));
  }
  CHECK(fs::is_empty(open));
}

TEST_CASE("a folder that belongs to somebody else is refused") {
  if (geteuid() != 0) {
    MESSAGE("skipped: only root can give a folder away");
    return;
  }
  const test::TempFolder folder;
  const fs::path foreign = folder.path() / "foreign";
  REQUIRE(mkdir(foreign.c_str(), 0700) == 0);
  REQUIRE(chown(foreign.c_str(), 65534, 65534) == 0);
  CHECK(has(refusal(foreign / "control.sock"), "belongs to user 65534"));
}

TEST_CASE("a path that no socket can have is refused with its length") {
  const test::TempFolder folder;
  const std::string base = folder.path().native() + "/";
  const fs::path longest = base + std::string(107 - base.size(), 'x');
  CHECK(make_control_socket(longest));
  const std::string message = refusal(longest.native() + "x");
  CHECK(has(message, "the path has 108 bytes, at most 107"));
  CHECK(has(refusal(""), "not a path"));
}

TEST_CASE("a file in the place of the folder is named") {
  const test::TempFolder folder;
  std::ofstream(folder.path() / "file") << "x";
  CHECK(has(refusal(folder.path() / "file" / "control.sock"), "cannot open the folder"));
  CHECK(has(refusal(folder.path() / "file" / "deeper" / "control.sock"), "cannot make the folder"));
}

}  // namespace
}  // namespace mainstay::control
