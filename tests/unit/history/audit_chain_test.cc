// The chain of the audit log, and what a check of it finds.
#include "history/audit_chain.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "base/hex.h"
#include "history/audit_check.h"
#include "history/event_table.h"
#include "history/schema.h"
#include "unit/control/temp_folder.h"
#include "unit/history/open_database.h"
#include "unit/history/support.h"

namespace mainstay::test {
using namespace history;
using namespace std::chrono_literals;

namespace {

runtime::Event event_of(std::uint64_t id, EventKind kind) {
  runtime::Event event;
  event.id = id;
  event.at = kNoon + std::chrono::seconds{id};
  event.kind = kind;
  event.service = "web";
  event.instance = "web:1";
  event.data = {{"verb", "restart"}, {"who", "uid " + std::to_string(id)}};
  return event;
}

// Every second event is somebody's wish: 2, 4, … up to `last`.
struct Log {
  TempFolder folder;
  std::optional<Database> database;
  std::optional<EventTable> events;

  explicit Log(std::uint64_t last = 20) {
    database.emplace(open_database(folder.path()));
    open();
    add(1, last);
  }
  void open() {
    auto made = EventTable::open(*database);
    REQUIRE(made);
    events.emplace(std::move(*made));
  }
  void add(std::uint64_t first, std::uint64_t last) {
    REQUIRE(database->begin());
    for (std::uint64_t id = first; id <= last; ++id) {
      const runtime::Event event =
          event_of(id, id % 2 == 0 ? EventKind::Action : EventKind::ServiceStarted);
      REQUIRE(events->add(std::vector{event}));
    }
    REQUIRE(database->commit());
  }
  void tamper(const char* sql) { REQUIRE(database->execute(sql)); }
  void forget(std::uint64_t last) {
    const WallTime now = event_of(last + 1, EventKind::Action).at + kEventsKeep;
    REQUIRE(database->begin());
    REQUIRE(events->forget(now));
    REQUIRE(database->commit());
  }

