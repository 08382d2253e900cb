#include "history/event_table.h"

#include <doctest/doctest.h>

#include <optional>

#include "history/schema.h"
#include "unit/control/temp_folder.h"
#include "unit/history/open_database.h"

namespace mainstay::test {
using namespace history;
using namespace std::chrono_literals;

namespace {

constexpr WallTime kFirst{std::chrono::seconds{1'800'000'000}};

runtime::Event event_of(std::uint64_t id, const std::string& service = "web",
                        EventKind kind = EventKind::ServiceStarted) {
  runtime::Event event;
  event.id = id;
  event.at = kFirst + std::chrono::seconds{id};
  event.kind = kind;
  event.service = service;
  event.instance = service.empty() ? "" : service + ":1";
  event.data = {{"pid", std::to_string(1000 + id)}};
  return event;
}

struct Filled {
  TempFolder folder;
  std::optional<Database> database;
  std::optional<EventTable> table;

  explicit Filled(std::uint64_t count = 0) {
    database.emplace(open_database(folder.path()));
    auto made = EventTable::open(*database);
    REQUIRE(made);
    table.emplace(std::move(*made));
    std::vector<runtime::Event> events;
    for (std::uint64_t id = 1; id <= count; ++id)
      events.push_back(event_of(id, id % 2 == 0 ? "web" : "db"));
    add(events);
  }

  void add(const std::vector<runtime::Event>& events) {
    REQUIRE(database->begin());
    REQUIRE(table->add(events));
    REQUIRE(database->commit());
  }

  std::vector<std::uint64_t> ids(const EventQuery& query) {
    const auto found = table->query(query);
    REQUIRE(found);
    std::vector<std::uint64_t> ids;
    for (const auto& event : *found)
      ids.push_back(event.id);
    return ids;
  }
};

using Ids = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("a time that no clock has, in a damaged file, is the nearest there is") {
  Filled filled;
  REQUIRE(filled.database->execute(
      "INSERT INTO event VALUES(1, 9223372036854775806, 'service_started', 'web', 'web:1', '{}')"));
  const auto found = filled.table->query({});
  REQUIRE(found);
  REQUIRE(found->size() == 1);
  CHECK(found->front().at > kFirst);
}

TEST_CASE("an event comes back as it was told, whatever is in it") {
  Filled filled;
  runtime::Event event = event_of(7);
  event.kind = EventKind::Action;
  event.at = kFirst + 123'456us;
  event.data = {{"who", "uid 0"}, {"note", std::string("a\"b\0c\n\u00e9", 8)}, {"empty", ""}};
  filled.add({event});
  const auto found = filled.table->query({});
  REQUIRE(found);
  REQUIRE(found->size() == 1);
  CHECK(found->front().id == 7);
  CHECK(found->front().at == event.at);
  CHECK(found->front().kind == EventKind::Action);
  CHECK(found->front().service == "web");
  CHECK(found->front().instance == "web:1");
  CHECK(found->front().data == event.data);
}

TEST_CASE("what is no text at all is kept readable") {
  Filled filled;
  runtime::Event event = event_of(1);
  event.data = {{"note", "\xff\xfe"}};
  filled.add({event});
  const auto found = filled.table->query({});
  REQUIRE(found);
  CHECK(found->front().data.at("note") == "\xef\xbf\xbd\xef\xbf\xbd");
}

TEST_CASE("a number that is there already is left as it is") {
  Filled filled{3};
  runtime::Event again = event_of(2);
  again.service = "other";
  filled.add({again, event_of(4)});
  CHECK(filled.ids({}) == Ids{1, 2, 3, 4});
  CHECK(filled.table->query({})->at(1).service == "web");
  CHECK(*filled.table->last_id() == 4);
}

TEST_CASE("without events the last number is 0, and there is nothing to forget") {
  Filled filled;
  CHECK(*filled.table->last_id() == 0);
  CHECK_FALSE(*filled.table->forget(kFirst + kEventsKeep));
  CHECK(filled.ids({}).empty());
}

TEST_CASE("numbers, times, services, kinds and a limit narrow down what is found") {
  Filled filled{10};
  CHECK(filled.ids({.from = 8}) == Ids{8, 9, 10});
  CHECK(filled.ids({.before = 3}) == Ids{1, 2});
  CHECK(filled.ids({.since = kFirst + 9s}) == Ids{9, 10});
  CHECK(filled.ids({.until = kFirst + 3s}) == Ids{1, 2});
  CHECK(filled.ids({.services = {"web"}, .limit = 2}) == Ids{2, 4});
  CHECK(filled.ids({.services = {"web"}, .limit = 2, .latest = true}) == Ids{8, 10});
  CHECK(filled.ids({.services = {"web", "db", "none"}, .limit = 3}) == Ids{1, 2, 3});
  CHECK(filled.ids({.services = {"web"}, .instances = {"web:0"}}).empty());
  CHECK(filled.ids({.services = {"web"}, .instances = {"web:0", "web:1"}, .limit = 1}) == Ids{2});
  CHECK(filled.ids({.kinds = {EventKind::ServiceExited}}).empty());
  CHECK(filled.ids({.kinds = {EventKind::ServiceExited, EventKind::ServiceStarted}}).size() == 10);
}

TEST_CASE("the oldest are forgotten, some at a time, until nothing is too old") {
  Filled filled{2500};
  const WallTime now = kFirst + kEventsKeep + 2001s;
  CHECK(*filled.table->forget(now));
  CHECK(filled.ids({.limit = 1}) == Ids{1001});
  CHECK(*filled.table->forget(now));
  CHECK_FALSE(*filled.table->forget(now));
  CHECK(filled.ids({.limit = 1}) == Ids{2001});
  CHECK(*filled.table->last_id() == 2500);
}

TEST_CASE("more than a million events are too many") {
  Filled filled{3};
  filled.add({event_of(kKeptEvents + 2)});
  CHECK_FALSE(*filled.table->forget(kFirst));
  CHECK(filled.ids({}) == Ids{3, kKeptEvents + 2});
}

TEST_CASE("an event of a moment at which the clock was wrong makes no hole") {
  Filled filled{4};
  runtime::Event future = event_of(5);
  future.at = kFirst + kEventsKeep * 20;
  runtime::Event past = event_of(6);
  past.at = kFirst + -kEventsKeep * 20;
  filled.add({future, past});
  CHECK_FALSE(*filled.table->forget(kFirst + kEventsKeep * 2));
  CHECK(filled.ids({}) == Ids{5, 6});
}

}  // namespace mainstay::test
