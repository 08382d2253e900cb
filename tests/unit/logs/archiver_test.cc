// Archives on a real disk: compressed, deleted, and what a death in the middle leaves behind.
#include "logs/archiver.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <array>
#include <cstdio>

#include "logs/compress.h"
#include "rotation_support.h"

using namespace mainstay;
using namespace mainstay::logs;
using namespace mainstay::logs::test;

namespace {

// By the real gzip, which also checks sums and lengths.
std::string unzipped(const std::filesystem::path& path) {
  FILE* const gzip = popen(fmt::format("gzip -dc '{}'", path.string()).c_str(), "re");
  REQUIRE(gzip != nullptr);
  std::string bytes;
  std::array<char, 4096> block{};
  for (std::size_t got = 1; got > 0;) {
    got = fread(block.data(), 1, block.size(), gzip);
    bytes.append(block.data(), got);
  }
  CHECK(pclose(gzip) == 0);
  return bytes;
}

struct ArchiveBench : RotationBench {
  explicit ArchiveBench(std::uint32_t keep = 100) : RotationBench(true, false) {
    policy.total_size = 1ULL << 40;
    model::RotateSpec& spec = policy.programs["web"];
    spec.keep = keep;
    spec.max_age.reset();
  }

  void begin() {
    archiver = std::make_unique<Archiver>(loop, folder / "log", policy, [this] { return now; });
    bool known = false;
    archiver->begin([&](std::span<const ArchiveName> names) {
      newest.assign(names.begin(), names.end());
      known = true;
    });
    turn_until([&] { return known; });
  }
  // An archive of web.out.log of that hour; its plain name.
  std::string add(int hour, const std::string& text, bool index = true) {
    const std::string name = archive_file_name("web.out.log", now.wall + std::chrono::hours{hour});
    folder.write("log/" + name, text);
    if (index) folder.write("log/" + name + ".idx", "index");
    return name;
  }
  bool has(const std::string& name) const { return folder.has("log/" + name); }

  KeepPolicy policy;
  std::vector<ArchiveName> newest;
  std::unique_ptr<Archiver> archiver;
};

}  // namespace

