#include "history/sqlite_store.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>

#include "unit/control/temp_folder.h"

namespace mainstay::test {
using namespace history;

TEST_CASE("what is committed is there when the file is opened again, what is not is gone") {
  const TempFolder folder;
  const auto path = folder.path() / "a.db";
  {
    auto database = Database::open(path);
    REQUIRE(database);
    REQUIRE(database->execute("CREATE TABLE t(a INTEGER, b TEXT, c BLOB)"));
    auto insert = database->prepare("INSERT INTO t VALUES(?, ?, ?)");
    REQUIRE(insert);
    REQUIRE(database->begin());
    insert->bind(1, 7).bind_text(2, "seven").bind_blob(3, std::string_view{"\0x", 2});
    REQUIRE(insert->run());
    REQUIRE(database->commit());
    REQUIRE(database->begin());
    insert->bind(1, 8).bind_null(2).bind_blob(3, {});
    REQUIRE(insert->run());
    CHECK(database->changed_rows() == 1);
    database->rollback();
    database->rollback();
  }
  auto database = Database::open(path);
  REQUIRE(database);
  auto all = database->prepare("SELECT a, b, c FROM t");
  REQUIRE(all);
  REQUIRE(*all->step());
  CHECK(all->whole(0) == 7);
  CHECK(all->text(1) == "seven");
  CHECK(all->blob(2) == std::string_view{"\0x", 2});
  CHECK_FALSE(*all->step());
  CHECK(database->check());
}

TEST_CASE("only its owner may read the database") {
  const TempFolder folder;
  const auto path = folder.path() / "a.db";
  auto database = Database::open(path);
  REQUIRE(database);
  REQUIRE(database->execute("CREATE TABLE t(a)"));
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat found {};
    REQUIRE(::stat((path.string() + suffix).c_str(), &found) == 0);
    CHECK((found.st_mode & 0777) == 0600);
  }
}

TEST_CASE("a file that is no database, and a link, are refused with their class") {
  const TempFolder folder;
  const auto path = folder.path() / "a.db";
  std::ofstream(path) << std::string(8192, 'x');
  const auto garbage = Database::open(path);
  REQUIRE_FALSE(garbage);
  CHECK(garbage.error().code == EBADMSG);
  CHECK(garbage.error().message.find(path.string()) != std::string::npos);

  std::filesystem::create_symlink(path, folder.path() / "link");
  CHECK(Database::open(folder.path() / "link").error().code == ELOOP);
  CHECK(Database::open(folder.path() / "no" / "a.db").error().code == ENOENT);
}

TEST_CASE("a file that somebody else holds is busy") {
  const TempFolder folder;
  auto one = Database::open(folder.path() / "a.db");
  auto other = Database::open(folder.path() / "a.db", std::chrono::milliseconds{10});
  REQUIRE(one);
  REQUIRE(other);
  REQUIRE(one->begin());
  const Status begun = other->begin();
  REQUIRE_FALSE(begun);
  CHECK(begun.error().code == EBUSY);
}

}  // namespace mainstay::test
