#include "history/backlog.h"

#include <doctest/doctest.h>

#include "unit/history/support.h"

namespace mainstay::history {

namespace {

runtime::Event numbered(std::uint64_t id) {
  runtime::Event event;
  event.id = id;
  return event;
}

Round round_of(std::size_t samples) {
  return {kNoon, std::vector<Sample>(samples)};
}

}  // namespace

TEST_CASE("what comes is taken at once, in its order") {
  Backlog backlog{{}};
  CHECK(backlog.empty());
  backlog.add(numbered(1));
  backlog.add(round_of(2));
  backlog.add(numbered(2));
  backlog.add(example());
  const Batch batch = backlog.take();
  REQUIRE(batch.events.size() == 2);
  CHECK(batch.events[1].id == 2);
  CHECK(batch.rounds.size() == 1);
  CHECK(batch.crashes.size() == 1);
  CHECK(backlog.empty());
  CHECK_FALSE(backlog.take_dropped().any());
}

TEST_CASE("what could not be written comes before what came since, and the oldest goes first") {
  Backlog backlog{{.events = 8, .samples = 4, .crashes = 2}};
  for (std::uint64_t id = 1; id <= 6; ++id)
    backlog.add(numbered(id));
  backlog.add(round_of(3));
  Batch batch = backlog.take();
  for (std::uint64_t id = 7; id <= 10; ++id)
    backlog.add(numbered(id));
  backlog.add(round_of(1));
  backlog.add(round_of(2));
  backlog.give_back(std::move(batch));
  const Batch kept = backlog.take();
  REQUIRE(kept.events.size() == 8);
  CHECK(kept.events.front().id == 3);
  CHECK(kept.events.back().id == 10);
  REQUIRE(kept.rounds.size() == 2);
  CHECK(kept.rounds.front().samples.size() == 1);
  const Dropped dropped = backlog.take_dropped();
  CHECK(dropped.events == 2);
  CHECK(dropped.rounds == 1);
  CHECK_FALSE(backlog.take_dropped().any());
}

TEST_CASE("events without end do not take memory without end") {
  Backlog backlog{{.events = 80}};
  for (std::uint64_t id = 1; id <= 1000; ++id)
    backlog.add(numbered(id));
  CHECK(backlog.events() <= 90);
  const Batch kept = backlog.take();
  CHECK(kept.events.back().id == 1000);
  CHECK(backlog.take_dropped().events + kept.events.size() == 1000);
}

TEST_CASE("a round that is larger than all may be is held all the same") {
  Backlog backlog{{.samples = 4}};
  backlog.add(round_of(9));
  CHECK(backlog.take().rounds.size() == 1);
  backlog.add(round_of(9));
  backlog.add(round_of(9));
  CHECK(backlog.take().rounds.size() == 1);
}

TEST_CASE("a crash record that was pushed out is counted in the next one of its service") {
  Backlog backlog{{.crashes = 2}};
  CrashRecord other = example(1);
  other.service = "other";
  backlog.add(other);
  for (std::uint64_t run = 2; run <= 4; ++run) {
    CrashRecord record = example(run);
    record.left_out = 0;
    backlog.add(record);
  }
  Batch batch = backlog.take();
  REQUIRE(batch.crashes.size() == 2);
  CHECK(batch.crashes[0].run == RunId{3});
  CHECK(batch.crashes[0].left_out == 1);
  CHECK(batch.crashes[1].left_out == 0);
  backlog.drop(batch);
  CrashRecord next = example(5);
  next.left_out = 0;
  backlog.add(next);
  backlog.add(other);
  batch = backlog.take();
  REQUIRE(batch.crashes.size() == 2);
  CHECK(batch.crashes[0].left_out == 3);
  CHECK(batch.crashes[1].left_out == 3 + 3 + 1);
}

}  // namespace mainstay::history
