// Events that survive the controller that numbered them.
#include "process/event_ring.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "process/memfd.h"

using namespace mainstay;
using process::MemfdEventRing;

namespace {

MemfdEventRing fresh() {
  auto made = MemfdEventRing::create();
  REQUIRE(made.ok());
  return std::move(*made);
}

MemfdEventRing reopened(const MemfdEventRing& ring) {
  auto again = MemfdEventRing::open(UniqueFd{fcntl(ring.fd(), F_DUPFD_CLOEXEC, 0)});
  REQUIRE(again.ok());
  return std::move(*again);
}

// Of any length, and told apart from every other.
std::string text_of(std::uint64_t id) {
  return std::to_string(id) + std::string((id * 37) % 600, static_cast<char>('a' + id % 26));
}

void check_content(const MemfdEventRing& ring) {
  for (std::uint64_t id = ring.first(); id < ring.next(); ++id)
    REQUIRE(ring.at(id) == text_of(id));
}

void damage(const MemfdEventRing& ring, const std::string& text) {
  const std::size_t size = MemfdEventRing::kRingBytes;
  void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd(), 0);
  REQUIRE(memory != MAP_FAILED);
  void* at = memmem(memory, size, text.data(), text.size());
  REQUIRE(at != nullptr);
  std::memset(at, 'X', text.size());
  munmap(memory, size);
}

}  // namespace

TEST_CASE("A new ring holds nothing, and the next controller reads what was appended") {
  MemfdEventRing ring = fresh();
  CHECK(ring.next() == 0);
  CHECK(ring.first() == 0);
  CHECK(reopened(ring).next() == 0);
  ring.append(812, "one");
  ring.append(813, "");
  ring.append(814, "three");
  ring.set_told(814);
  ring.set_stored(813);
  const MemfdEventRing next = reopened(ring);
  CHECK(next.first() == 812);
  CHECK(next.next() == 815);
  CHECK(next.at(812) == "one");
  CHECK(next.at(813).empty());
  CHECK(next.at(814) == "three");
  CHECK(next.told() == 814);
  CHECK(next.stored() == 813);
}

TEST_CASE("The oldest make room for new ones, through many rounds and takeovers") {
  MemfdEventRing ring = fresh();
  for (std::uint64_t id = 1; id <= 30'000; ++id) {
    ring.append(id, text_of(id));
    REQUIRE(ring.next() == id + 1);
    if (id % 7919 != 0) continue;
    const MemfdEventRing next = reopened(ring);
    REQUIRE(next.first() == ring.first());
    REQUIRE(next.next() == ring.next());
    check_content(next);
  }
  CHECK(ring.first() > 20'000);
  CHECK(ring.next() - ring.first() > 2'500);
  check_content(ring);
  ring.append(30'001, std::string(runtime::EventStore::kMaxEvent, 'x'));
  CHECK(reopened(ring).at(30'001).size() == runtime::EventStore::kMaxEvent);
}

TEST_CASE("A number that does not follow the last begins anew") {
  MemfdEventRing ring = fresh();
  ring.append(1, "one");
  ring.append(50, "fifty");
  CHECK(ring.first() == 50);
  CHECK(reopened(ring).first() == 50);
  CHECK(reopened(ring).at(50) == "fifty");
}

TEST_CASE("From a damaged event on nothing is held, and the next is kept again") {
  MemfdEventRing ring = fresh();
  ring.append(1, "the first");
  ring.append(2, "the second");
  ring.append(3, "the third");
  damage(ring, "the second");
  MemfdEventRing next = reopened(ring);
  CHECK(next.first() == 1);
  CHECK(next.next() == 2);
  next.append(4, "the fourth");
  CHECK(reopened(next).first() == 4);
  CHECK(reopened(next).at(4) == "the fourth");
}

TEST_CASE("What is no ring of events is refused") {
  auto small = process::sealed_memfd("x", "no ring");
  REQUIRE(small);
  CHECK_FALSE(MemfdEventRing::open(std::move(*small)).ok());
  MemfdEventRing ring = fresh();
  void* memory = mmap(nullptr, 64, PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd(), 0);
  REQUIRE(memory != MAP_FAILED);
  std::memset(memory, 7, 64);
  munmap(memory, 64);
  CHECK_FALSE(MemfdEventRing::open(UniqueFd{fcntl(ring.fd(), F_DUPFD_CLOEXEC, 0)}).ok());
}

TEST_CASE("Killed at any moment, the writer leaves whole events without a gap") {
  const MemfdEventRing ring = fresh();
  std::uint64_t known = 0;
  for (int round = 0; round < 40; ++round) {
    int told[2];
    REQUIRE(pipe(told) == 0);
    const pid_t writer = fork();
    if (writer == 0) {
      auto mine = MemfdEventRing::open(UniqueFd{fcntl(ring.fd(), F_DUPFD_CLOEXEC, 0)});
      const std::uint64_t first = std::max<std::uint64_t>(1, mine ? mine->next() : 0);
      for (std::uint64_t id = first; mine; ++id) {
        mine->append(id, text_of(id));
        if (id == first + static_cast<std::uint64_t>(round) * 97) {
          static_cast<void>(!write(told[1], "x", 1));
        }
      }
      _exit(1);
    }
    char byte = 0;
    REQUIRE(read(told[0], &byte, 1) == 1);
    kill(writer, SIGKILL);
    REQUIRE(waitpid(writer, nullptr, 0) == writer);
    close(told[0]);
    close(told[1]);
    const MemfdEventRing next = reopened(ring);
    REQUIRE(next.next() > known);
    known = next.next();
    check_content(next);
  }
}
