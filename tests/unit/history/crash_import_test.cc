// Crash records that an earlier version has left in files.
#include <doctest/doctest.h>

#include <fstream>

#include "unit/history/store_rig.h"

namespace mainstay::history {

namespace {

namespace fs = std::filesystem;

void leave(const StoreRig& rig, const std::string& service, const std::string& lines) {
  fs::create_directory(rig.folder.path() / "crashes");
  std::ofstream{rig.folder.path() / "crashes" / (service + ".jsonl")} << lines;
}

std::vector<CrashRecord> newest(StoreRig& rig) {
  const auto records =
      rig.store->ask([](Tables& tables) { return tables.crashes.newest("backend"); });
  REQUIRE(records);
  return *records;
}

}  // namespace

TEST_CASE("records of earlier versions move into the database, and their files go") {
  StoreRig rig;
  std::string lines;
  for (std::uint64_t run = 1; run <= 25; ++run)
    lines += encode(example(run)) + "\n";
  leave(rig, "backend", lines + "{\"cut");
  const auto records = newest(rig);
  REQUIRE(records.size() == kKeptCrashes);
  CHECK(records.front() == example(25));
  CHECK_FALSE(fs::exists(rig.folder.path() / "crashes"));
  CHECK(rig.store->take_notices().empty());
}

TEST_CASE("a controller that died before it removed the file adds nothing twice") {
  StoreRig rig;
  leave(rig, "backend", encode(example()) + "\n");
  CHECK(newest(rig).size() == 1);
  leave(rig, "backend", encode(example()) + "\n");
  rig.begin();
  CHECK(newest(rig).size() == 1);
  CHECK_FALSE(fs::exists(rig.folder.path() / "crashes"));
}

TEST_CASE("a file with a damaged record is kept aside, its good ones are taken") {
  StoreRig rig;
  leave(rig, "backend", encode(example(1)) + "\nprecious\n" + encode(example(2)) + "\n");
  CHECK(newest(rig).size() == 2);
  const auto notices = rig.store->take_notices();
  REQUIRE(notices.size() == 1);
  CHECK(notices[0].find("backend.jsonl.unreadable-") != std::string::npos);
  CHECK(fs::exists(rig.folder.path() / "crashes"));
  CHECK_FALSE(fs::exists(rig.folder.path() / "crashes" / "backend.jsonl"));
}

TEST_CASE("a link is not followed") {
  StoreRig rig;
  std::ofstream{rig.folder.path() / "secret"} << encode(example()) << "\n";
  fs::create_directory(rig.folder.path() / "crashes");
  fs::create_symlink(rig.folder.path() / "secret", rig.folder.path() / "crashes" / "b.jsonl");
  CHECK(newest(rig).empty());
  CHECK(rig.store->take_notices().size() == 1);
  CHECK(fs::exists(rig.folder.path() / "secret"));
}

}  // namespace mainstay::history
