// Moves that do not hold the pipe's lock, killed before and after every system call they make.
#include <sys/ptrace.h>

#include <fmt/format.h>

#include "logs/unlocked_move.h"
#include "sink_keeper.h"
#include "support.h"

using namespace mainstay;
using namespace mainstay::logs;
using namespace mainstay::logs::test;

namespace {

constexpr std::size_t kCapacity = 64 * 1024;

std::string numbered_lines(std::size_t from, std::size_t to) {
  std::string lines;
  for (std::size_t i = from; i < to; ++i)
    lines += fmt::format("line {}\n", i);
  return lines;
}

// A service's pipe with something in it, its log, and a keeper that holds what it is given.
struct Scene {
  Scene() {
    folder.write("web.out.log", before);
    log.reset(open((folder / "web.out.log").c_str(), O_RDWR | O_CLOEXEC));
    put(pipe.write.get(), printed);
  }

  UnlockedMoves moves() const { return UnlockedMoves{keeper.places(folder), kCapacity}; }
  LogPlace place() const {
    struct stat info {};
    REQUIRE(fstat(log.get(), &info) == 0);
    return {info.st_ino, static_cast<std::uint64_t>(info.st_size)};
  }
  std::string text() const { return folder.read("web.out.log"); }

  // The next controller: takes off what is in the log, and goes on. Without splice's help the rest
  // would come twice or never.
  void go_on() {
    UnlockedMoves next = moves();
    next.recover(pipe.read.get(), place());
    const Moved rest = splice_to_file(pipe.read.get(), log.get(), place().size, SIZE_MAX / 4);
    CHECK(rest.end == MoveEnd::Empty);
  }

  const std::string before = numbered_lines(0, 100);
  const std::string printed = numbered_lines(100, 3000);
  TempFolder folder;
  Pipe pipe;
  UniqueFd log;
  SinkKeeper keeper;
};

// Runs `body` in a child and kills it at the n-th stop, before or after a system call. False: it
// came to its end before that.
bool killed_at(int n, const std::function<void()>& body) {
  const pid_t pid = in_child([&] {
    if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) _exit(9);
    raise(SIGSTOP);
    body();
  });
  int status = 0;
  REQUIRE(waitpid(pid, &status, 0) == pid);
  REQUIRE_MESSAGE(WIFSTOPPED(status), "ptrace(2) is not allowed here");
  for (int stop = 0; stop < n; ++stop) {
    REQUIRE(ptrace(PTRACE_SYSCALL, pid, nullptr, nullptr) == 0);
    REQUIRE(waitpid(pid, &status, 0) == pid);
    if (WIFEXITED(status)) {
      REQUIRE(WEXITSTATUS(status) == 0);
      return false;
    }
    REQUIRE(WIFSTOPPED(status));
  }
  kill(pid, SIGKILL);
  reap(pid);
  return true;
}

void move_once(Scene& scene) {
  UnlockedMoves moves = scene.moves();
  moves.move(scene.pipe.read.get(), scene.log.get(), scene.place(), kCapacity);
}

void recover_once(Scene& scene) {
  UnlockedMoves next = scene.moves();
  next.recover(scene.pipe.read.get(), scene.place());
}

}  // namespace

