// Which archives go, decided by value.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "logs/retention.h"

using namespace mainstay;
using namespace mainstay::logs;

namespace {

constexpr WallTime kNow{std::chrono::hours{1'000'000}};

WallTime ago(Duration age) {
  return kNow + -age;
}

class Folder {
 public:
  Folder() {
    policy.total_size = 1'000'000;
    declare("web").keep = 1000;
  }

  model::RotateSpec& declare(const std::string& name) {
    model::RotateSpec& spec = policy.programs[name];
    spec.max_age.reset();
    return spec;
  }
  void file(std::string name, std::uint64_t size = 100, Duration age = Duration{0}) {
    entries.push_back({std::move(name), size, 1, ago(age).since_epoch.count()});
  }
  // An archive of `log`, compressed, with its index, cut `age` ago.
  void archive(const std::string& log, Duration age, std::uint64_t size = 100) {
    const std::string name = archive_file_name(log, ago(age));
    file(name + ".gz", size - 10, age);
    file(name + ".idx", 10, age);
  }

  Inventory inventory() const { return take_inventory(entries, policy); }
  // The doomed ones, by name.
  std::vector<std::string> doomed() const {
    const Inventory all = inventory();
    std::vector<std::string> names;
    for (const std::size_t number : decide_retention(all, policy, kNow).doomed)
      names.push_back(all.archives[number].file_name());
    return names;
  }
  std::optional<WallTime> next() const { return decide_retention(inventory(), policy, kNow).next; }

  KeepPolicy policy;
  std::vector<DirectoryEntry> entries;
};

using Names = std::vector<std::string>;
using std::chrono::hours;

std::string name_of(const std::string& log, Duration age) {
  return archive_file_name(log, ago(age));
}

}  // namespace

TEST_CASE("the newest `keep` archives of each log stay, of every stream and instance its own") {
  Folder folder;
  folder.declare("web").keep = 2;
  for (const char* log : {"web.out.log", "web.err.log", "web:3.out.log"}) {
    for (int age = 1; age <= 3; ++age)
      folder.archive(log, hours{age});
  }
  CHECK(folder.doomed() == Names{name_of("web.err.log", hours{3}), name_of("web.out.log", hours{3}),
                                 name_of("web:3.out.log", hours{3})});
  folder.declare("web").keep = 0;
  CHECK(folder.doomed().size() == 9);
}

TEST_CASE("archives older than max_age go, and it is known when the next one will") {
  Folder folder;
  folder.declare("web").max_age = hours{24};
  folder.policy.programs["web"].keep = 100;
  folder.archive("web.out.log", hours{30});
  folder.archive("web.out.log", hours{24});
  folder.archive("web.out.log", hours{23});
  CHECK(folder.doomed() ==
        Names{name_of("web.out.log", hours{30}), name_of("web.out.log", hours{24})});
  CHECK(folder.next() == kNow + hours{1});
  folder.declare("web").keep = 100;
  CHECK(folder.doomed().empty());
  CHECK(!folder.next());
}

TEST_CASE("over the total the oldest archives of whatever log go, but no log that is written") {
  Folder folder;
  folder.declare("api").keep = 100;
  folder.policy.total_size = 1000;
  folder.file("web.out.log", 500);
  folder.file("web.out.log.idx", 40);
  folder.file("web.out.log.raw", 10);  // what is staged counts, too
  folder.archive("web.out.log", hours{3}, 200);
  folder.archive("api.log", hours{2}, 200);
  folder.archive("web.out.log", hours{1}, 200);
  CHECK(folder.inventory().bytes() == 1150);
  CHECK(folder.doomed() == Names{name_of("web.out.log", hours{3})});
  folder.file("api.log", 5000);
  CHECK(folder.doomed().size() == 3);
}

TEST_CASE("what keep takes away already does not count in the total") {
  Folder folder;
  folder.declare("web").keep = 1;
  folder.policy.total_size = 300;
  folder.declare("api").keep = 100;
  folder.archive("api.log", hours{9}, 100);
  folder.archive("web.out.log", hours{2}, 500);
  folder.archive("web.out.log", hours{1}, 100);
  CHECK(folder.doomed() == Names{name_of("web.out.log", hours{2})});
}

TEST_CASE(
    "programs that are no longer declared keep their archives for a week, as far as they are "
    "ours") {
  Folder folder;
  folder.archive("gone.out.log", hours{24 * 6});
  folder.archive("gone.out.log", hours{24 * 8});
  folder.file(archive_file_name("notes.log", ago(hours{24 * 300})), 100, hours{24 * 300});
  folder.file("gone.out.log", 70);
  folder.file("gone.out.log.idx", 7);
  folder.file("other.log", 900);
  CHECK(folder.doomed() == Names{name_of("gone.out.log", hours{24 * 8})});
  CHECK(folder.inventory().live.size() == 1);
  CHECK(folder.inventory().bytes() == 277);
}

TEST_CASE("files of other people are none of ours, whatever they are called") {
  Folder folder;
  folder.policy.total_size = 1;
  for (const char* name :
       {"web.out.log.1", "web.out.log.1.gz", "web.out.log-20261122", "web_backup.tar.gz", "README",
        "web_20261122_110007.txt", "web_20261122_110007.log.xz", "..log", "web.sock"})
    folder.file(name, 1000, hours{10'000});
  CHECK(folder.doomed().empty());
  CHECK(folder.inventory().bytes() == 0);
  CHECK(folder.inventory().unfinished.empty());
}

TEST_CASE("the oldest archives are found for a disk that is full") {
  Folder folder;
  folder.archive("web.out.log", hours{1}, 100);
  folder.archive("web.out.log", hours{3}, 100);
  folder.archive("web.err.log", hours{2}, 100);
  const Inventory all = folder.inventory();
  CHECK(oldest_archives(all, 0).empty());
  const auto chosen = oldest_archives(all, 150);
  REQUIRE(chosen.size() == 2);
  CHECK(all.archives[chosen[0]].at == ago(hours{3}));
  CHECK(all.archives[chosen[1]].log == "web.err.log");
  CHECK(oldest_archives(all, 100'000).size() == 3);
}

TEST_CASE("the policy has every program of the file, and the supervisor's own log") {
  model::Ecosystem ecosystem;
  ecosystem.services.resize(1);
  ecosystem.services[0].name = "web";
  ecosystem.services[0].logs.rotate.keep = 7;
  ecosystem.jobs.resize(1);
  ecosystem.jobs[0].name = "backup";
  const KeepPolicy policy = keep_policy(ecosystem);
  CHECK(policy.declared("web:2.err.log")->keep == 7);
  CHECK(policy.declared("backup.log") != nullptr);
  CHECK(policy.declared("supervisor.log")->keep == 5);
  CHECK(policy.declared("other.log") == nullptr);
  CHECK(policy.total_size == 1024ULL * 1024 * 1024);
}
