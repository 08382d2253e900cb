// The parts of the runtime that are worth a test of their own.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "runtime/brake.h"
#include "runtime/deadlines.h"
#include "runtime/event_log.h"
#include "runtime/looks.h"
#include "runtime/records.h"
#include "sim/walk.h"

using namespace mainstay;
using namespace mainstay::runtime;
using namespace std::chrono_literals;

namespace {

struct Silence : EventSink {
  void on_event(const Event&) override {}
};

// Every field of it as long as it can be.
InstanceRecord longest_record() {
  InstanceRecord record;
  record.canonical_name = std::string(64, 'n') + ":65535";
  record.actor = std::string(500, 'a');
  policy::Ledger ledger;
  for (int i = 0; i < 65; ++i)
    ledger.recent_unstable.push_back({std::chrono::hours{i}});
  record.machine = {policy::Goal::Up,
                    policy::Clearing{RunId{~0ULL}, policy::Push::Killed, {}, {}, {}, {}}, ledger};
  record.last_exit = policy::LastExit{{}, {}, std::string(500, 'c'), 1s, std::string(5000, 'f')};
  return record;
}

}  // namespace

TEST_CASE("the deadline heap agrees with a sorted set, whatever is set in whatever order") {
  sim::Dice dice{7};
  Deadlines heap;
  std::map<std::uint32_t, MonoTime> expected;
  for (int i = 0; i < 4000; ++i) {
    const InstanceId id{static_cast<std::uint32_t>(dice.below(50))};
    if (dice.chance(0.3)) {
      heap.set(id, std::nullopt);
      expected.erase(id.value);
    } else {
      const MonoTime at{dice.between(0s, 100s)};
      heap.set(id, at);
      expected[id.value] = at;
    }
    std::optional<MonoTime> soonest;
    for (const auto& [value, at] : expected)
      soonest = soonest ? std::min(*soonest, at) : at;
    REQUIRE(heap.soonest() == soonest);
    if (!soonest) continue;
    const auto due = heap.due(*soonest);
    REQUIRE(due.has_value());
    REQUIRE(expected.at(due->value) == *soonest);
    REQUIRE_FALSE(heap.due(*soonest - 1ns).has_value());
  }
}

TEST_CASE("the brake passes a burst, then so many a second, first come first served") {
  Brake brake{10, 3, {}};
  std::uint64_t left_early = 0;
  for (std::uint32_t i = 0; i < 6; ++i) {
    const auto ticket = brake.join({i});
    if (i == 4) left_early = ticket;
  }
  CHECK(brake.ahead_of(left_early) == 4);
  brake.leave(left_early);
  std::vector<std::uint32_t> passed;
  MonoTime now{};
  std::map<std::uint32_t, std::uint64_t> tickets = {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {5, 6}};
  while (brake.deadline()) {
    now = std::max(now, *brake.deadline());
    const auto id = brake.turn(now);
    REQUIRE(id.has_value());  // at its deadline, not a moment later
    brake.spend();
    brake.leave(tickets.at(id->value));
    passed.push_back(id->value);
  }
  CHECK(passed == std::vector<std::uint32_t>{0, 1, 2, 3, 5});
  CHECK(now.since_boot >= 200ms);
  CHECK(now.since_boot < 201ms);
}

TEST_CASE("the longest record fits, texts are cut between characters") {
  InstanceRecord record = longest_record();
  CHECK(encode(record).size() <= StateStore::kMaxRecord);
  record.last_exit->cause = policy::kStartFailed;
  record.last_exit->start_failure = std::string(119, 'x') + "é";
  const auto read = decode_instance(encode(record));
  REQUIRE(read.ok());
  CHECK(read.value().last_exit->start_failure == std::string(119, 'x'));
}

TEST_CASE("a record of the version before is read, with nothing in what it did not know") {
  InstanceRecord record;
  record.canonical_name = "api:0";
  record.held_down = true;
  record.roll = policy::RollTurn::Now;
  const policy::Running running{RunId{4}, 77, {}, {}, {}, {}, Health::Healthy};
  record.machine = {policy::Goal::Up, running, {}};
  const std::string bytes = encode(record);
  const auto same = decode_instance(bytes);
  REQUIRE(same.ok());
  CHECK(same.value().roll == policy::RollTurn::Now);

  std::string before = bytes;
  before.pop_back();
  before[0] = 3;
  const auto read = decode_instance(before);
  REQUIRE(read.ok());
  CHECK(read.value().canonical_name == record.canonical_name);
  CHECK(read.value().held_down);
  CHECK(read.value().machine.up()->health == Health::Healthy);
  CHECK(read.value().roll == policy::RollTurn{});
  for (const char other : {'\x02', '\x05'}) {
    before[0] = other;
    CHECK_FALSE(decode_instance(before).ok());
  }
}

