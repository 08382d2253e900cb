#include "history/crash_table.h"

#include <doctest/doctest.h>

#include <optional>

#include "history/schema.h"
#include "unit/control/temp_folder.h"
#include "unit/history/support.h"

namespace mainstay::history {

namespace {

struct TableRig {
  TableRig() {
    REQUIRE(database);
    REQUIRE(migrate(*database));
    auto opened = CrashTable::open(*database);
    REQUIRE(opened);
    table.emplace(std::move(*opened));
  }
  test::TempFolder folder;
  Result<Database> database = Database::open(folder.path() / "a.db");
  std::optional<CrashTable> table;
};

}  // namespace

TEST_CASE("records come back as they were, the newest first") {
  TableRig rig;
  CHECK(rig.table->newest("backend")->empty());
  REQUIRE(rig.table->add(example(1)));
  REQUIRE(rig.table->add(example(2)));
  const auto records = rig.table->newest("backend");
  REQUIRE(records);
  REQUIRE(records->size() == 2);
  CHECK((*records)[0] == example(2));
  CHECK((*records)[1] == example(1));
  CHECK(rig.table->newest("other")->empty());
}

TEST_CASE("the newest twenty of each service are kept") {
  TableRig rig;
  CrashRecord other = example(1);
  other.service = "other";
  REQUIRE(rig.table->add(other));
  for (std::uint64_t run = 1; run <= 50; ++run)
    REQUIRE(rig.table->add(example(run)));
  const auto records = rig.table->newest("backend");
  REQUIRE(records);
  REQUIRE(records->size() == kKeptCrashes);
  CHECK(records->front().run == RunId{50});
  CHECK(records->back().run == RunId{31});
  CHECK(rig.table->newest("other")->size() == 1);
  auto count = rig.database->prepare("SELECT count(*) FROM crash");
  REQUIRE(count);
  REQUIRE(*count->step());
  CHECK(count->whole(0) == 21);
}

TEST_CASE("a record that is told twice is there once") {
  TableRig rig;
  REQUIRE(rig.table->add(example()));
  REQUIRE(rig.table->add(example()));
  CHECK(rig.table->newest("backend")->size() == 1);
}

TEST_CASE("a record that cannot be read does not hide the others") {
  TableRig rig;
  REQUIRE(rig.table->add(example(1)));
  REQUIRE(
      rig.database->execute("INSERT INTO crash(service, at, record) VALUES('backend', 1, '{')"));
  REQUIRE(rig.table->add(example(2)));
  CHECK(rig.table->newest("backend")->size() == 2);
}

}  // namespace mainstay::history