TEST_CASE("an archive is compressed, with the time of its last change, and its index stays") {
  ArchiveBench bench;
  std::string text;
  for (int i = 0; i < 50'000; ++i)
    text += fmt::format("line {}\n", i);
  const std::string name = bench.add(0, text);
  const auto changed =
      std::filesystem::last_write_time(bench.folder / ("log/" + name)) - std::chrono::hours{100};
  std::filesystem::last_write_time(bench.folder / ("log/" + name), changed);
  bench.begin();
  bench.turn_until([&] { return !bench.has(name); });
  CHECK(unzipped(bench.folder / ("log/" + name + ".gz")) == text);
  CHECK(bench.has(name + ".idx"));
  CHECK(std::filesystem::last_write_time(bench.folder / ("log/" + name + ".gz")) == changed);
  CHECK(!bench.has(name + ".gz.tmp"));
}

TEST_CASE("after a death while compressing the archive is whole and compressed again") {
  ArchiveBench bench;
  const std::string partial = bench.add(0, "not compressed to its end\n");
  bench.folder.write("log/" + partial + ".gz.tmp", "\x1f\x8b garbage");
  const std::string doubled = bench.add(1, "compressed already\n");
  const std::atomic<bool> stop{false};
  REQUIRE(compress_archive(bench.directory, doubled, stop).ok());
  bench.folder.write("log/" + doubled, "compressed already\n");  // its removal did not happen
  bench.folder.write("log/" + archive_file_name("web.out.log", second(9)) + ".idx", "stray");
  bench.begin();
  CHECK(!bench.has(doubled));
  CHECK(!bench.has(archive_file_name("web.out.log", second(9)) + ".idx"));
  bench.turn_until([&] { return !bench.has(partial); });
  CHECK(!bench.has(partial + ".gz.tmp"));
  CHECK(unzipped(bench.folder / ("log/" + partial + ".gz")) == "not compressed to its end\n");
  CHECK(unzipped(bench.folder / ("log/" + doubled + ".gz")) == "compressed already\n");
  REQUIRE(bench.newest.size() == 1);
  CHECK(archive_file_name(bench.newest[0]) == doubled);
}

TEST_CASE("compression that is stopped, or finds the disk full, leaves the archive as it was") {
  ArchiveBench bench;
  std::string noise;  // does not get smaller
  for (std::uint32_t seed = 1; noise.size() < 300'000; seed = seed * 1'664'525 + 1'013'904'223)
    noise.push_back(static_cast<char>(seed >> 24));
  const std::string name = bench.add(0, noise);
  const std::atomic<bool> stop{true};
  const Status stopped = compress_archive(bench.directory, name, stop);
  REQUIRE(!stopped.ok());
  CHECK(stopped.error().code == ECANCELED);
  CHECK(bench.log(name) == noise);
  {
    const auto handler = signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const rlimit full{100'000, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &full);
    const std::atomic<bool> go{false};
    const Status failed = compress_archive(bench.directory, name, go);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, handler);
    REQUIRE(!failed.ok());
    CHECK(failed.error().message.find("cannot compress log") == 0);
  }
  CHECK(bench.log(name) == noise);
  CHECK(!bench.has(name + ".gz.tmp"));
  CHECK(!bench.has(name + ".gz"));
}

TEST_CASE("what is not kept is deleted with its index and not compressed before") {
  ArchiveBench bench{2};
  bench.policy.programs["web"].compress = false;
  for (int hour = 0; hour < 5; ++hour)
    bench.add(hour, "text\n");
  bench.begin();
  const auto files = [&] {
    return std::distance(std::filesystem::directory_iterator{bench.folder / "log"}, {});
  };
  bench.turn_until([&] { return files() == 4; });
  CHECK(bench.archives("web.out.log")[0] ==
        archive_file_name("web.out.log", bench.now.wall + std::chrono::hours{3}));
}

TEST_CASE("an archive goes when it becomes too old, by a timer") {
  ArchiveBench bench;
  const std::string name = bench.add(0, "text\n");
  const auto modified = std::filesystem::last_write_time(bench.folder / ("log/" + name));
  bench.policy.programs["web"].max_age = std::chrono::seconds{10};
  const auto since = std::chrono::file_clock::to_sys(modified).time_since_epoch();
  bench.now.wall = WallTime{since} + std::chrono::milliseconds{8900};
  bench.begin();
  bench.turn_until([&] { return bench.has(name + ".gz"); });
  bench.now.wall = bench.now.wall + std::chrono::seconds{2};
  bench.turn_until([&] { return !bench.has(name + ".gz") && !bench.has(name + ".idx"); });
}

TEST_CASE("space is freed at once by the oldest archives, and said how much") {
  ArchiveBench bench;
  bench.policy.programs["web"].compress = false;
  const std::string old = bench.add(0, std::string(1000, 'x'));
  std::filesystem::last_write_time(
      bench.folder / ("log/" + old),
      std::filesystem::last_write_time(bench.folder / ("log/" + old)) - std::chrono::hours{5});
  const std::string young = bench.add(1, std::string(1000, 'x'));
  bench.begin();
  std::optional<std::uint64_t> freed;
  bench.archiver->free_space(500, [&](std::uint64_t bytes) { freed = bytes; });
  bench.turn_until([&] { return freed.has_value(); });
  CHECK(*freed == 1005);
  CHECK(!bench.has(old));
  CHECK(bench.has(young));
  freed.reset();
  bench.archiver->free_space(1 << 30, [&](std::uint64_t bytes) { freed = bytes; });
  bench.turn_until([&] { return freed.has_value(); });
  CHECK(*freed == 1005);
  freed.reset();
  bench.archiver->free_space(1, [&](std::uint64_t bytes) { freed = bytes; });
  bench.turn_until([&] { return freed.has_value(); });
  CHECK(*freed == 0);
}

TEST_CASE("all archives of some logs are deleted, of others none, and files of others never") {
  ArchiveBench bench;
  const std::string mine = bench.add(0, "mine\n");
  bench.folder.write("log/web.out.log.1", "somebody's\n");
  bench.folder.write("log/web.err_20200101_000000.log", "other stream\n");
  bench.begin();
  bool done = false;
  bench.archiver->delete_archives({"web.out.log"},
                                  [&](std::uint64_t freed, std::optional<Error> why) {
                                    CHECK(freed > 0);
                                    CHECK(!why);
                                    done = true;
                                  });
  bench.turn_until([&] { return done; });
  CHECK(!bench.has(mine));
  CHECK(!bench.has(mine + ".gz"));
  CHECK(bench.has("web.out.log.1"));
  CHECK((bench.has("web.err_20200101_000000.log") || bench.has("web.err_20200101_000000.log.gz")));
}

TEST_CASE("a directory that cannot be read is told of, and an archiver may go while it works") {
  ArchiveBench bench;
  bench.add(0, std::string(30'000'000, 'x'));
  bench.begin();
  bench.archiver.reset();
  Archiver lost{bench.loop, "/proc/self/mainstay-none", bench.policy, [&] { return bench.now; }};
  std::vector<std::string> told;
  bool known = false;
  lost.set_on_trouble([&](const Error& error) { told.push_back(error.message); });
  lost.begin([&](std::span<const ArchiveName>) { known = true; });
  bench.turn_until([&] { return known && !told.empty(); });
  CHECK(told[0].find("cannot use log directory") == 0);
}
