#include "history/file_aside.h"

#include <doctest/doctest.h>

#include <set>

#include "unit/control/temp_folder.h"
#include "unit/history/support.h"

namespace mainstay::history {

namespace {

namespace fs = std::filesystem;

struct Folder : test::TempFolder {
  fs::path database() const { return path() / "mainstay.db"; }
  void put(const std::string& name) const { std::ofstream{path() / name} << name; }
  std::set<std::string> names() const {
    std::set<std::string> found;
    for (const auto& entry : fs::directory_iterator{path()})
      found.insert(entry.path().filename().string());
    return found;
  }
};

}  // namespace

TEST_CASE("a file goes with its companions, under a name that says why and when") {
  const Folder folder;
  folder.put("mainstay.db");
  folder.put("mainstay.db-wal");
  folder.put("mainstay.db-shm");
  folder.put("run.state");
  const auto name = set_file_aside(folder.database(), "corrupt", kNoon);
  REQUIRE(name);
  CHECK(name->filename() == "mainstay.db.corrupt_20270115_080000");
  CHECK(content(name->string() + "-wal") == "mainstay.db-wal");
  CHECK(folder.names() == std::set<std::string>{"mainstay.db.corrupt_20270115_080000",
                                                "mainstay.db.corrupt_20270115_080000-shm",
                                                "mainstay.db.corrupt_20270115_080000-wal",
                                                "run.state"});
}

TEST_CASE("nothing that exists is overwritten") {
  const Folder folder;
  folder.put("mainstay.db.corrupt_20270115_080000-wal");
  folder.put("mainstay.db");
  const auto name = set_file_aside(folder.database(), "corrupt", kNoon);
  REQUIRE(name);
  CHECK(name->filename() == "mainstay.db.corrupt_20270115_080000.2");
  CHECK(content(folder.path() / "mainstay.db.corrupt_20270115_080000-wal") ==
        "mainstay.db.corrupt_20270115_080000-wal");
}

TEST_CASE("the newest three are kept, whatever the reason, and nothing else is touched") {
  const Folder folder;
  folder.put("mainstay.db.backup");
  folder.put("mainstay.db.corrupt_soon");
  fs::create_directory(folder.path() / "mainstay.db.unusable_19990101_000000");
  for (int i = 0; i < 5; ++i) {
    folder.put("mainstay.db");
    folder.put("mainstay.db-wal");
    REQUIRE(set_file_aside(folder.database(), i % 2 == 0 ? "locked" : "corrupt",
                           kNoon + std::chrono::seconds{i}));
  }
  CHECK(folder.names() ==
        std::set<std::string>{
            "mainstay.db.backup", "mainstay.db.corrupt_soon",
            "mainstay.db.unusable_19990101_000000", "mainstay.db.locked_20270115_080002",
            "mainstay.db.locked_20270115_080002-wal", "mainstay.db.corrupt_20270115_080003",
            "mainstay.db.corrupt_20270115_080003-wal", "mainstay.db.locked_20270115_080004",
            "mainstay.db.locked_20270115_080004-wal"});
}

TEST_CASE("a folder in its place is moved, too") {
  const Folder folder;
  fs::create_directory(folder.database());
  const auto name = set_file_aside(folder.database(), "unusable", kNoon);
  REQUIRE(name);
  CHECK(fs::is_directory(*name));
  CHECK_FALSE(fs::exists(folder.database()));
}

}  // namespace mainstay::history
