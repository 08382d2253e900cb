// What the tests of logs share: a folder of their own, pipes, and a loop that is turned until
// something is true.
#pragma once

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "io/loop.h"
#include "logs/capture.h"
#include "logs/directory.h"
#include "logs/index.h"
#include "logs/line.h"

namespace mainstay::logs::test {

class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "mainstay-logs-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
  bool has(std::string_view name) const { return std::filesystem::exists(path_ / name); }

  std::string read(std::string_view name) const {
    std::ifstream in{path_ / name, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
  void write(std::string_view name, std::string_view bytes) const {
    std::ofstream{path_ / name, std::ios::binary} << bytes;
  }
  void append(std::string_view name, std::string_view bytes) const {
    std::ofstream{path_ / name, std::ios::binary | std::ios::app} << bytes;
  }

 private:
  std::filesystem::path path_;
};

// No file of this process may grow beyond `bytes` while this lives. A disk that is full, for
// everybody.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

struct Pipe {
  Pipe() {
    int ends[2] = {-1, -1};
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    read.reset(ends[0]);
    write.reset(ends[1]);
    fcntl(read.get(), F_SETFL, O_NONBLOCK);
  }
  UniqueFd read;
  UniqueFd write;
};

// All of `bytes` into a descriptor that takes them without waiting for a reader.
inline void put(int fd, std::string_view bytes) {
  REQUIRE(::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
}

// A process that runs `body` and exits 0, or 3 if that throws: it never comes back into the test.
inline pid_t in_child(const std::function<void()>& body) {
  const pid_t pid = fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    try {
      body();
    } catch (...) {
      _exit(3);
    }
    _exit(0);
  }
  return pid;
}

inline void reap(pid_t pid) {
  REQUIRE(waitpid(pid, nullptr, 0) == pid);
}

inline Directory open_directory(const std::filesystem::path& path) {
  auto directory = Directory::open(path);
  REQUIRE_MESSAGE(directory.ok(), (directory.ok() ? "" : directory.error().message));
  return std::move(*directory);
}

// A loop, a folder and a capture on it, with a clock that stands still unless it is moved.
struct Bench {
  explicit Bench(CaptureOptions options = quick()) : directory(open_directory(folder / "log")) {
    options.clock = [this] { return now; };
    capture = std::make_unique<Capture>(loop, directory, std::move(options));
  }

  static CaptureOptions quick() {
    CaptureOptions options;
    options.first_retry = std::chrono::milliseconds{2};
    options.name_look = std::chrono::milliseconds{2};
    return options;
  }

  // Attaches the read ends and gives back the write ends.
  UniqueFd attach_out(RunId run, const std::string& base, const model::LogSpec& spec = {}) {
    Pipe out;
    capture->attach(run, base, spec, {std::move(out.read), UniqueFd{}});
    return std::move(out.write);
  }

  // Turns the loop until `done`; a test that would hang fails by ctest's time limit instead.
  void turn_until(const std::function<bool()>& done) {
    while (!done())
      loop.run_once(true);
  }

  std::string log(const std::string& name) const { return folder.read("log/" + name); }
  std::uint64_t size(const std::string& name) const {
    std::error_code error;
    const auto bytes = std::filesystem::file_size(folder / ("log/" + name), error);
    return error ? 0 : bytes;
  }

  TempFolder folder;
  io::Loop loop;
  Directory directory;
  Now now{MonoTime{std::chrono::seconds{100}}, WallTime{std::chrono::seconds{1'000'000}}};
  std::unique_ptr<Capture> capture;
};

// Writes an index as capture would.
inline void write_index(Directory& directory, const std::string& log,
                        const std::vector<IndexEntry>& entries) {
  auto file = directory.open_for_writing(index_file_name(log));
  REQUIRE(file.ok());
  IndexWriter writer{std::move(file->fd), 0};
  for (const IndexEntry& entry : entries)
    writer.add(entry.offset, entry.at);
}

inline WallTime second(std::int64_t n) {
  return {std::chrono::seconds{n}};
}

}  // namespace mainstay::logs::test
