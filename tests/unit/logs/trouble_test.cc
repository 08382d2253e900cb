// When a log cannot be written: nothing is lost, nothing spins, it recovers by itself.
#include <sched.h>
#include <sys/mount.h>

#include <fmt/format.h>

#include "support.h"

using namespace mainstay;
using namespace mainstay::logs;
using namespace mainstay::logs::test;

namespace {

std::string numbered(int count) {
  std::string lines;
  for (int i = 0; i < count; ++i)
    lines += fmt::format("line {}\n", i);
  return lines;
}

void check_recovery(Bench& bench) {
  const UniqueFd out = bench.attach_out(RunId{1}, "web");
  const std::string printed = numbered(5000);
  {
    const FileSizeLimit full{10'000};
    put(out.get(), printed);
    bench.turn_until([&] { return !bench.capture->troubles().empty(); });
    const auto troubles = bench.capture->troubles();
    CHECK(troubles[0].file == "web.out.log");
    CHECK(troubles[0].error.code == EFBIG);
    CHECK(troubles[0].error.message.find("cannot write log") == 0);
    CHECK(troubles[0].since == bench.now.wall);
    CHECK(bench.size("web.out.log") == 10'000);
    CHECK(bench.capture->troubles().size() == 1);
    bench.capture->drain(RunId{1});  // an exit meanwhile loses nothing
  }
  bench.turn_until([&] { return bench.capture->troubles().empty(); });
  CHECK(bench.log("web.out.log") == printed);
}

}  // namespace

TEST_CASE("a log that cannot grow keeps its bytes in the pipe and goes on by itself") {
  Bench bench;
  check_recovery(bench);
}

TEST_CASE("without splice it is the same, through the buffer") {
  CaptureOptions options = Bench::quick();
  options.splice = false;
  Bench bench{options};
  check_recovery(bench);
}

TEST_CASE("while a log cannot be written its pipe wakes nobody") {
  CaptureOptions options;
  options.first_retry = std::chrono::hours{1};
  Bench bench{options};
  const UniqueFd out = bench.attach_out(RunId{1}, "web");
  const FileSizeLimit full{10'000};
  put(out.get(), numbered(5000));
  bench.turn_until([&] { return !bench.capture->troubles().empty(); });
  const std::uint64_t turns = bench.capture->counts().turns;
  bench.loop.run_once(false);
  bench.loop.run_once(false);
  CHECK(bench.capture->counts().turns == turns);
}

TEST_CASE("a full disk holds the writer back and loses nothing") {
  if (geteuid() != 0 || unshare(CLONE_NEWNS) != 0 ||
      mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    MESSAGE("skipped: mounting a small file system needs root");
    return;
  }
  TempFolder folder;
  REQUIRE(mount("none", folder.path().c_str(), "tmpfs", 0, "size=64k,mode=700") == 0);
  {
    io::Loop loop;
    Directory directory = open_directory(folder / "log");
    Capture capture{loop, directory, Bench::quick()};
    Pipe out;
    model::LogSpec spec;
    spec.on_full = model::OnFull::Block;
    capture.attach(RunId{1}, "web", spec, {std::move(out.read), UniqueFd{}});
    const std::string printed = numbered(20'000);
    fcntl(out.write.get(), F_SETFL, O_NONBLOCK);
    std::size_t sent = 0;
    while (capture.troubles().empty()) {
      const ssize_t put = ::write(out.write.get(), printed.data() + sent, printed.size() - sent);
      if (put > 0) sent += static_cast<std::size_t>(put);
      loop.run_once(false);
    }
    CHECK(capture.troubles()[0].error.code == ENOSPC);
    REQUIRE(mount("none", folder.path().c_str(), "tmpfs", MS_REMOUNT, "size=4m") == 0);
    while (sent < printed.size()) {
      const ssize_t put = ::write(out.write.get(), printed.data() + sent, printed.size() - sent);
      if (put > 0) sent += static_cast<std::size_t>(put);
      loop.run_once(true);
    }
    out.write.reset();
    while (capture.is_open(RunId{1}))
      loop.run_once(true);
    CHECK(folder.read("log/web.out.log") == printed);
  }
  REQUIRE(umount(folder.path().c_str()) == 0);
}

TEST_CASE("what stands where the log should be is named, before the start and while running") {
  Bench bench;
  std::filesystem::create_symlink(bench.folder / "elsewhere", bench.folder / "log/web.err.log");
  const Status ready = bench.capture->ready("web", {});
  REQUIRE_FALSE(ready.ok());
  CHECK(ready.error().message.find("web.err.log: it is a symbolic link") != std::string::npos);
  model::LogSpec out_only;
  out_only.stderr_on = false;
  CHECK(bench.capture->ready("web", out_only).ok());

  Pipe err;
  bench.capture->attach(RunId{1}, "web", {}, {UniqueFd{}, std::move(err.read)});
  put(err.write.get(), "waits for a place\n");
  bench.turn_until([&] { return !bench.capture->troubles().empty(); });
  CHECK(bench.capture->troubles()[0].error.code == ELOOP);
  std::filesystem::remove(bench.folder / "log/web.err.log");
  bench.turn_until([&] { return bench.capture->troubles().empty(); });
  CHECK(bench.log("web.err.log") == "waits for a place\n");
  CHECK_FALSE(bench.folder.has("elsewhere"));
}

TEST_CASE("a log truncated from outside goes on at its new end, and that is counted") {
  Bench bench;
  const UniqueFd out = bench.attach_out(RunId{1}, "web");
  put(out.get(), "before the copytruncate\n");
  bench.capture->drain(RunId{1});
  std::filesystem::resize_file(bench.folder / "log/web.out.log", 0);
  bench.now.wall = bench.now.wall + std::chrono::seconds{5};
  put(out.get(), "after\n");
  bench.capture->drain(RunId{1});
  CHECK(bench.log("web.out.log") == "after\n");
  CHECK(bench.capture->counts().truncations == 1);

  auto index = bench.directory.open_for_reading("web.out.log.idx");
  REQUIRE(index.ok());
  IndexReader reader{std::move(index->fd), {}};
  CHECK(reader.count() == 1);
  CHECK(reader.time_at(0) == bench.now.wall);
}

TEST_CASE("a log that somebody appended to is not overwritten") {
  Bench bench;
  const UniqueFd out = bench.attach_out(RunId{1}, "web");
  put(out.get(), "ours\n");
  bench.capture->drain(RunId{1});
  bench.folder.append("log/web.out.log", "a note by hand\n");
  put(out.get(), "ours again\n");
  bench.capture->drain(RunId{1});
  CHECK(bench.log("web.out.log") == "ours\na note by hand\nours again\n");
}

TEST_CASE("a log that was deleted is made anew, and so is the directory") {
  Bench bench;
  const UniqueFd out = bench.attach_out(RunId{1}, "web");
  put(out.get(), "one\n");
  bench.capture->drain(RunId{1});
  std::filesystem::remove(bench.folder / "log/web.out.log");
  put(out.get(), "two\n");
  bench.capture->drain(RunId{1});
  CHECK(bench.log("web.out.log") == "two\n");
  std::filesystem::remove_all(bench.folder / "log");
  put(out.get(), "three\n");
  bench.capture->drain(RunId{1});
  CHECK(bench.log("web.out.log") == "three\n");
}