TEST_CASE("the longest record of checks fits, and a damaged one is told from a whole one") {
  Looks looks;
  looks.run = RunId{~0ULL};
  looks.not_ready_because = std::string(5000, 'n');
  looks.said = std::string(5000, 's');
  looks.end_note = std::string(5000, 'e');
  looks.killed_at_memory_limit = true;
  looks.checks.resize(16);
  looks.memories.resize(16, std::string(ProbeMemory::kMost, 'm'));
  for (policy::CheckState& check : looks.checks) {
    check = {Health::Unhealthy, 3, 0, MonoTime{1s}, MonoTime{2s}, 5ms, std::string(5000, 'e')};
  }
  const std::string bytes = encode(looks);
  CHECK(bytes.size() <= StateStore::kMaxRecord);
  const auto read = decode_looks(bytes);
  REQUIRE(read.ok());
  CHECK(read.value().checks.size() == 16);
  CHECK(read.value().checks[15].failures == 3);
  CHECK(read.value().memories[5] == looks.memories[5]);
  CHECK(read.value().memories[15].empty());
  CHECK_FALSE(read.value().said.empty());
  CHECK_FALSE(read.value().end_note.empty());
  CHECK(read.value().killed_at_memory_limit);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CHECK_FALSE(decode_looks(std::string_view{bytes}.substr(0, length)).ok());
  }
}

TEST_CASE("no record that is cut or changed is taken for another state than it says") {
  const std::string bytes = encode(longest_record());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CHECK_FALSE(decode_instance(std::string_view{bytes}.substr(0, length)).ok());
  }
  CHECK_FALSE(decode_instance(bytes + "x").ok());
  sim::Dice dice{3};
  for (int i = 0; i < 4000; ++i) {
    std::string changed = bytes;
    changed[dice.below(changed.size())] = static_cast<char>(dice.below(256));
    const auto read = decode_instance(changed);  // must not crash; CRCs are the store's matter
    if (read) CHECK(encode(read.value()).size() <= changed.size());
  }
}

TEST_CASE("records of checks of earlier versions are read, and one of tomorrow is not") {
  Looks looks;
  looks.run = RunId{7};
  looks.checks.push_back({Health::Healthy, 0, 3, MonoTime{1s}, MonoTime{2s}, 5ms, ""});
  std::string before = encode(looks);
  before.resize(before.size() - 9);  // the lengths of the run's texts, and the flag
  before[0] = 2;
  CHECK(decode_looks(before).ok());
  before.resize(before.size() - 4);  // the length of the memory
  before[0] = 1;
  const auto read = decode_looks(before);
  REQUIRE(read.ok());
  CHECK(read.value().checks == looks.checks);
  CHECK(read.value().memories == std::vector<std::string>{""});
  std::string tomorrow = encode(looks);
  tomorrow[0] = 4;
  CHECK_FALSE(decode_looks(tomorrow).ok());
}

TEST_CASE("the event log keeps the latest, numbers them without gaps and survives hostile texts") {
  Silence silence;
  sim::KeptEvents kept{3};
  EventLog log{kept, silence};
  for (int i = 1; i <= 5; ++i) {
    Event event;
    event.kind = EventKind::ServiceExited;
    event.service = "s";
    event.data = {{"error", std::string{"a\0b", 3}}, {"n", std::to_string(i)}, {"empty", ""}};
    log.add(event, InstanceId{static_cast<std::uint32_t>(i % 2)});
  }
  const auto all = log.since(0, 10);
  REQUIRE(all.size() == 3);
  CHECK(all.front().id == 3);
  CHECK(all.front().data.at("n") == "3");
  CHECK(all.front().data.at("error") == "a b");
  CHECK(all.front().data.at("empty").empty());
  CHECK(log.since(5, 10).size() == 1);
  CHECK(log.since(6, 10).empty());
  CHECK(log.latest_about(InstanceId{1}, 8).size() == 2);
  log.forget(InstanceId{1});
  CHECK(log.latest_about(InstanceId{1}, 8).empty());
}
