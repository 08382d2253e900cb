// Whatever lies where the database should be: a new one is begun, and what was there is kept.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <random>

#include "unit/history/store_rig.h"

namespace mainstay::history {

namespace {

namespace fs = std::filesystem;

void fill(StoreRig& rig, std::uint64_t events) {
  for (std::uint64_t id = 1; id <= events; ++id)
    REQUIRE(rig.write(id));
  rig.store->close();
}

void put(const fs::path& path, std::string_view bytes) {
  std::ofstream{path, std::ios::binary | std::ios::trunc} << bytes;
}

// It is set aside once, under its reason, said once, and work goes on in a new file.
void check_replaced(StoreRig& rig, const std::string& reason) {
  const Status written = rig.write(1000);
  REQUIRE_MESSAGE(written, written.error().message);
  CHECK(rig.kept() == Numbers{1000});
  REQUIRE(rig.aside().size() == 1);
  CHECK(rig.aside()[0] == "mainstay.db." + reason + "_20270115_080000");
  const auto notices = rig.store->take_notices();
  REQUIRE(notices.size() == 1);
  CHECK(notices[0].find(rig.aside()[0]) != std::string::npos);
  CHECK(notices[0].ends_with("a new one is begun, and a new chain of the audit log"));
  const auto begin = rig.store->ask([](Tables& tables) { return audit_begin(*tables.database); });
  REQUIRE(begin);
  CHECK(begin->why.starts_with("the file before it could not be used, and is kept as "));
  CHECK(begin->why.ends_with(rig.aside()[0]));
}

}  // namespace

TEST_CASE("garbage is kept aside as it is") {
  StoreRig rig;
  const std::string garbage(8192, 'x');
  put(rig.database(), garbage);
  check_replaced(rig, "corrupt");
  CHECK(content(rig.folder.path() / rig.aside()[0]) == garbage);
}

TEST_CASE("a file that was cut off is replaced") {
  StoreRig rig;
  fill(rig, 200);
  fs::resize_file(rig.database(), 5000);
  check_replaced(rig, "corrupt");
}

TEST_CASE("an empty file is a new one") {
  StoreRig rig;
  put(rig.database(), "");
  REQUIRE(rig.write(1));
  CHECK(rig.kept() == Numbers{1});
  CHECK(rig.aside().empty());
}

TEST_CASE("a write-ahead log without its database is kept") {
  StoreRig rig;
  put(rig.database().string() + "-wal", "what is left");
  const Status written = rig.write(1000);
  REQUIRE_MESSAGE(written, written.error().message);
  CHECK(rig.kept() == Numbers{1000});
  CHECK(content(rig.folder.path() / "mainstay.db.corrupt_20270115_080000-wal") == "what is left");
}

TEST_CASE("a folder, a link and a pipe in its place are moved out of the way") {
  SUBCASE("a folder") {
    StoreRig rig;
    fs::create_directory(rig.database());
    check_replaced(rig, "unusable");
  }
  SUBCASE("a link") {
    StoreRig rig;
    put(rig.folder.path() / "other", "not ours");
    fs::create_symlink(rig.folder.path() / "other", rig.database());
    check_replaced(rig, "unusable");
    CHECK(content(rig.folder.path() / "other") == "not ours");
  }
  SUBCASE("a pipe") {
    StoreRig rig;
    REQUIRE(mkfifo(rig.database().c_str(), 0600) == 0);
    check_replaced(rig, "unusable");
  }
  SUBCASE("a folder where the write-ahead log should be") {
    StoreRig rig;
    fill(rig, 1);
    fs::create_directory(rig.database().string() + "-wal");
    check_replaced(rig, "unusable");
  }
}

TEST_CASE("a file that we may not write is replaced, unless the folder is so, too" *
          doctest::skip(geteuid() == 0)) {
  StoreRig rig;
  fill(rig, 1);
  fs::permissions(rig.database(), fs::perms::owner_read);
  fs::permissions(rig.folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
  const Status refused = rig.write(2);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == EACCES);
  CHECK(rig.aside().empty());
  fs::permissions(rig.folder.path(), fs::perms::owner_all);
  check_replaced(rig, "unusable");
}

TEST_CASE("bits that flip anywhere lead to an answer, an error or a new file, never to an end") {
  StoreRig rig;
  fill(rig, 300);
  const std::string sound = content(rig.database());
  std::mt19937 random{7};
  int replaced = 0;
  for (int round = 0; round < 60; ++round) {
    rig.store->close();
    std::string bytes = sound;
    for (int flip = 0; flip < 64; ++flip)
      bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
    put(rig.database(), bytes);
    fs::remove(rig.database().string() + "-wal");
    rig.advance(std::chrono::hours{1});  // what is set aside is so for the first time in a while
    const Status written = rig.write(1000 + static_cast<std::uint64_t>(round));
    CHECK((written.ok() || written.error().code == ENOTSUP));
    rig.kept();
    rig.store->tidy();
    const auto notices = rig.store->take_notices();
    replaced += notices.empty() ? 0 : 1;
  }
  CHECK(replaced > 0);
  CHECK(rig.aside().size() <= 3);
}

TEST_CASE("damage that shows only when it is read is found by the question") {
  StoreRig rig;
  fill(rig, 3000);
  std::string bytes = content(rig.database());
  // A page in the middle becomes nonsense; what is written next touches the end only.
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() / 2 / 4096 * 4096), 4096,
              '\x5a');
  put(rig.database(), bytes);
  const auto all =
      rig.store->ask([](Tables& tables) { return tables.events.query({.limit = 100'000}); });
  REQUIRE_FALSE(all);
  CHECK(all.error().code == EBADMSG);
  check_replaced(rig, "corrupt");
}

TEST_CASE("a disk that damages everything does not push out what was set aside before") {
  StoreRig rig;
  put(rig.database(), std::string(8192, 'x'));
  REQUIRE(rig.write(1));
  rig.store->close();
  for (int again = 0; again < 5; ++again) {
    put(rig.database(), std::string(8192, 'y'));
    const Status refused = rig.write(2);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == EBADMSG);
    rig.advance(std::chrono::minutes{1});
  }
  CHECK(rig.aside().size() == 1);
  rig.advance(std::chrono::minutes{10});
  CHECK(rig.write(3));
  CHECK(rig.aside().size() == 2);
}

}  // namespace mainstay::history
