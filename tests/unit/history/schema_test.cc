#include "history/schema.h"

#include <doctest/doctest.h>

#include <cerrno>

#include "unit/control/temp_folder.h"

namespace mainstay::test {
using namespace history;

TEST_CASE("a new file gets the tables, and a second time changes nothing") {
  const TempFolder folder;
  auto database = Database::open(folder.path() / "a.db");
  REQUIRE(database);
  REQUIRE(migrate(*database));
  CHECK(*database->version() == kSchemaVersion);
  REQUIRE(database->execute("INSERT INTO series(kind, name, span) VALUES(1, 'a', 0)"));
  REQUIRE(migrate(*database));
  auto kept = database->prepare("SELECT count(*) FROM series");
  REQUIRE(kept);
  REQUIRE(*kept->step());
  CHECK(kept->whole(0) == 1);
}

TEST_CASE("the file of a newer program is refused and left as it is") {
  const TempFolder folder;
  auto database = Database::open(folder.path() / "a.db");
  REQUIRE(database);
  REQUIRE(database->set_version(kSchemaVersion + 1));
  const Status refused = migrate(*database);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ENOTSUP);
  CHECK(*database->version() == kSchemaVersion + 1);
}

}  // namespace mainstay::test
