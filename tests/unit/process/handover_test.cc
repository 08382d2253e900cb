// What is handed from a controller to the next supervisor, through a real socket.
#include "process/handover.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mainstay::process {

namespace {

UniqueFd some_fd() {
  return UniqueFd{open("/dev/null", O_RDONLY | O_CLOEXEC)};
}

UniqueFd pipe_end() {
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  close(ends[1]);
  return UniqueFd{ends[0]};
}

bool same_file(int one, int other) {
  struct stat a {};
  struct stat b {};
  return fstat(one, &a) == 0 && fstat(other, &b) == 0 && a.st_dev == b.st_dev &&
         a.st_ino == b.st_ino;
}

Handover example(std::size_t runs) {
  Handover handover;
  handover.descriptors.emplace_back("state", some_fd());
  handover.descriptors.emplace_back("control", pipe_end());
  for (std::size_t i = 0; i < runs; ++i) {
    KeeperRun run;
    run.token = i + 1;
    run.label = fmt::format("{}:{}", std::string(64, 'n'), i);
    run.pid = static_cast<int>(1000 + i);
    run.spawned = {std::chrono::seconds{i}};
    run.pidfd = some_fd();
    if (i % 2 == 0) run.out = some_fd();
    if (i % 3 == 0) run.err = some_fd();
    if (i % 4 < 2) run.notify_socket = pipe_end();
    if (i % 4 == 1) run.notify_pipe = some_fd();
    handover.runs.push_back({std::move(run), std::nullopt});
  }
  return handover;
}

}  // namespace

TEST_CASE("everything comes out as it went in, with its descriptors") {
  const Handover given = example(7);
  std::size_t left_out = 0;
  const auto packed = pack(given, left_out);
  REQUIRE(packed.ok());
  CHECK(left_out == 0);
  CHECK((fcntl(packed->get(), F_GETFD) & FD_CLOEXEC) != 0);
  const auto taken = unpack(packed->get());
  REQUIRE(taken.ok());
  REQUIRE(taken->descriptors.size() == 2);
  CHECK(taken->descriptors[0].first == "state");
  CHECK(taken->descriptors[1].first == "control");
  CHECK(same_file(taken->descriptors[1].second.get(), given.descriptors[1].second.get()));
  REQUIRE(taken->runs.size() == 7);
  for (std::size_t i = 0; i < 7; ++i) {
    const KeeperRun& run = taken->runs[i].run;
    CHECK(run.token == i + 1);
    CHECK(run.label == given.runs[i].run.label);
    CHECK(run.pid == given.runs[i].run.pid);
    CHECK(run.spawned == given.runs[i].run.spawned);
    CHECK(run.pidfd);
    CHECK(static_cast<bool>(run.out) == (i % 2 == 0));
    CHECK(static_cast<bool>(run.err) == (i % 3 == 0));
    CHECK(static_cast<bool>(run.notify_pipe) == (i % 4 == 1));
    REQUIRE(static_cast<bool>(run.notify_socket) == (i % 4 < 2));
    if (run.notify_socket)
      CHECK(same_file(run.notify_socket.get(), given.runs[i].run.notify_socket.get()));
    CHECK((run.flags & keeper::kForeign) != 0);
  }
}

TEST_CASE("of a run that has ended there is its exit, and a note says why all this is") {
  Handover given = example(1);
  given.note = "upgrade";
  given.runs[0].run.pidfd.reset();
  given.runs[0].exit = KeeperExit{1, 0, 1000, 42 << 8, Duration{7}, 8, {Duration{9}}};
  std::size_t left_out = 0;
  const auto packed = pack(given, left_out);
  REQUIRE(packed.ok());
  const auto taken = unpack(packed->get());
  REQUIRE(taken.ok());
  CHECK(taken->note == "upgrade");
  REQUIRE(taken->runs.size() == 1);
  REQUIRE(taken->runs[0].exit.has_value());
  CHECK(taken->runs[0].exit->wait_status == 42 << 8);
  CHECK(taken->runs[0].exit->cpu == Duration{7});
  CHECK(taken->runs[0].exit->peak_memory_bytes == 8);
  CHECK(taken->runs[0].exit->at.since_boot == Duration{9});
}

TEST_CASE("a thousand runs fit") {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  rlimit raised = files;
  raised.rlim_cur = raised.rlim_max;
  setrlimit(RLIMIT_NOFILE, &raised);
  const Handover given = example(1000);
  std::size_t left_out = 0;
  const auto packed = pack(given, left_out);
  REQUIRE(packed.ok());
  const auto taken = unpack(packed->get());
  setrlimit(RLIMIT_NOFILE, &files);
  REQUIRE(taken.ok());
  // A plain user's limits may leave some out; those that are not counted have come.
  CHECK(taken->runs.size() + left_out == 1000);
  if (geteuid() == 0) CHECK(left_out == 0);
}

TEST_CASE("what makes no sense is refused, and nothing of it stays open") {
  int ends[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
  const UniqueFd reading{ends[0]};
  const UniqueFd writing{ends[1]};
  for (const std::string_view bytes :
       {"\x02 no run", "\x07", "\x01\xff\xff\xff\xff", "\x04 no notify"}) {
    REQUIRE(send(ends[1], bytes.data(), bytes.size(), 0) > 0);
    CHECK_FALSE(unpack(ends[0]).ok());
  }
  CHECK(unpack(ends[0]).ok());  // nothing is left in it
}

}  // namespace mainstay::process
