// What takes more time than a unit test may: a very long line, and captures killed at work.
#include <poll.h>
#include <sys/prctl.h>

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/text.h"
#include "logs/formatted_line.h"
#include "logs/move.h"
#include "logs/reader.h"
#include "sink_keeper.h"
#include "support.h"

using namespace mainstay;
using namespace mainstay::logs;
using namespace mainstay::logs::test;

namespace {

// AddressSanitizer keeps what was freed in quarantine: memory says nothing then.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kKeepsFreedMemory = true;
#elif defined(__has_feature)
constexpr bool kKeepsFreedMemory = __has_feature(address_sanitizer);
#else
constexpr bool kKeepsFreedMemory = false;
#endif

std::size_t peak_memory_kib() {
  std::ifstream in{"/proc/self/status"};
  std::string word;
  while (in >> word) {
    if (word != "VmHWM:") continue;
    std::size_t kib = 0;
    in >> kib;
    return kib;
  }
  return 0;
}

// Prints numbered lines, some in pieces, until TERM; then finishes the line.
volatile std::sig_atomic_t stop_writing = 0;

[[noreturn]] void print_numbers(int out, std::uint64_t seed) {
  signal(SIGTERM, [](int) { stop_writing = 1; });
  std::string batch;
  for (std::uint64_t number = 0; stop_writing == 0; ++number) {
    batch += fmt::format("line {}\n", number);
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    // Sometimes one line a write, sometimes many, cut at any byte.
    const std::size_t cut = (seed >> 33) % 7 == 0 ? batch.size() : (seed >> 40) % 5000;
    if (cut > batch.size()) continue;
    const ssize_t put = write(out, batch.data(), cut);
    if (put > 0) batch.erase(0, static_cast<std::size_t>(put));
  }
  while (!batch.empty()) {
    const ssize_t put = write(out, batch.data(), batch.size());
    if (put > 0) batch.erase(0, static_cast<std::size_t>(put));
  }
  _exit(0);
}

// A controller's capture, as a process of its own, until the pipe ends.
pid_t start_capture(const TempFolder& folder, int pipe, model::LogFormat format,
                    const CaptureOptions& options) {
  return in_child([&] {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // leaves nothing behind when the test is killed
    io::Loop loop;
    auto directory = Directory::open(folder / "log");
    if (!directory) _exit(2);
    Capture capture{loop, *directory, options};
    model::LogSpec spec;
    spec.format = format;
    capture.attach(RunId{1}, "web", spec, {UniqueFd{fcntl(pipe, F_DUPFD_CLOEXEC, 3)}, UniqueFd{}});
    while (capture.is_open(RunId{1}))
      loop.run_once(true);
  });
}

std::uint64_t size_of(const TempFolder& folder, const char* name) {
  std::error_code error;
  const auto size = std::filesystem::file_size(folder / name, error);
  return error ? 0 : size;
}

// How many of the numbers 0, 1, 2, … the log holds as whole lines, in order, with nothing else.
std::uint64_t count_in_order(const std::string& log) {
  std::uint64_t next = 0;
  for (std::size_t at = 0; at < log.size(); ++next) {
    const std::string expected = fmt::format("line {}\n", next);
    if (log.compare(at, expected.size(), expected) != 0) return next;
    at += expected.size();
  }
  return next;
}

void check_index(const TempFolder& folder) {
  const std::string index = folder.read("log/web.out.log.idx");
  const std::uint64_t log_size = size_of(folder, "log/web.out.log");
  REQUIRE(index.size() > kIndexHeader);
  CHECK((index.size() - kIndexHeader) % kIndexEntry == 0);
  std::uint64_t last = 0;
  bool rises = true;
  for (std::size_t at = kIndexHeader; at + kIndexEntry <= index.size(); at += kIndexEntry) {
    std::uint64_t offset = 0;
    std::memcpy(&offset, index.data() + at, sizeof offset);
    rises = rises && (at == kIndexHeader ? offset == 0 : offset > last) && offset < log_size;
    last = offset;
  }
  CHECK(rises);
}

// Kills captures at random moments; what a service printed meanwhile.
std::string log_after_kills(const TempFolder& folder, model::LogFormat format,
                            bool unlocked = false) {
  Pipe pipe;
  SinkKeeper keeper;
  const auto options = [&] {
    CaptureOptions made;
    if (!unlocked) return made;
    made.unlocked = keeper.places(folder);
    made.small_piece_bytes = SIZE_MAX;
    return made;
  };
  if (unlocked) REQUIRE(resize_pipe(pipe.read.get(), 128 * 1024));
  const pid_t writer = in_child([&] {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    print_numbers(pipe.write.get(), 20261122);
  });
  pipe.write.reset();

  // More than the first turn takes, which is always a plain one.
  const std::uint64_t at_least = unlocked ? 300'000 : 1;
  std::uint64_t seed = 4711;
  for (int kills = 0; kills < 30; ++kills) {
    const std::uint64_t size = size_of(folder, "log/web.out.log");
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    const std::uint64_t enough = size + at_least + (seed >> 33) % 100'000;
    const pid_t capture = start_capture(folder, pipe.read.get(), format, options());
    while (size_of(folder, "log/web.out.log") < enough) {
      REQUIRE(waitpid(capture, nullptr, WNOHANG) == 0);  // it is alive
      sched_yield();
    }
    kill(capture, SIGKILL);
    reap(capture);
    keeper.collect();
  }
  const pid_t last = start_capture(folder, pipe.read.get(), format, options());
  kill(writer, SIGTERM);
  int status = 0;
  REQUIRE(waitpid(writer, &status, 0) == writer);
  CHECK(status == 0);
  REQUIRE(waitpid(last, &status, 0) == last);
  CHECK(status == 0);
  return folder.read("log/web.out.log");
}

void check_all_numbers(const std::string& printed) {
  const auto lines = static_cast<std::uint64_t>(std::count(printed.begin(), printed.end(), '\n'));
  CHECK(lines > 1000);
  CHECK(count_in_order(printed) == lines);
}

// What the lines of a formatted log say; one that cannot be read back is an empty line.
std::string messages(const std::string& log, model::LogFormat format) {
  std::string printed;
  for (const std::string_view line : split(log, '\n')) {
    if (line.empty()) continue;
    const auto parsed = parse_formatted(line, format);
    printed += (parsed ? parsed->message : "") + "\n";
  }
  return printed;
}

// How long the line is that a log holds and that consists of 'a' only; 0 if it does not.
std::size_t count_of_a(const std::filesystem::path& path, model::LogFormat format) {
  std::ifstream in{path, std::ios::binary};
  std::size_t length = 0;
  const bool raw = format == model::LogFormat::Raw;
  std::string block(kMaxLine, '\0');
  const auto next = [&] {
    if (!raw) return static_cast<bool>(std::getline(in, block));
    in.read(block.data(), static_cast<std::streamsize>(kMaxLine));
    block.resize(static_cast<std::size_t>(in.gcount()));
    return !block.empty();
  };
  while (next()) {
    const auto line = parse_formatted(block, format);
    const std::string& text = line ? line->message : block;
    if (text.find_first_not_of('a') != std::string::npos || raw == line.has_value()) return 0;
    length += text.size();
  }
  return length;
}

}  // namespace

