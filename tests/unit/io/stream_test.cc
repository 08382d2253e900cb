#include "io/stream.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mainstay::io {
namespace {

struct StreamEnds {
  UniqueFd near;
  UniqueFd far;
};

StreamEnds make_stream_ends() {
  signal(SIGPIPE, SIG_IGN);  // as in every program that uses streams
  int ends[2] = {-1, -1};
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  return {UniqueFd{ends[0]}, UniqueFd{ends[1]}};
}

// A listening socket in a folder of its own.
class ListeningSocket {
 public:
  ListeningSocket() {
    REQUIRE(mkdtemp(folder_) != nullptr);
    address_.sun_family = AF_UNIX;
    const std::string path = std::string{folder_} + "/s";
    std::memcpy(address_.sun_path, path.c_str(), path.size() + 1);
    fd_ = UniqueFd{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    REQUIRE(bind(fd_.get(), reinterpret_cast<sockaddr*>(&address_), sizeof address_) == 0);
    REQUIRE(listen(fd_.get(), 128) == 0);
  }
  ~ListeningSocket() {
    unlink(address_.sun_path);
    rmdir(folder_);
  }

  UniqueFd take() { return std::move(fd_); }
  UniqueFd connect_to() const {
    UniqueFd client{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    REQUIRE(connect(client.get(), reinterpret_cast<const sockaddr*>(&address_), sizeof address_) ==
            0);
    return client;
  }

 private:
  char folder_[32] = "/tmp/mainstay-io-XXXXXX";
  sockaddr_un address_{};
  UniqueFd fd_;
};

TEST_CASE("a stream reads what comes, in order, and then the end, once") {
  Loop loop;
  StreamEnds sockets = make_stream_ends();
  Stream stream{loop, std::move(sockets.near)};
  std::string got;
  int ends = 0;
  stream.start_reading([&](std::string_view piece) { got += piece; }, [&] { ++ends; });
  const std::string sent(100'000, 'x');
  REQUIRE(write(sockets.far.get(), sent.data(), sent.size()) == static_cast<ssize_t>(sent.size()));
  sockets.far.reset();
  loop.run();
  CHECK(got == sent);
  CHECK(ends == 1);
}

TEST_CASE(
    "a stream writes in order, more than the socket takes at once, and tells when it is out") {
  Loop loop;
  StreamEnds sockets = make_stream_ends();
  Stream stream{loop, std::move(sockets.near)};
  Stream reader{loop, std::move(sockets.far)};
  const std::string big(3'000'000, 'b');
  std::vector<int> written;
  stream.write("first ", [&] { written.push_back(1); });
  stream.write(big, [&] { written.push_back(2); });
  stream.write(" last", [&] { written.push_back(3); });
  CHECK(stream.queued_bytes() > 0);
  std::string got;
  const std::string want = "first " + big + " last";
  reader.start_reading(
      [&](std::string_view piece) {
        got += piece;
        if (got.size() == want.size()) reader.stop_reading();
      },
      [] {});
  loop.run();
  CHECK(got == want);
  CHECK(written == std::vector<int>{1, 2, 3});
  CHECK(stream.queued_bytes() == 0);
}

TEST_CASE("a reader that stops gets nothing more until it starts again") {
  Loop loop;
  StreamEnds sockets = make_stream_ends();
  Stream stream{loop, std::move(sockets.near)};
  std::string got;
  const auto read_some = [&] {
    stream.start_reading(
        [&](std::string_view piece) {
          got += piece;
          stream.stop_reading();
        },
        [] {});
  };
  read_some();
  REQUIRE(write(sockets.far.get(), "a", 1) == 1);
  loop.run();
  REQUIRE(write(sockets.far.get(), "b", 1) == 1);
  loop.run();
  CHECK(got == "a");
  read_some();
  loop.run();
  CHECK(got == "ab");
}

TEST_CASE("a stream may be destroyed by what it tells: data, its end, a write") {
  Loop loop;
  for (const std::string how : {"data", "end", "written"}) {
    CAPTURE(how);
    StreamEnds sockets = make_stream_ends();
    auto stream = std::make_unique<Stream>(loop, std::move(sockets.near));
    int calls = 0;
    const auto destroy = [&] {
      ++calls;
      stream.reset();
    };
    if (how == "data") REQUIRE(write(sockets.far.get(), "x", 1) == 1);
    if (how == "end") sockets.far.reset();
    if (how == "written") stream->write("x", destroy);
    stream->start_reading([&](std::string_view) { destroy(); }, destroy);
    loop.run();
    CHECK(calls == 1);
    CHECK_FALSE(stream);
  }
}

TEST_CASE("a stream that is destroyed says nothing more, whatever was under way") {
  Loop loop;
  StreamEnds sockets = make_stream_ends();
  int calls = 0;
  {
    Stream stream{loop, std::move(sockets.near)};
    stream.start_reading([&](std::string_view) { ++calls; }, [&] { ++calls; });
    stream.write(std::string(5'000'000, 'x'), [&] { ++calls; });
    REQUIRE(write(sockets.far.get(), "x", 1) == 1);
  }
  loop.run();
  CHECK(calls == 0);
}

// For ThreadSanitizer, to whom one number seemed to be used by both.
TEST_CASE("a worker may get the number of a stream at the moment it is closed") {
  Loop loop;
  std::atomic<bool> enough = false;
  std::atomic<int> opened = 0;
  loop.in_worker(
      [&] {
        while (!enough) {
          const UniqueFd root{open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
          if (root) ++opened;
        }
      },
      [] {});
  while (opened < 2000) {
    StreamEnds sockets = make_stream_ends();
    Stream stream{loop, std::move(sockets.near)};
    stream.start_reading([](std::string_view) {}, [] {});
    loop.run_once(false);
  }
  enough = true;
  loop.run();
  CHECK(opened >= 2000);
}

TEST_CASE("writing to a peer that is gone ends the stream instead of the process") {
  Loop loop;
  StreamEnds sockets = make_stream_ends();
  Stream stream{loop, std::move(sockets.near)};
  sockets.far.reset();
  int written = 0;
  int ends = 0;
  stream.start_reading([](std::string_view) {}, [&] { ++ends; });
  stream.write("anybody?", [&] { ++written; });
  loop.run();
  CHECK(written == 1);
  CHECK(ends == 1);
}

TEST_CASE("the peer is told by its ids") {
  Loop loop;
  StreamEnds sockets = make_stream_ends();
  const Stream stream{loop, std::move(sockets.near)};
  const auto peer = stream.peer();
  REQUIRE(peer.ok());
  CHECK(peer->uid == getuid());
  CHECK(peer->gid == getgid());
  CHECK(peer->pid == getpid());
}

TEST_CASE("a listener hands over every connection, close-on-exec and non-blocking") {
  Loop loop;
  ListeningSocket listening;
  std::vector<UniqueFd> accepted;
  std::optional<Listener> listener;
  listener.emplace(loop, listening.take(), [&](UniqueFd fd) {
    CHECK((fcntl(fd.get(), F_GETFD) & FD_CLOEXEC) != 0);
    CHECK((fcntl(fd.get(), F_GETFL) & O_NONBLOCK) != 0);
    accepted.push_back(std::move(fd));
  });
  std::vector<UniqueFd> clients;
  for (int i = 0; i < 40; ++i)
    clients.push_back(listening.connect_to());
  for (int turn = 0; turn < 10 && accepted.size() < 40; ++turn)
    loop.run_once(true);
  CHECK(accepted.size() == 40);
  listener.reset();
  loop.run();
}

TEST_CASE("out of descriptors, a connection is shed and the next is served again") {
  Loop loop;
  ListeningSocket listening;
  std::vector<UniqueFd> accepted;
  std::optional<Listener> listener;
  listener.emplace(loop, listening.take(), [&](UniqueFd fd) { accepted.push_back(std::move(fd)); });
  loop.run_once(false);  // libuv opens what it needs
  const UniqueFd client = listening.connect_to();

  // No new descriptor may have a number, not even the lowest free one.
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  const UniqueFd lowest_free{open("/dev/null", O_RDONLY | O_CLOEXEC)};
  const rlimit tight{static_cast<rlim_t>(lowest_free.get()), before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &tight) == 0);
  loop.run_once(true);
  REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(accepted.empty());
  char byte = 0;
  CHECK(read(client.get(), &byte, 1) == 0);  // shed: closed by the other side

  const UniqueFd second = listening.connect_to();
  loop.run_once(true);
  CHECK(accepted.size() == 1);
  listener.reset();
  loop.run();
}

}  // namespace
}  // namespace mainstay::io
