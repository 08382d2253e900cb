#include "history/crash_store.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>

#include "unit/control/temp_folder.h"
#include "unit/history/support.h"

namespace mainstay::history {

namespace {

namespace fs = std::filesystem;

struct Folder {
  test::TempFolder folder;
  fs::path state_dir = folder.path();
  fs::path crashes = state_dir / "crashes";
  fs::path file = crashes / "backend.jsonl";
  std::vector<std::string> notices;

  CrashStore store() {
    return CrashStore{state_dir, [this](const std::string& text) { notices.push_back(text); }};
  }
  void make(std::uint64_t first, std::uint64_t last) {
    CrashStore writer = store();
    for (std::uint64_t run = first; run <= last; ++run)
      REQUIRE(writer.append(example(run)).ok());
  }
  std::vector<std::uint64_t> runs() const {
    const auto records = read_crashes(state_dir, "backend");
    REQUIRE_MESSAGE(records.ok(), records.error().message);
    std::vector<std::uint64_t> out;
    for (const auto& record : *records)
      out.push_back(record.run.value);
    return out;
  }
  std::size_t lines() const {
    const std::string bytes = content(file);
    return static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '\n'));
  }
  std::string set_aside() const {
    for (const auto& entry : fs::directory_iterator{crashes})
      if (entry.path().native().find(".unreadable-") != std::string::npos)
        return content(entry.path());
    return "";
  }
};

unsigned mode(const fs::path& path) {
  struct stat info {};
  REQUIRE(stat(path.c_str(), &info) == 0);
  return info.st_mode & 07777U;
}

void append_to(const fs::path& path, std::string_view bytes) {
  std::ofstream{path, std::ios::binary | std::ios::app} << bytes;
}

}  // namespace

TEST_CASE("the newest twenty of a service are kept, the newest first") {
  Folder folder;
  CHECK(folder.runs().empty());
  folder.make(1, 3);
  CHECK(folder.runs() == std::vector<std::uint64_t>{3, 2, 1});
  folder.make(4, 130);
  const auto runs = folder.runs();
  REQUIRE(runs.size() == kKeptCrashes);
  CHECK(runs.front() == 130);
  CHECK(runs.back() == 111);
  CHECK(folder.lines() <= 2 * kKeptCrashes);
  CHECK(folder.notices.empty());
}

TEST_CASE("records are for the supervisor's user alone, one file a service") {
  Folder folder;
  folder.make(1, 50);
  CHECK(mode(folder.crashes) == 0700);
  CHECK(mode(folder.file) == 0600);
  CrashStore store = folder.store();
  CrashRecord other = example();
  other.service = "worker";
  REQUIRE(store.append(other).ok());
  CHECK(read_crashes(folder.state_dir, "worker")->size() == 1);
  CHECK(folder.runs().size() == kKeptCrashes);
}

TEST_CASE("a record that was cut by a kill is dropped, and the next one is whole") {
  Folder folder;
  folder.make(1, 2);
  append_to(folder.file, encode(example(3)).substr(0, 100));
  CHECK(folder.runs() == std::vector<std::uint64_t>{2, 1});
  folder.make(4, 4);
  CHECK(folder.runs() == std::vector<std::uint64_t>{4, 2, 1});
  CHECK(folder.notices.empty());
}

TEST_CASE("a file with damage is set aside, and what is good in it goes on") {
  Folder folder;
  folder.make(1, 2);
  append_to(folder.file, "not a record\n");
  const std::string before = content(folder.file);
  CHECK(folder.runs() == std::vector<std::uint64_t>{2, 1});
  folder.make(3, 3);
  CHECK(folder.runs() == std::vector<std::uint64_t>{3, 2, 1});
  CHECK(folder.set_aside() == before);
  REQUIRE(folder.notices.size() == 1);
  CHECK(folder.notices[0].find("it is kept as backend.jsonl.unreadable-") != std::string::npos);
}

TEST_CASE("a link, a folder or a FIFO in the place of the file is not followed") {
  for (const char* kind : {"link", "folder", "fifo"}) {
    CAPTURE(kind);
    Folder folder;
    fs::create_directory(folder.crashes);
    const fs::path target = folder.state_dir / "target";
    append_to(target, "precious");
    if (*kind == 'l') fs::create_symlink(target, folder.file);
    if (*kind == 'f' && kind[1] == 'o') fs::create_directory(folder.file);
    if (*kind == 'f' && kind[1] == 'i') REQUIRE(mkfifo(folder.file.c_str(), 0600) == 0);
    CHECK_FALSE(read_crashes(folder.state_dir, "backend").ok());
    folder.make(1, 1);
    CHECK(folder.runs() == std::vector<std::uint64_t>{1});
    CHECK(content(target) == "precious");
    CHECK(folder.notices.size() == 1);
  }
}

TEST_CASE("a folder that is a link is refused") {
  Folder folder;
  fs::create_directory(folder.state_dir / "elsewhere");
  fs::create_directory_symlink(folder.state_dir / "elsewhere", folder.crashes);
  CrashStore store = folder.store();
  const Status kept = store.append(example());
  REQUIRE_FALSE(kept.ok());
  CHECK(kept.error().message.find("crashes/backend.jsonl") != std::string::npos);
  CHECK(fs::is_empty(folder.state_dir / "elsewhere"));
}

TEST_CASE("a name that is none of a service makes no file") {
  Folder folder;
  CrashStore store = folder.store();
  CrashRecord record = example();
  record.service = "../backend";
  CHECK_FALSE(store.append(record).ok());
  CHECK_FALSE(fs::exists(folder.crashes));
}

TEST_CASE("a full disk costs the record, not the file") {
  Folder folder;
  folder.make(1, 2);
  const std::string before = content(folder.file);
  CrashStore store = folder.store();
  REQUIRE(store.append(example(3)).ok());
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &limit) == 0);
  rlimit tight = limit;
  tight.rlim_cur = fs::file_size(folder.file) + 100;  // room for a part of a record
  REQUIRE(setrlimit(RLIMIT_FSIZE, &tight) == 0);
  const Status kept = store.append(example(4));
  REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  CHECK_FALSE(kept.ok());
  CHECK(folder.runs() == std::vector<std::uint64_t>{3, 2, 1});
  CHECK(content(folder.file).starts_with(before));
  REQUIRE(store.append(example(5)).ok());
  CHECK(folder.runs() == std::vector<std::uint64_t>{5, 3, 2, 1});
}

}  // namespace mainstay::history
