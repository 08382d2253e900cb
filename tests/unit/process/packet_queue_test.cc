// What waits for a socket keeps its order, its boundaries and its descriptors.
#include "process/packet_queue.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace mainstay;
using process::PacketQueue;

namespace {

struct Ends {
  Ends() {
    int fds[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == 0);
    ours.reset(fds[0]);
    theirs.reset(fds[1]);
  }
  // Nothing: none is there.
  std::optional<std::string> next() const {
    const auto packet = std::make_unique<keeper::Packet>();
    if (keeper::receive_packet(theirs.get(), *packet) != keeper::Transfer::Done) return {};
    std::string text{packet->bytes, packet->size};
    for (const int fd : packet->fds)
      text += fd >= 0 ? "+" : "";
    packet->close_fds();
    return text;
  }
  UniqueFd ours;
  UniqueFd theirs;
};

std::vector<UniqueFd> descriptors(const Ends& ends, int count) {
  std::vector<UniqueFd> out;
  for (; count > 0; --count)
    out.push_back(duplicate(ends.ours.get()));
  return out;
}

}  // namespace

TEST_CASE("Packets go out one by one, head and tail together, with their descriptors") {
  const Ends ends;
  PacketQueue queue;
  queue.push("a", "bc", descriptors(ends, 2));
  queue.push("d", "", {});
  CHECK(queue.size() == 2);
  for (; !queue.empty(); queue.pop())
    REQUIRE(queue.send_first(ends.ours.get()) == keeper::Transfer::Done);
  CHECK(ends.next() == "abc++");
  CHECK(ends.next() == "d");
  CHECK_FALSE(ends.next());
}

TEST_CASE("What is taken over comes behind, and is gone where it was") {
  const Ends ends;
  PacketQueue first;
  PacketQueue second;
  first.push("1", "", {});
  second.push("gone", "", {});
  second.push("2", "", descriptors(ends, 1));
  second.pop();
  first.take(second);
  CHECK(second.empty());
  for (; !first.empty(); first.pop())
    REQUIRE(first.send_first(ends.ours.get()) == keeper::Transfer::Done);
  CHECK(ends.next() == "1");
  CHECK(ends.next() == "2+");
}

TEST_CASE("A queue that is never empty keeps its order through a million bytes and more") {
  const Ends ends;
  PacketQueue queue;
  const std::string text(997, 'x');
  int pushed = 0;
  for (int sent = 0; sent < 3000; ++sent) {
    for (; pushed < sent + 50; ++pushed)
      queue.push(std::to_string(pushed), text, {});
    REQUIRE(queue.send_first(ends.ours.get()) == keeper::Transfer::Done);
    queue.pop();
    REQUIRE(ends.next() == std::to_string(sent) + text);
  }
}