TEST_CASE("what is in the pipe comes to the log, and leaves nothing open") {
  Scene scene;
  UnlockedMoves moves = scene.moves();
  const Moved first = moves.move(scene.pipe.read.get(), scene.log.get(), scene.place(), 10'000);
  CHECK(first.bytes == 10'000);
  CHECK(first.end == MoveEnd::Limit);
  const Moved rest = moves.move(scene.pipe.read.get(), scene.log.get(), scene.place(), kCapacity);
  CHECK(rest.bytes == scene.printed.size() - 10'000);
  CHECK(rest.end == MoveEnd::Empty);
  CHECK(scene.text() == scene.before + scene.printed);
  const Moved none = moves.move(scene.pipe.read.get(), scene.log.get(), scene.place(), kCapacity);
  CHECK(none.bytes == 0);
  CHECK(none.end == MoveEnd::Empty);
  scene.pipe.write.reset();
  const Moved end = moves.move(scene.pipe.read.get(), scene.log.get(), scene.place(), kCapacity);
  CHECK(end.end == MoveEnd::Closed);
  CHECK_FALSE(scene.moves().left_open(scene.pipe.read.get()));
}

TEST_CASE("what the file does not take stays in the pipe") {
  Scene scene;
  UnlockedMoves moves = scene.moves();
  const std::uint64_t most = scene.before.size() + 8192;
  {
    const FileSizeLimit limit{most};
    const Moved moved =
        moves.move(scene.pipe.read.get(), scene.log.get(), scene.place(), kCapacity);
    CHECK(moved.bytes == 8192);
    if (moved.end != MoveEnd::Failed) {
      const Moved again =
          moves.move(scene.pipe.read.get(), scene.log.get(), scene.place(), kCapacity);
      CHECK(again.bytes == 0);
      CHECK(again.end == MoveEnd::Failed);
      CHECK(again.error == EFBIG);
    }
  }
  CHECK(bytes_waiting(scene.pipe.read.get()) == scene.printed.size() - 8192);
  moves.move(scene.pipe.read.get(), scene.log.get(), scene.place(), kCapacity);
  CHECK(scene.text() == scene.before + scene.printed);
}

TEST_CASE("killed at any moment of a move, it loses and doubles nothing") {
  int kills = 0;
  for (bool killed = true; killed; ++kills) {
    Scene scene;
    killed = killed_at(kills + 1, [&] { move_once(scene); });
    scene.keeper.collect();
    scene.go_on();
    REQUIRE_MESSAGE(scene.text() == scene.before + scene.printed, "killed at stop ", kills + 1);
  }
  CHECK(kills > 30);
}

TEST_CASE("killed again at any moment while that is put right, it still does not") {
  int left_open = 0;
  bool first_killed = true;
  for (int first = 1; first_killed; first += 3) {  // a system call has two stops, so both are met
    bool again = true;
    for (int second = 1; again; ++second) {
      Scene scene;
      first_killed = killed_at(first, [&] { move_once(scene); });
      scene.keeper.collect();
      if (!scene.moves().left_open(scene.pipe.read.get())) break;
      if (second == 1) ++left_open;
      again = killed_at(second, [&] { recover_once(scene); });
      scene.keeper.collect();
      scene.go_on();
      REQUIRE_MESSAGE(scene.text() == scene.before + scene.printed, "killed at stops ", first,
                      " and ", second);
    }
  }
  CHECK(left_open > 2);
}

TEST_CASE(
    "when the keeper dies with it, nothing is lost, and only a move's last step comes twice") {
  int twice = 0;
  bool killed = true;
  for (int stop = 1; killed; ++stop) {
    Scene scene;
    killed = killed_at(stop, [&] { move_once(scene); });
    scene.go_on();
    const std::string text = scene.text();
    const bool once = text == scene.before + scene.printed;
    if (!once) ++twice;
    REQUIRE_MESSAGE((once || text == scene.before + scene.printed + scene.printed),
                    "killed at stop ", stop);
  }
  CHECK(twice <= 3);
}

TEST_CASE("a note of another boot, of another pipe or of nobody says nothing") {
  Scene scene;
  int stop = 1;
  for (bool open = false; !open; ++stop) {  // the first moment that leaves something open
    REQUIRE(killed_at(stop, [&] { move_once(scene); }));
    open = scene.moves().left_open(scene.pipe.read.get());
  }
  const Pipe other;
  CHECK_FALSE(scene.moves().left_open(other.read.get()));
  const UnlockedMoves later{{scene.folder / "note", "next boot", nullptr, {}}, kCapacity};
  CHECK_FALSE(later.left_open(scene.pipe.read.get()));
  scene.folder.write(
      "note", "not one of ours, but long enough to be taken for one: " + std::string(100, 'x'));
  CHECK_FALSE(scene.moves().left_open(scene.pipe.read.get()));
}

TEST_CASE("where no note can be written it goes the plain way") {
  Scene scene;
  UnlockedMoves moves{{scene.folder / "no such folder" / "note", "this boot", nullptr, {}},
                      kCapacity};
  const Moved moved = moves.move(scene.pipe.read.get(), scene.log.get(), scene.place(), kCapacity);
  CHECK(moved.bytes == scene.printed.size());
  CHECK(scene.text() == scene.before + scene.printed);
}
