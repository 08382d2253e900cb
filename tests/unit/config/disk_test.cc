// Files as they are on a disk: missing, hostile, shared with others.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>

#include "base/fd.h"
#include "config/limits.h"
#include "unit/config/support.h"

namespace mainstay::config::test {

namespace {

constexpr const char* kGood = "services: {web: {command: [x]}}\n";

std::string only_error(const std::filesystem::path& path, bool strict = false) {
  LoadOptions options = options_with({});
  options.refuse_unsafe_files = strict;
  const Loaded loaded = load(path, options);
  if (loaded.diagnostics.size() != 1) return std::to_string(loaded.diagnostics.size()) + " errors";
  return loaded.diagnostics[0].message;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// What this process has read so far, in bytes.
std::uint64_t bytes_read() {
  std::ifstream io{"/proc/self/io"};
  std::string key;
  std::uint64_t value = 0;
  while (io >> key >> value) {
    if (key == "rchar:") return value;
  }
  return 0;
}

}  // namespace

TEST_CASE("a file that is missing, a folder, or not named is told of with its path") {
  const TemporaryFolder folder;
  const auto missing = folder.path() / "none.yaml";
  CHECK(only_error(missing) == "cannot read " + missing.string() + ": no such file or directory");
  CHECK(contains(only_error(folder.path()), "it is a folder"));
  CHECK(contains(only_error(""), "cannot read"));
  CHECK(contains(only_error(folder.path() / "a" / "b"), "no such file"));
}

TEST_CASE("a FIFO, a socket and a device are refused without being opened") {
  const TemporaryFolder folder;
  const auto fifo = folder.path() / "fifo";
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  CHECK(contains(only_error(fifo), "not a regular file"));
  CHECK(contains(only_error(fifo, true), "not a regular file"));
  CHECK(contains(only_error("/dev/zero"), "not a regular file"));
  const UniqueFd bound{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  (folder.path() / "socket").string().copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(bind(bound.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  CHECK(contains(only_error(folder.path() / "socket"), "not a regular file"));
}

TEST_CASE("a file of 100 MB is refused without being read") {
  const TemporaryFolder folder;
  const auto path = folder.write("big.yaml", kGood);
  std::filesystem::resize_file(path, 100ULL << 20);
  const std::uint64_t before = bytes_read();
  CHECK(only_error(path) ==
        "cannot read " + path.string() + ": it has 100 MB; a configuration file may have 1 MB");
  CHECK(bytes_read() - before < 100'000);
}

TEST_CASE("a file of exactly the limit is read") {
  const TemporaryFolder folder;
  const std::string text = kGood;
  const auto path =
      folder.write("a.yaml", text + "#" + std::string(kMaxFileBytes - text.size() - 1, 'x'));
  CHECK(load(path, options_with({})).ecosystem.has_value());
}

TEST_CASE("a file that may not be read is told of") {
  if (geteuid() == 0) {
    MESSAGE("skipped: root may read everything");
    return;
  }
  const TemporaryFolder folder;
  const auto path = folder.write("a.yaml", kGood);
  std::filesystem::permissions(path, std::filesystem::perms::none);
  CHECK(contains(only_error(path), "permission denied"));
}

TEST_CASE("includes come sorted, and hidden files only when asked for") {
  const TemporaryFolder folder;
  folder.write("conf/b.yaml", "services: {b: {command: [x]}}\n");
  folder.write("conf/a.yaml", "services: {a: {command: [x]}}\n");
  folder.write("conf/.hidden.yaml", "services: {hidden: {command: [x]}}\n");
  folder.write("conf/a.yaml~", "not yaml at all: [\n");
  folder.write("more/x/c.yaml", "services: {c: {command: [x]}}\n");
  const auto root = folder.write("ecosystem.yaml", "include: [conf/*.yaml, 'm*/*/c.yaml']\n");
  const Loaded loaded = load(root, options_with({}));
  REQUIRE(loaded.ecosystem.has_value());
  std::string order;
  for (const auto& service : loaded.ecosystem->services)
    order += service.name;
  CHECK(order == "abc");
  CHECK(loaded.ecosystem->services[2].cwd.text == (folder.path() / "more/x").string());
}

TEST_CASE("a bundle gives the very same model, whatever happened to the disk since") {
  SourceBundle bundle;
  model::Ecosystem before;
  {
    const TemporaryFolder folder;
    folder.write("conf/a.yaml", "services: {a: {command: [x], env_file: ../a.env}}\n");
    folder.write("a.env", "A=1\n");
    const auto root = folder.write(
        "ecosystem.yaml", "include: conf/*.yaml\nservices: {web: {command: ['${HOME}']}}\n");
    Loaded loaded = load(root, options_with({{"HOME", "/home/u"}}));
    REQUIRE(loaded.ecosystem.has_value());
    before = *loaded.ecosystem;
    bundle = std::move(loaded.sources);
    CHECK(bundle.files.size() == 3);
  }
  const auto decoded = SourceBundle::decode(bundle.encode());
  REQUIRE(decoded.ok());
  CHECK(*decoded == bundle);
  const Loaded again = load_bundle(*decoded, options_with({{"HOME", "/home/u"}}));
  REQUIRE(again.ecosystem.has_value());
  CHECK(*again.ecosystem == before);
}

TEST_CASE("a bundle is loaded again even when one of its users is gone") {
  const TemporaryFolder folder;
  const auto root = folder.write("e.yaml", "services: {web: {command: [x], user: gone}}\n");
  LoadOptions options = options_with({});
  options.user_exists = [](const std::string&) { return true; };
  const Loaded loaded = load(root, options);
  options.user_exists = [](const std::string&) { return false; };
  CHECK(load_bundle(loaded.sources, options).ecosystem.has_value());
  CHECK_FALSE(load(root, options).ecosystem.has_value());
}

TEST_CASE("a damaged bundle is refused, whichever byte is wrong") {
  SourceBundle bundle;
  bundle.files.push_back({"/srv/ecosystem.yaml", kGood});
  bundle.files.push_back({"/srv/a.env", "A=1\n"});
  const std::string bytes = bundle.encode();
  REQUIRE(SourceBundle::decode(bytes).ok());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x41);
    CHECK_FALSE(SourceBundle::decode(damaged).ok());
    CHECK_FALSE(SourceBundle::decode(bytes.substr(0, i)).ok());
  }
  CHECK_FALSE(SourceBundle::decode(bytes + "x").ok());
  SourceBundle relative;
  relative.files.push_back({"ecosystem.yaml", kGood});
  CHECK_FALSE(SourceBundle::decode(relative.encode()).ok());
}

TEST_CASE("an empty bundle is an error and not a crash") {
  const Loaded loaded = load_bundle({}, options_with({}));
  CHECK_FALSE(loaded.ecosystem.has_value());
  CHECK(loaded.diagnostics.size() == 1);
}

TEST_CASE("root refuses files that others may write, and everything on the way to them") {
  using std::filesystem::perms;
  const TemporaryFolder folder;
  folder.write("conf/a.yaml", "services: {a: {command: [x], env_file: ../a.env}}\n");
  const auto env = folder.write("a.env", "A=1\n");
  const auto root = folder.write("ecosystem.yaml", "include: conf/*.yaml\n");
  REQUIRE(only_error(root, true) == "0 errors");

  SUBCASE("the file") {
    std::filesystem::permissions(root, perms{0664});
    CHECK(contains(only_error(root, true),
                   "cannot trust " + root.string() + ": it can be written by group or others"));
    CHECK(only_error(root, false) == "0 errors");
  }
  SUBCASE("an included file") {
    std::filesystem::permissions(folder.path() / "conf/a.yaml", perms{0646});
    CHECK(contains(only_error(root, true), "can be written by group or others"));
  }
  SUBCASE("the folder of an included file") {
    std::filesystem::permissions(folder.path() / "conf", perms{0777});
    CHECK(contains(only_error(root, true), "'conf' on the way to it can be written"));
    std::filesystem::permissions(folder.path() / "conf", perms{0755});
  }
  SUBCASE("an env file") {
    std::filesystem::permissions(env, perms{0666});
    CHECK(contains(only_error(root, true), "can be written by group or others"));
  }
  SUBCASE("a folder with the sticky bit is shared safely") {
    std::filesystem::permissions(folder.path() / "conf", perms{01777});
    CHECK(only_error(root, true) == "0 errors");
  }
  SUBCASE("a link to a good file through a bad folder") {
    std::filesystem::create_directory(folder.path() / "open");
    std::filesystem::create_symlink(root, folder.path() / "open/link.yaml");
    CHECK(only_error(folder.path() / "open/link.yaml", true) == "0 errors");
    std::filesystem::permissions(folder.path() / "open", perms{0777});
    CHECK(contains(only_error(folder.path() / "open/link.yaml", true), "'open' on the way to it"));
  }
  SUBCASE("a circle of links ends") {
    std::filesystem::create_symlink("loop2", folder.path() / "loop1");
    std::filesystem::create_symlink("loop1", folder.path() / "loop2");
    CHECK(contains(only_error(folder.path() / "loop1", true), "symbolic links"));
  }
}

TEST_CASE("root refuses files of other users") {
  if (geteuid() != 0) {
    MESSAGE("skipped: giving a file away needs root");
    return;
  }
  const TemporaryFolder folder;
  const auto root = folder.write("ecosystem.yaml", kGood);
  REQUIRE(chown(root.c_str(), 12345, 12345) == 0);
  CHECK(contains(only_error(root, true), "is owned by user 12345"));
  CHECK(only_error(root, false) == "0 errors");
}

TEST_CASE("the options of this process see its environment and its users") {
  const LoadOptions options = process_load_options();
  CHECK(options.user_exists("root"));
  CHECK_FALSE(options.user_exists("no-such-user-here"));
  CHECK(options.group_exists("root"));
  CHECK_FALSE(options.group_exists("no-such-group-here"));
  CHECK(options.refuse_unsafe_files == (geteuid() == 0));
  CHECK(options.environment("PATH").has_value());
}

}  // namespace mainstay::config::test
