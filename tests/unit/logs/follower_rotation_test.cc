// Followers across rotation: each line once, also when the archive is compressed or deleted first.
#include <fmt/format.h>

#include "logs/follower.h"
#include "rotation_support.h"

using namespace mainstay;
using namespace mainstay::logs;
using namespace mainstay::logs::test;

namespace {

using Texts = std::vector<std::string>;

// A service that prints, rotation when it is asked for, and somebody who follows.
struct Following : RotationBench {
  Following() : out(attach_out(RunId{1}, "web")) {
    capture->set_on_rotation([this](const Rotated& rotated) {
      rotations.push_back(rotated);
      follower.rotated(rotated);
    });
    capture->set_on_growth([this](const std::string& file) { follower.grew(file); });
  }

  void print(std::string_view text) {
    put(out.get(), text);
    capture->drain(RunId{1});
  }
  void cut() { REQUIRE(rotate("web.out.log").kind != RotateAnswer::Kind::Failed); }
  Texts pull(std::size_t bytes = 4096) {
    Texts texts;
    do {
      Pulled pulled = follower.pull(bytes);
      missed += pulled.missed;
      started_over += pulled.started_over.size();
      for (const Line& line : pulled.lines)
        texts.push_back((line.continued ? "+" : "") + line.text + (line.partial ? "+" : ""));
    } while (follower.has_pending());
    return texts;
  }

  UniqueFd out;
  Follower follower{directory, {Source{"web", "web", Stream::Out, "web.out.log"}}, {}};
  std::uint64_t missed = 0;
  std::size_t started_over = 0;
};

}  // namespace

TEST_CASE("what was not read of a log that was cut comes before what is in the next") {
  Following on;
  on.print("one\ntwo\n");
  on.cut();
  on.print("three\n");
  on.cut();
  on.print("four\n");
  CHECK(on.pull() == Texts{"one", "two", "three", "four"});
  CHECK(on.missed == 0);
  CHECK(on.started_over == 0);
}

TEST_CASE("what was read to its end is not read again") {
  Following on;
  on.print("one\n");
  CHECK(on.pull() == Texts{"one"});
  on.cut();
  CHECK(on.pull().empty());
  on.print("two\n");
  CHECK(on.pull() == Texts{"two"});
  on.print("three\n");
  on.cut();
  CHECK(on.pull() == Texts{"three"});
  CHECK(on.started_over == 0);
}

TEST_CASE("an archive that is deleted before it was read is read all the same") {
  Following on;
  on.print("one\ntwo\n");
  on.cut();
  std::filesystem::remove(on.folder / ("log/" + on.rotations[0].archive));
  on.print("three\n");
  CHECK(on.pull() == Texts{"one", "two", "three"});
}

TEST_CASE("an archive that cannot be opened any more is told as missed") {
  Following on;
  on.print("one\n");
  CHECK(on.pull() == Texts{"one"});
  on.print("lost\n");
  on.follower.rotated(
      {"web.out.log", "", on.directory.look_at("web.out.log")->inode, 9, RotationCause::Outside});
  CHECK(on.pull() == Texts{"one", "lost"});  // the log itself is still there
  CHECK(on.missed == 5);
}

TEST_CASE("a line that a cut goes through is given in two pieces") {
  Following on;
  on.print("begun");
  on.out.reset();
  on.capture->drain(RunId{1});
  on.cut();
  on.out = on.attach_out(RunId{1}, "web");
  on.print(", ended\n");
  CHECK(on.pull() == Texts{"begun+", "+, ended"});
}

TEST_CASE("a follower that is far behind holds a few archives and is told what it missed") {
  Following on;
  for (int i = 0; i < 40; ++i) {
    on.print(fmt::format("line {:02}\n", i));
    on.cut();
  }
  const Texts got = on.pull();
  REQUIRE(got.size() == 16);
  CHECK(got.front() == "line 24");
  CHECK(got.back() == "line 39");
  CHECK(on.missed == 24 * 8);
}

TEST_CASE("a slow reader leaves out archives before it leaves out the log") {
  Following on;
  on.print(std::string(999, 'a') + "\n");
  on.cut();
  on.print(std::string(999, 'b') + "\n");
  on.cut();
  on.print(std::string(999, 'c') + "\n");
  CHECK(on.follower.behind() == 3000);
  CHECK(on.follower.skip(1500) == 2000);
  CHECK(on.follower.behind() == 1000);
  CHECK(on.pull() == Texts{std::string(999, 'c')});
}

TEST_CASE("at full speed, pulled in small pieces, every line comes once and in order") {
  Following on;
  int printed = 0;
  int expected = 0;
  for (int round = 0; round < 200; ++round) {
    for (int i = 0; i < 20; ++i)
      on.print(fmt::format("{:06}\n", printed++));
    if (round % 3 == 0) on.cut();
    if (round % 5 != 0) continue;
    for (const std::string& text : on.pull(64))
      REQUIRE(text == fmt::format("{:06}", expected++));
  }
  CHECK(expected > 3000);
  CHECK(on.missed == 0);
}

TEST_CASE("a log that logrotate renames is read to its end, then the new one from its beginning") {
  Following on;
  on.print("one\n");
  CHECK(on.pull() == Texts{"one"});
  on.print("two\n");
  std::filesystem::rename(on.folder / "log/web.out.log", on.folder / "log/web.out.log.1");
  on.folder.write("log/web.out.log", "");
  CHECK(on.follower.pull(4096).lines.empty());  // nothing is concluded from an empty file
  on.print("three\n");
  CHECK(on.pull() == Texts{"two", "three"});
  CHECK(on.started_over == 0);
}
