// The state file: two generations, whole or not at all, never thrown away.
#include "process/state_file.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <iterator>

#include "unit/control/temp_folder.h"

namespace mainstay::process {

namespace {

SavedState example() {
  SavedState state;
  state.boot_id = "b00t";
  state.records = {{3, "three"}, {65535, std::string("\0\xff", 2)}};
  state.runs = {{RunId{7}, "backend:0", 4711, 12345, 99, 0, 0, 0},
                {RunId{8}, "worker:1", 4712, 0, 0, 1, 3, 77},
                {RunId{9}, "worker:2", 4713, 0, 0, 1, 1023, 78}};
  return state;
}

std::string content(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void overwrite(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream{path, std::ios::binary | std::ios::trunc} << bytes;
}

struct Folder {
  test::TempFolder folder;
  std::filesystem::path path = folder.path();
  std::filesystem::path file = path / "run.state";
  std::vector<std::string> notices;

  SavedState read() {
    return read_state_file(path, [this](const std::string& notice) { notices.push_back(notice); });
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator{path}, {}));
  }
};

}  // namespace

TEST_CASE("a state is read as it was written") {
  const auto read = decode_saved_state(encode(example()));
  REQUIRE(read.ok());
  CHECK(read->boot_id == "b00t");
  CHECK_FALSE(read->all_stopped);
  CHECK(read->records == example().records);
  CHECK(read->runs == example().runs);
}

TEST_CASE("a state that is cut or changed anywhere is refused") {
  const std::string bytes = encode(example());
  for (std::size_t length = 0; length < bytes.size(); ++length)
    CHECK_FALSE(decode_saved_state(std::string_view{bytes}.substr(0, length)).ok());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 0x20);
    CHECK_FALSE(decode_saved_state(changed).ok());
  }
  CHECK_FALSE(decode_saved_state(bytes + "x").ok());
}

TEST_CASE("without a file there is an empty state and nothing to say") {
  Folder f;
  CHECK(f.read().records.empty());
  CHECK(f.notices.empty());
}

TEST_CASE("a write keeps the earlier generation, is for our eyes only and leaves nothing else") {
  Folder f;
  SavedState state = example();
  REQUIRE(write_state_file(f.path, encode(state)).ok());
  state.all_stopped = true;
  REQUIRE(write_state_file(f.path, encode(state)).ok());
  CHECK(f.read().all_stopped);
  CHECK(f.files() == 2);
  struct stat info {};
  REQUIRE(stat(f.file.c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0600);
  std::filesystem::remove(f.file);  // as between the two renames
  CHECK_FALSE(f.read().all_stopped);
  CHECK(f.read().records == example().records);
  CHECK(f.notices.empty());
}

TEST_CASE("what cannot be read is set aside and named, and the earlier generation is used") {
  Folder f;
  REQUIRE(write_state_file(f.path, encode(example())).ok());
  REQUIRE(write_state_file(f.path, encode(example())).ok());
  overwrite(f.file, "damaged");
  CHECK(f.read().records == example().records);
  REQUIRE(f.notices.size() == 1);
  CHECK(f.notices[0].find(
            "run.state: it is no state of a supervisor; it is kept as run.state.unreadable-") !=
        std::string::npos);
  bool kept = false;
  for (const auto& entry : std::filesystem::directory_iterator{f.path})
    kept = kept || content(entry.path()) == "damaged";
  CHECK(kept);
  CHECK_FALSE(std::filesystem::exists(f.file));
}

TEST_CASE("a symbolic link in the place of the file is not followed") {
  Folder f;
  overwrite(f.path / "other", encode(example()));
  std::filesystem::create_symlink("other", f.file);
  CHECK(f.read().records.empty());
  CHECK(f.notices.size() == 1);
}

TEST_CASE("a write that fails says why and leaves what was there") {
  Folder f;
  REQUIRE(write_state_file(f.path, encode(example())).ok());
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit tiny{16, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &tiny);
  const Status written = write_state_file(f.path, encode(example()));
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, handler);
  REQUIRE_FALSE(written.ok());
  CHECK(written.error().message.find("cannot save the state to " + f.file.string()) == 0);
  CHECK(f.files() == 1);
  CHECK(f.read().records == example().records);
}

TEST_CASE("a file of gigabytes is not read into memory") {
  Folder f;
  overwrite(f.file, "x");
  std::filesystem::resize_file(f.file, 3ULL << 30);
  CHECK(f.read().records.empty());
  REQUIRE(f.notices.size() == 1);
  CHECK(f.notices[0].find("it is too large") != std::string::npos);
}

TEST_CASE("the boot has a name") {
  CHECK(current_boot_id().size() == 36);
}

}  // namespace mainstay::process
