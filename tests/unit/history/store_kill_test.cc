// A writer that is killed at any moment: the file opens, and nothing that it acknowledged is
// missing.
#include <doctest/doctest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <random>

#include "base/fd.h"
#include "history/audit_check.h"
#include "unit/history/store_rig.h"

namespace mainstay::history {

namespace {

// Writes events without end, numbered from `next`, with a few samples each, and says each number
// when it is stored.
[[noreturn]] void write_until_killed(StoreRig& rig, std::uint64_t next, int acknowledge) {
  rig.begin();
  for (;; ++next) {
    Batch batch;
    batch.events.push_back(exited({{"code", "1"}}));
    batch.events.back().kind = next % 3 == 0 ? EventKind::Action : EventKind::ServiceExited;
    batch.events.back().id = next;
    batch.rounds.push_back({rig.now.wall + std::chrono::seconds{10 * next},
                            {{{SeriesKind::Instance, "a:0"}, {{Metric::CpuPercent, 1}}}}});
    rig.advance(std::chrono::seconds{10});
    if (!rig.store->write(batch)) _exit(1);
    if (write(acknowledge, &next, sizeof next) != sizeof next) _exit(2);
    rig.store->tidy();
  }
}

// The last number that was said before the writer was killed, so many microseconds after its first.
std::uint64_t run_writer(StoreRig& rig, std::uint64_t next, long microseconds) {
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  const UniqueFd said{ends[0]};
  const pid_t pid = fork();
  if (pid == 0) write_until_killed(rig, next, ends[1]);
  close(ends[1]);
  std::uint64_t last = 0;
  REQUIRE(read(said.get(), &last, sizeof last) == sizeof last);
  pollfd none{-1, 0, 0};
  const timespec wait{0, microseconds * 1000};
  ppoll(&none, 1, &wait, nullptr);
  kill(pid, SIGKILL);
  int status = 0;
  waitpid(pid, &status, 0);
  CHECK(WIFSIGNALED(status));
  std::uint64_t number = 0;
  while (read(said.get(), &number, sizeof number) == sizeof number)
    last = number;
  return last;
}

// Every third event, all of them chained once.
void check_chain(Store& store, std::uint64_t last) {
  const auto checked =
      store.ask([](Tables& tables) { return check_on(*tables.database, {}, 1'000'000); });
  REQUIRE(checked);
  CHECK_MESSAGE(!checked->broken, checked->broken->reason);
  CHECK(checked->entries == last / 3);
}

}  // namespace

TEST_CASE("a writer killed a hundred times loses nothing that it had acknowledged") {
  StoreRig rig;
  std::mt19937 random{11};
  std::uint64_t stored = 0;
  for (int round = 0; round < 100; ++round) {
    const std::uint64_t acknowledged =
        run_writer(rig, stored + 1, static_cast<long>(random() % 4000));
    rig.begin();
    const auto last = rig.store->ask([](Tables& tables) { return tables.events.last_id(); });
    REQUIRE_MESSAGE(last, last.error().message);
    CHECK(*last >= acknowledged);
    CHECK(*last <= acknowledged + 1);
    stored = *last;
    check_chain(*rig.store, stored);
    rig.store->close();
  }
  const auto all =
      rig.store->ask([](Tables& tables) { return tables.events.query({.limit = 1'000'000}); });
  REQUIRE(all);
  CHECK(all->size() == stored);
  CHECK(rig.aside().empty());
  rig.store->close();
  auto database = Database::open(rig.database());
  REQUIRE(database);
  CHECK(database->check());
}

}  // namespace mainstay::history
