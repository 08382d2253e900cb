#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cerrno>
#include <fstream>

#include "history/schema.h"
#include "unit/history/store_rig.h"

namespace mainstay::history {

TEST_CASE("events, rounds and crash records of one batch are there after the next start") {
  StoreRig rig;
  Batch batch;
  batch.events.push_back(exited({}));
  batch.events.back().id = 7;
  batch.rounds.push_back({kNoon, {{{SeriesKind::Monitor, "router"}, {{Metric::LatencyMs, 2.5}}}}});
  batch.crashes.push_back(example());
  REQUIRE(rig.store->write(batch));
  rig.begin();
  CHECK(rig.kept() == Numbers{7});
  const auto crashes =
      rig.store->ask([](Tables& tables) { return tables.crashes.newest("backend"); });
  REQUIRE(crashes);
  REQUIRE(crashes->size() == 1);
  CHECK((*crashes)[0] == example());
  SeriesQuery query;
  query.kind = SeriesKind::Monitor;
  query.names = {"router"};
  query.metric = Metric::LatencyMs;
  query.from = kNoon;
  query.to = kNoon + std::chrono::seconds{1};
  const auto samples = rig.store->ask([&](Tables& tables) { return tables.samples.query(query); });
  REQUIRE(samples);
  REQUIRE((*samples)[0].points.size() == 1);
  CHECK((*samples)[0].points[0].max == doctest::Approx(2.5));
  CHECK(rig.store->take_notices().empty());
}

TEST_CASE("an orderly end leaves one file") {
  StoreRig rig;
  REQUIRE(rig.write(1));
  CHECK(std::filesystem::exists(rig.database().string() + "-wal"));
  rig.store->close();
  CHECK_FALSE(std::filesystem::exists(rig.database().string() + "-wal"));
  CHECK(rig.kept() == Numbers{1});
}

TEST_CASE("the file of a newer program is refused and left alone") {
  StoreRig rig;
  REQUIRE(rig.write(1));
  rig.store->close();
  {
    auto database = Database::open(rig.database());
    REQUIRE(database);
    REQUIRE(database->set_version(kSchemaVersion + 1));
  }
  const std::string before = content(rig.database());
  const Status refused = rig.write(2);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ENOTSUP);
  CHECK(refused.error().message.find("written by a newer program") != std::string::npos);
  CHECK(refused.error().message.find(rig.database().string()) != std::string::npos);
  CHECK(content(rig.database()) == before);
  CHECK(rig.aside().empty());
  CHECK(rig.store->take_notices().empty());
}

TEST_CASE("a file that is taken away while it is in use is begun anew") {
  StoreRig rig;
  REQUIRE(rig.write(1));
  std::filesystem::remove(rig.database());
  REQUIRE(rig.write(2));
  CHECK(rig.kept() == Numbers{2});
  const auto notices = rig.store->take_notices();
  REQUIRE(notices.size() >= 1);
  CHECK(notices[0].find("was taken away") != std::string::npos);
  rig.begin();
  CHECK(rig.kept() == Numbers{2});
}

TEST_CASE("what is too old is forgotten with the writes, and its space is given back") {
  StoreRig rig;
  for (std::uint64_t id = 1; id <= 400; ++id) {
    Batch batch;
    batch.events.push_back(exited({{"error", std::string(2000, 'x')}}));
    batch.events.back().id = id;
    REQUIRE(rig.store->write(batch));
  }
  rig.store->close();
  const auto large = std::filesystem::file_size(rig.database());
  rig.advance(kEventsKeep + std::chrono::hours{1});
  Batch batch;
  batch.events.push_back(exited({}));
  batch.events.back().id = 401;
  batch.events.back().at = rig.now.wall;
  REQUIRE(rig.store->write(batch));
  for (int turn = 0; turn < 20; ++turn)
    rig.store->tidy();
  CHECK(rig.kept() == Numbers{401});
  rig.store->close();
  CHECK(std::filesystem::file_size(rig.database()) < large / 4);
  CHECK(rig.store->take_notices().empty());
}

TEST_CASE("the files are for their owner alone") {
  StoreRig rig;
  REQUIRE(rig.write(1));
  struct stat found {};
  REQUIRE(::stat(rig.database().c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0600);
}

}  // namespace mainstay::history