TEST_CASE("a line of 100 MB arrives exactly, with memory that stays flat") {
  constexpr std::size_t kLine = 100 * 1024 * 1024;
  for (const auto format :
       {model::LogFormat::Raw, model::LogFormat::Text, model::LogFormat::Json}) {
    Bench bench;
    model::LogSpec spec;
    spec.format = format;
    spec.rotate.size = Bytes{UINT64_MAX};
    UniqueFd out = bench.attach_out(RunId{1}, "long", spec);
    const pid_t writer = in_child([&] {
      const std::string block(256 * 1024, 'a');
      for (std::size_t sent = 0; sent < kLine; sent += block.size()) {
        if (::write(out.get(), block.data(), block.size()) != static_cast<ssize_t>(block.size())) {
          _exit(1);
        }
      }
    });
    out.reset();
    const std::size_t before = peak_memory_kib();
    bench.turn_until([&] { return !bench.capture->is_open(RunId{1}); });
    if (!kKeepsFreedMemory) CHECK(peak_memory_kib() - before < 4 * 1024);
    int status = 0;
    REQUIRE(waitpid(writer, &status, 0) == writer);
    CHECK(status == 0);
    CHECK(count_of_a(bench.folder / "log/long.out.log", format) == kLine);
  }
}

TEST_CASE("killed thirty times in the middle of a fast writer, capture loses and doubles nothing") {
  TempFolder folder;
  check_all_numbers(log_after_kills(folder, model::LogFormat::Raw));
  check_index(folder);
}

TEST_CASE("the same where the writer does not wait for the file") {
  TempFolder folder;
  check_all_numbers(log_after_kills(folder, model::LogFormat::Raw, true));
  check_index(folder);
  CHECK(folder.has("note"));
}

TEST_CASE("the same in the formats text and json") {
  for (const auto format : {model::LogFormat::Text, model::LogFormat::Json}) {
    TempFolder folder;
    const std::string log = log_after_kills(folder, format);
    CHECK(log.back() == '\n');
    check_all_numbers(messages(log, format));
    check_index(folder);
  }
}
