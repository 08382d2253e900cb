// The log directory, and what stands where a log should be.
#include <sys/stat.h>

#include "logs/names.h"
#include "support.h"

using namespace mainstay;
using namespace mainstay::logs;
using namespace mainstay::logs::test;

namespace {

bool says(const Error& error, std::string_view words) {
  INFO(error.message);
  return error.message.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("a file of no possible time has one of the nearest") {
  TempFolder folder;
  const Directory directory = open_directory(folder / "log");
  for (const std::int64_t seconds : {INT64_MIN / 2, std::int64_t{-5}, INT64_MAX / 2}) {
    folder.write("log/a.log", "x");
    const timespec times[2] = {{seconds, 7}, {seconds, 7}};
    REQUIRE(utimensat(AT_FDCWD, (folder / "log/a.log").c_str(), times, 0) == 0);
    const auto seen = directory.look_at("a.log");
    REQUIRE(seen.ok());
    CHECK(seen->modified_ns >= 0);
    CHECK(seen->modified_ns < 7'258'118'401'000'000'000);
    CHECK((*directory.list())[0].modified_ns == seen->modified_ns);
  }
}

TEST_CASE("file names follow from the declaration") {
  CHECK(log_base_name("backend", 1, 0) == "backend");
  CHECK(log_base_name("backend", 1, 2) == "backend:2");  // scaled up beyond what is declared
  CHECK(log_base_name("worker", 3, 0) == "worker:0");
  CHECK(log_file_name("backend", Stream::Out) == "backend.out.log");
  CHECK(log_file_name("backend:2", Stream::Err) == "backend:2.err.log");
  CHECK(log_file_name("backend", Stream::Both) == "backend.log");
  CHECK(index_file_name("backend.log") == "backend.log.idx");
}

TEST_CASE("kept streams and sources follow the logs section") {
  model::LogSpec spec;
  CHECK(kept_streams(spec) == std::vector<Stream>{Stream::Out, Stream::Err});
  CHECK(sources_of("web", "web", "web", spec, Stream::Err).size() == 1);
  CHECK(sources_of("web", "web", "web", spec, Stream::Err)[0].file == "web.err.log");
  spec.merge = true;
  CHECK(kept_streams(spec) == std::vector<Stream>{Stream::Both});
  CHECK(sources_of("web", "web", "web", spec, Stream::Err).size() == 1);
  spec.stdout_on = spec.stderr_on = false;
  CHECK(kept_streams(spec).empty());
}

TEST_CASE("a missing log directory is made, with what is missing above it, closed to others") {
  TempFolder folder;
  const Directory directory = open_directory(folder / "a/b/log");
  struct stat info {};
  REQUIRE(stat((folder / "a/b/log").c_str(), &info) == 0);
  CHECK((info.st_mode & 0027) == 0);
}

TEST_CASE("a log directory that everybody may write to is refused") {
  TempFolder folder;
  std::filesystem::create_directory(folder / "log");
  chmod((folder / "log").c_str(), 01777);
  const auto directory = Directory::open(folder / "log");
  REQUIRE_FALSE(directory.ok());
  CHECK(says(directory.error(), "everybody may write"));
}

TEST_CASE("a log directory below a file cannot be used, and the error says why") {
  TempFolder folder;
  folder.write("file", "");
  const auto directory = Directory::open(folder / "file/log");
  REQUIRE_FALSE(directory.ok());
  CHECK(directory.error().code == ENOTDIR);
  CHECK(says(directory.error(), "cannot use log directory"));
}

TEST_CASE("a symbolic link, a FIFO and a directory in the place of a log are refused by name") {
  TempFolder folder;
  Directory directory = open_directory(folder / "log");
  folder.write("precious", "keep me");
  std::filesystem::create_symlink(folder / "precious", folder / "log/link.log");
  std::filesystem::create_symlink(folder / "nothing", folder / "log/dangling.log");
  std::filesystem::create_directory(folder / "log/folder.log");
  REQUIRE(mkfifo((folder / "log/fifo.log").c_str(), 0600) == 0);

  CHECK(says(directory.open_for_writing("link.log").error(), "link.log: it is a symbolic link"));
  CHECK(says(directory.open_for_writing("dangling.log").error(), "it is a symbolic link"));
  CHECK(says(directory.open_for_writing("folder.log").error(), "folder.log: it is a directory"));
  CHECK(says(directory.open_for_writing("fifo.log").error(), "not a regular file"));
  for (const char* name : {"link.log", "dangling.log", "folder.log", "fifo.log"}) {
    CHECK_FALSE(directory.writable(name).ok());
    CHECK_FALSE(directory.open_for_reading(name).ok());
    CHECK_FALSE(directory.look_at(name).ok());
  }
  CHECK(folder.read("precious") == "keep me");
  CHECK_FALSE(folder.has("nothing"));
}

TEST_CASE("a name never leaves the directory") {
  TempFolder folder;
  Directory directory = open_directory(folder / "log");
  CHECK_FALSE(directory.open_for_writing("../outside.log").ok());
  CHECK_FALSE(folder.has("outside.log"));
}

TEST_CASE("a log directory that was removed is made again") {
  TempFolder folder;
  Directory directory = open_directory(folder / "log");
  std::filesystem::remove(folder / "log");
  CHECK(directory.writable("web.out.log").ok());
  CHECK(directory.open_for_writing("web.out.log").ok());
  CHECK(folder.has("log/web.out.log"));
}

TEST_CASE("asking whether a log could be written creates nothing") {
  TempFolder folder;
  Directory directory = open_directory(folder / "log");
  CHECK(directory.writable("web.out.log").ok());
  CHECK(std::filesystem::is_empty(folder / "log"));
}

TEST_CASE("without permission to create files the answer is no, with the reason") {
  TempFolder folder;
  Directory directory = open_directory(folder / "log");
  chmod((folder / "log").c_str(), 0500);
  if (geteuid() == 0) {
    MESSAGE("skipped: root may write anywhere");
  } else {
    const Status writable = directory.writable("web.out.log");
    REQUIRE_FALSE(writable.ok());
    CHECK(writable.error().code == EACCES);
    CHECK(says(writable.error(), "cannot create log"));
  }
  chmod((folder / "log").c_str(), 0700);
}
