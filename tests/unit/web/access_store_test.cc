#include "web/access_store.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "unit/control/temp_folder.h"
#include "unit/web/accesses.h"
#include "web/access_changes.h"
#include "web/access_file.h"

using namespace mainstay;
using namespace mainstay::web;
using mainstay::web::testing::kHash;
using mainstay::web::testing::some_access;

namespace {

namespace fs = std::filesystem;

const WallTime kToday{std::chrono::seconds{1'764'000'000}};

std::string content(const fs::path& path) {
  std::ifstream in{path};
  return {std::istreambuf_iterator<char>{in}, {}};
}

struct Folder {
  test::TempFolder folder;
  fs::path path = folder.path();
  fs::path file = path / "access.json";
  fs::path earlier = path / "access.json.old";
  std::vector<std::string> notices;

  Access read() {
    return read_access_file(path, kToday,
                            [this](const std::string& text) { notices.push_back(text); });
  }
  void put(const fs::path& at, const std::string& text) { std::ofstream{at} << text; }
  std::set<std::string> names() const {
    std::set<std::string> found;
    for (const auto& entry : fs::directory_iterator{path})
      found.insert(entry.path().filename());
    return found;
  }
};

struct Store {
  Folder folder;
  io::Loop loop;
  AccessStore store{loop, folder.path,
                    [] {
                      return Now{{}, kToday};
                    },
                    [this](const std::string& text) { folder.notices.push_back(text); }};
  int changes = 0;

  Store() {
    store.on_change([this] { ++changes; });
  }
  // "" or why not.
  std::string change(AccessStore::Edit edit) {
    std::optional<std::string> said;
    store.change(std::move(edit),
                 [&](const Status& status) { said = status ? "" : status.error().message; });
    while (!said)
      loop.run_once(true);
    return *said;
  }
  std::string add_user(const std::string& name) {
    return change([name](Access& access, WallTime now, const std::string& key) {
      return set_user(access, name, kHash, {}, now, key);
    });
  }
};

}  // namespace

TEST_CASE("who may come in is read as it was written, and is for our eyes only") {
  Folder f;
  CHECK(write_access_file(f.path, some_access()).ok());
  CHECK(f.read() == some_access());
  CHECK(f.notices.empty());
  CHECK(f.names() == std::set<std::string>{"access.json"});
  struct stat info {};
  REQUIRE(stat(f.file.c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0600);
  CHECK(write_access_file(f.path, Access{}).ok());
  CHECK(f.names() == std::set<std::string>{"access.json", "access.json.old"});
  CHECK(access_from_text(content(f.earlier)).value() == some_access());
}

TEST_CASE("without a file there is nobody, and nothing to say") {
  Folder f;
  CHECK(f.read() == Access{});
  CHECK(f.notices.empty());
  CHECK(f.names().empty());
}

TEST_CASE("a damaged file is set aside, and the generation before it is used") {
  Folder f;
  REQUIRE(write_access_file(f.path, some_access()).ok());
  REQUIRE(write_access_file(f.path, Access{}).ok());
  for (const std::string& text :
       {std::string{}, std::string{"{"}, std::string{"[]"}, std::string{"{\"version\":\"1\"}"},
        std::string{"{\"version\":1,\"users\":[{}]}"}, std::string(100'000, '['),
        std::string("\0\xff", 2)}) {
    CAPTURE(text.substr(0, 40));
    f.notices.clear();
    f.put(f.file, text);
    CHECK(f.read() == some_access());
    REQUIRE(f.notices.size() == 2);
    CHECK(f.notices[0].starts_with("cannot use " + f.file.string() + ": "));
    CHECK(f.notices[0].ends_with("it is kept as access.json.unreadable-1764000000000000000"));
    CHECK(f.notices[1] == "who may come in is as it was before the latest change");
    CHECK(content(f.path / "access.json.unreadable-1764000000000000000") == text);
  }
}

TEST_CASE("a file of a newer version is not taken for one of ours") {
  Folder f;
  f.put(f.file, "{\"version\":2,\"users\":[]}");
  CHECK(f.read().tokens.size() == 1);
  CHECK(f.notices[0].find("it is of version 2, this program reads 1") != std::string::npos);
}

TEST_CASE("when nothing can be read the door stays closed, also for the next controller") {
  Folder f;
  f.put(f.file, "garbage");
  f.put(f.earlier, "garbage");
  const Access nobody = f.read();
  CHECK(nobody.users.empty());
  REQUIRE(nobody.tokens.size() == 1);
  CHECK(nobody.tokens[0].name == kUnreadableToken);
  CHECK(f.notices.size() == 3);
  CHECK(f.notices[2].find("nobody may come in over the web") != std::string::npos);
  f.notices.clear();
  CHECK(f.read() == nobody);
  CHECK(f.notices.empty());
}

TEST_CASE("neither links nor huge files nor pipes are read") {
  Folder f;
  SUBCASE("link") {
    f.put(f.path / "elsewhere", access_text(some_access()));
    fs::create_symlink(f.path / "elsewhere", f.file);
  }
  SUBCASE("huge") {
    f.put(f.file, "{}");
    REQUIRE(truncate(f.file.c_str(), 1L << 40) == 0);
  }
  SUBCASE("pipe") {
    REQUIRE(mkfifo(f.file.c_str(), 0600) == 0);
  }
  CHECK(f.read().users.empty());
  CHECK(!f.notices.empty());
}

TEST_CASE("a writer that dies at any step leaves one generation whole") {
  Folder f;
  REQUIRE(write_access_file(f.path, some_access()).ok());
  const std::string whole = content(f.file);
  SUBCASE("while it writes") {
    f.put(f.path / "access.json.new", whole.substr(0, 20));
  }
  SUBCASE("before the names change") {
    f.put(f.path / "access.json.new", access_text(Access{}));
  }
  SUBCASE("between the two names") {
    f.put(f.path / "access.json.new", access_text(Access{}));
    fs::rename(f.file, f.earlier);
  }
  CHECK(f.read() == some_access());
  CHECK(f.notices.empty());
  CHECK(write_access_file(f.path, Access{}).ok());
  CHECK(f.read() == Access{});
}

TEST_CASE("changes come one after the other, and are told when they are on disk") {
  Store s;
  s.store.load();
  std::vector<std::string> told;
  for (const char* name : {"ana", "bob"}) {
    s.store.change(
        [name](Access& access, WallTime now, const std::string& key) {
          return set_user(access, name, kHash, {}, now, key);
        },
        [&, name](const Status& status) {
          CHECK(status.ok());
          CHECK(s.folder.read() == s.store.access());
          told.emplace_back(name);
        });
  }
  CHECK(s.store.access().users.empty());
  while (told.size() < 2)
    s.loop.run_once(true);
  CHECK(told == std::vector<std::string>{"ana", "bob"});
  CHECK(s.store.access().users.size() == 2);
  CHECK(s.store.access().session_key.size() == 64);
  CHECK(s.changes == 2);

  Store next;
  next.folder.put(next.folder.file, content(s.folder.file));
  next.store.load();
  CHECK(next.store.access() == s.store.access());
}

TEST_CASE("what is refused is not written, and what changes nothing is not told") {
  Store s;
  CHECK(s.add_user("ana").empty());
  CHECK(s.add_user("BAD") != "");
  CHECK(s.change([](Access&, WallTime, const std::string&) { return Status{}; }).empty());
  CHECK(s.changes == 1);
  CHECK(s.store.access().users.size() == 1);
}

TEST_CASE("every store has keys of its own") {
  Store one;
  Store other;
  CHECK(one.add_user("ana").empty());
  CHECK(other.add_user("ana").empty());
  CHECK(one.store.access().session_key != other.store.access().session_key);
}

TEST_CASE("what cannot be written has not happened, and the next change may go well") {
  Store s;
  CHECK(s.add_user("ana").empty());
  const fs::path hidden = s.folder.path.string() + "-gone";
  fs::rename(s.folder.path, hidden);
  const std::string said = s.add_user("bob");
  CHECK(said == "cannot save who may come in to " + s.folder.file.string() +
                    ": cannot open the directory: no such file or directory");
  CHECK(s.store.access().users.size() == 1);
  CHECK(s.changes == 1);
  fs::rename(hidden, s.folder.path);
  CHECK(s.add_user("bob").empty());
  CHECK(s.store.access().users.size() == 2);
}