  AuditCheck check(const std::string& noted = {}, std::size_t at_once = 1000) {
    AuditCheck check;
    check.noted = noted;
    while (!check.done) {
      auto next = check_on(*database, std::move(check), at_once);
      REQUIRE_MESSAGE(next, next.error().message);
      check = std::move(*next);
    }
    return check;
  }
  // The first bad entry; 0: there is none.
  std::int64_t bad() {
    const AuditCheck checked = check();
    return checked.broken ? checked.broken->id : 0;
  }
};

// As a program of version 1 has left it.
void make_former(Database& database) {
  REQUIRE(database.execute("DROP INDEX event_action; DROP TABLE audit; DROP TABLE audit_begin"));
  REQUIRE(database.set_version(1));
}

}  // namespace

// Reckoned by another program: python3's hashlib and struct.pack(">Q", …).
TEST_CASE("a hash is that of the one before, number, time and texts, each after its length") {
  const AuditRow row{7, 1'800'000'000'123'456, "action", "web", "", R"({"who":"uid 0"})"};
  CHECK(to_hex(link_hash(first_hash(), row)) ==
        "1fdae42d573df5b45c9d85c88143b3312728c0f031f0909e93341c7868a38815");
  AuditRow other = row;
  other.service = "we";
  other.instance = "b";
  CHECK(link_hash(first_hash(), other) != link_hash(first_hash(), row));
}

TEST_CASE("a log is whole, and so is one without entries") {
  Log log;
  const AuditCheck checked = log.check();
  CHECK_FALSE(checked.broken);
  CHECK(checked.entries == 10);
  CHECK(checked.first == 2);
  CHECK(checked.first_at == kNoon + 2s);
  CHECK(checked.last == 20);
  CHECK(checked.begin.after == 0);
  CHECK(checked.begin.why == "there was no history before");
  Log empty{0};
  CHECK(empty.check().entries == 0);
  CHECK(empty.check().head == first_hash());
}

TEST_CASE("the head is the same whether the log was written at once or in many goes") {
  Log once{20};
  Log often{1};
  for (std::uint64_t id = 2; id <= 20; ++id) {
    often.open();
    often.add(id, id);
  }
  CHECK(once.check().head == often.check().head);
}

TEST_CASE("what is told twice is chained once") {
  Log log;
  const std::string head = log.check().head;
  log.add(15, 20);
  CHECK(log.check().head == head);
  CHECK(log.check().entries == 10);
}

TEST_CASE("whatever is changed in an entry is found, and nothing before it is blamed") {
  for (const char* change : {"at=at+1", "kind='service_ready'", "service='shop'", "service='WEB'",
                             "instance=''", "data='{}'", "data=replace(data,'uid 10','uid 11')",
                             "data=data||' '", "data=replace(data,'{','{\"who\":\"uid 9\",')"}) {
    CAPTURE(change);
    Log log;
    log.tamper((std::string{"UPDATE event SET "} + change + " WHERE id=10").c_str());
    CHECK(log.bad() == 10);
    CHECK(log.check().entries == 4);
    CHECK(log.check().last == 8);
  }
  Log numbered;
  numbered.tamper("UPDATE event SET id=999 WHERE id=10");
  CHECK(numbered.bad() == 10);
  Log with_hash;
  with_hash.tamper("UPDATE audit SET hash=x'00' WHERE id=10");
  CHECK(with_hash.bad() == 10);
}

TEST_CASE("what is removed, added or put elsewhere is found") {
  const auto bad_after = [](const char* sql) {
    Log log;
    log.tamper(sql);
    return log.bad();
  };
  CHECK(bad_after("DELETE FROM event WHERE id=10") == 10);
  CHECK(bad_after("DELETE FROM event WHERE id=20") == 20);
  CHECK(bad_after("DELETE FROM audit WHERE id=10") == 10);
  CHECK(bad_after("DELETE FROM audit WHERE id=20") == 20);
  CHECK(bad_after("DELETE FROM audit WHERE id=10; DELETE FROM event WHERE id=10") == 12);
  CHECK(bad_after("DELETE FROM audit WHERE id=2; DELETE FROM event WHERE id=2") == 4);
  CHECK(bad_after("UPDATE event SET id=-1 WHERE id=8; UPDATE event SET id=8 WHERE id=12;"
                  "UPDATE event SET id=12 WHERE id=-1") == 8);
  CHECK(bad_after("UPDATE event SET kind='action' WHERE id=9") == 9);
  CHECK(bad_after("INSERT INTO event VALUES(-5,0,'action','','','{}')") == -5);
  CHECK(bad_after("INSERT INTO event VALUES(99,0,'action','','','{}')") == 99);
  CHECK(bad_after("INSERT INTO event VALUES(99,0,'action','','','{}');"
                  "INSERT INTO audit VALUES(99,zeroblob(32))") == 99);
  CHECK(bad_after("INSERT INTO audit VALUES(-5,zeroblob(32))") == -5);
  CHECK(bad_after("UPDATE audit_begin SET hash=randomblob(32)") == 2);
  CHECK(bad_after("DELETE FROM event WHERE id=9") == 0);  // is no entry
}

TEST_CASE("a chain without its begin is broken, and can be written to all the same") {
  Log log;
  log.tamper("DELETE FROM audit_begin");
  CHECK(log.check().broken->reason == "where the chain begins has been removed");
  log.add(21, 22);
  CHECK(log.events->query({})->size() == 22);
}

TEST_CASE("what is wrong is told with the hash that should be there and the one that is") {
  Log log;
  log.tamper("UPDATE event SET service='shop' WHERE id=10");
  const AuditCheck checked = log.check();
  CHECK(checked.broken->expected.size() == 32);
  CHECK(checked.broken->found == log.events->entries({.from = 10})->front().hash);
  CHECK(checked.broken->expected != checked.broken->found);
  CHECK(checked.broken->reason ==
        "entry 10 does not fit its hash as the one after 8: it was changed, or others before it "
        "were removed, added or put elsewhere");
}

TEST_CASE("a tail that was cut off is found by a head that was noted before") {
  Log log;
  const std::string head = log.check().head;
  log.add(21, 30);
  CHECK(log.check(head).noted_at == 20);
  log.tamper("DELETE FROM event WHERE id>=20; DELETE FROM audit WHERE id>=20");
  CHECK(log.bad() == 0);
  CHECK_FALSE(log.check(head).noted_at);
  log.add(20, 20);  // the very same comes again
  CHECK(log.check(head).noted_at == 20);
}

TEST_CASE("what has been forgotten leaves the hash that the rest goes on from") {
  Log log;
  const std::string first = log.events->entries({.before = 3})->front().hash;
  const std::string head = log.check().head;
  log.forget(11);
  const AuditCheck checked = log.check();
  CHECK_FALSE(checked.broken);
  CHECK(checked.begin.after == 10);
  CHECK(checked.begin.why == "what was older has been forgotten by its age or number");
  CHECK(checked.first == 12);
  CHECK(checked.entries == 5);
  CHECK(checked.head == head);
  CHECK_FALSE(log.check(first).noted_at);
  CHECK(log.check(checked.begin.hash).noted_at == 10);
  log.forget(20);
  CHECK(log.check().entries == 0);
  CHECK(log.check().head == head);
  log.add(21, 24);
  CHECK_FALSE(log.check(head).broken);
  CHECK(log.check(head).noted_at == 20);
  CHECK(log.check().entries == 2);
}

TEST_CASE("a check in pieces comes to the same, also when entries go and come meanwhile") {
  Log log;
  for (const std::size_t at_once : {1U, 2U, 3U, 9U, 10U, 11U})
    CHECK(log.check({}, at_once).head == log.check().head);
  AuditCheck begun = *check_on(*log.database, {}, 3);
  CHECK_FALSE(begun.done);
  CHECK(begun.entries == 3);
  AuditCheck passed = begun;
  log.forget(13);
  log.add(21, 24);
  while (!begun.done)
    begun = *check_on(*log.database, std::move(begun), 3);
  CHECK_FALSE(begun.broken);
  CHECK(begun.first == 14);
  CHECK(begun.last == 24);
  CHECK(begun.head == log.check().head);
  log.tamper("UPDATE event SET service='' WHERE id=22");
  while (!passed.done)
    passed = *check_on(*log.database, std::move(passed), 3);
  REQUIRE(passed.broken);
  CHECK(passed.broken->id == 22);
}

TEST_CASE("what a program of version 1 has written is chained when its file is opened") {
  Log log;
  make_former(*log.database);
  REQUIRE(migrate(*log.database, "not this"));
  log.open();
  const AuditCheck checked = log.check();
  CHECK_FALSE(checked.broken);
  CHECK(checked.entries == 10);
  CHECK(checked.begin.why ==
        "what an earlier version had written was chained when this one opened the file first");
  CHECK(checked.head == Log{}.check().head);
  log.add(21, 22);
  CHECK(log.check().entries == 11);
}

TEST_CASE("of a file of version 1 whose migration is undone nothing is half there") {
  Log log;
  make_former(*log.database);
  log.tamper("CREATE TABLE audit_begin(x)");
  CHECK_FALSE(migrate(*log.database));
  CHECK(*log.database->version() == 1);
  log.tamper("DROP TABLE audit_begin");
  REQUIRE(migrate(*log.database));
  CHECK(log.check().entries == 10);
}

TEST_CASE("an entry of a lower number than the last is none of the chain's, and is told") {
  Log log;
  log.tamper("DELETE FROM event WHERE id=9");
  REQUIRE(log.database->begin());
  REQUIRE(log.events->add(std::vector{event_of(9, EventKind::Action)}));
  REQUIRE(log.database->commit());
  CHECK(log.bad() == 9);
  CHECK(log.events->entries({.from = 9, .limit = 1})->front().hash.empty());
}

}  // namespace mainstay::test
