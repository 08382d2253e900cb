// The database held by another process: one that lets go, one that dies, and one that does neither.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "base/fd.h"
#include "unit/history/store_rig.h"

namespace mainstay::history {

namespace {

// Holds the write lock until it is killed.
class Holder {
 public:
  explicit Holder(const std::filesystem::path& path) {
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    const UniqueFd held{ends[0]};
    pid_ = fork();
    if (pid_ == 0) {
      auto database = Database::open(path);
      const bool has = database && database->begin();
      if (write(ends[1], has ? "y" : "n", 1) == 1) pause();
      _exit(1);
    }
    close(ends[1]);
    char answer = 'n';
    REQUIRE(read(held.get(), &answer, 1) == 1);
    REQUIRE(answer == 'y');
  }
  ~Holder() { end(); }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;

  void end() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  pid_t pid_ = -1;
};

}  // namespace

TEST_CASE("while somebody else holds the file nothing is lost, and after that it goes on") {
  StoreRig rig;
  REQUIRE(rig.write(1));
  rig.store->close();
  Holder holder{rig.database()};
  const Status busy = rig.write(2);
  REQUIRE_FALSE(busy);
  CHECK(busy.error().code == EBUSY);
  holder.end();
  REQUIRE(rig.write(2));
  CHECK(rig.kept() == Numbers{1, 2});
  CHECK(rig.aside().empty());
}

TEST_CASE("a file that is held for long is set aside, and its holder keeps what it has") {
  StoreRig rig;
  REQUIRE(rig.write(1));
  rig.store->close();
  Holder holder{rig.database()};
  REQUIRE_FALSE(rig.write(2));
  rig.advance(std::chrono::seconds{11});
  REQUIRE(rig.write(2));
  CHECK(rig.kept() == Numbers{2});
  REQUIRE(rig.aside().size() == 1);
  CHECK(rig.aside()[0] == "mainstay.db.locked_20270115_080011");
  REQUIRE(rig.store->take_notices().size() == 1);
  holder.end();
  rig.begin();
  CHECK(rig.kept() == Numbers{2});
  auto former = Database::open(rig.folder.path() / rig.aside()[0]);
  REQUIRE(former);
  CHECK(former->check());
}

}  // namespace mainstay::history
