// Logs of the formats text and json: each printed line exactly once, whatever dies between two
// steps. A death is an object that is left where it was, without what it would have done next.
#include "logs/formatted_log.h"

#include <fmt/format.h>

#include <sys/resource.h>
#include "base/text.h"
#include "logs/formatted_line.h"

#include "support.h"

using namespace mainstay;
using namespace mainstay::logs;
using namespace mainstay::logs::test;
using model::LogFormat;

namespace {

model::LogSpec spec_of(LogFormat format) {
  model::LogSpec spec;
  spec.format = format;
  return spec;
}

// The messages of a log, each line on its own; a line that is not of the format is shown in <>.
std::string messages(const std::string& log, LogFormat format) {
  std::string out;
  for (const std::string_view line : split(log, '\n')) {
    if (line.empty()) continue;
    const auto parsed = parse_formatted(line, format);
    out += parsed ? parsed->message : "<" + std::string{line} + ">";
    out += parsed && parsed->partial ? "" : "\n";
  }
  return out;
}

// A log and its staging file, opened as by one controller after the other.
struct Successors {
  explicit Successors(LogFormat format_in)
      : format(format_in), directory(open_directory(folder / "log")) {}

  LogFile open_log() {
    auto log = directory.open_for_writing("web.out.log");
    auto index = directory.open_for_writing("web.out.log.idx");
    REQUIRE(log.ok());
    return LogFile{std::move(*log), std::move(index->fd)};
  }
  StagingFile open_staging() {
    auto file = directory.open_for_writing("web.out.log.raw");
    REQUIRE(file.ok());
    auto staging = StagingFile::open(std::move(*file));
    REQUIRE(staging.ok());
    return std::move(*staging);
  }
  LineShape shape() const { return {format, "web", "web", Stream::Out}; }

  // One turn of a fresh controller, which finds what the former ones left.
  Moved turn(std::string_view printed, bool last = false, RunId run = RunId{1}) {
    put(pipe.write.get(), printed);
    LogFile log = open_log();
    FormattedLog lines{open_staging(), shape()};
    return lines.take({pipe.read.get(), run, 1024 * 1024, at, nullptr, last}, log);
  }
  std::string log() const { return messages(folder.read("log/web.out.log"), format); }

  LogFormat format;
  TempFolder folder;
  Directory directory;
  Pipe pipe;
  WallTime at = second(1'000'000);
};

}  // namespace

TEST_CASE("capture writes the format that is declared, with the instance's name") {
  Bench bench;
  const UniqueFd text = bench.attach_out(RunId{1}, "web", spec_of(LogFormat::Text));
  const UniqueFd json = bench.attach_out(RunId{2}, "db:2", spec_of(LogFormat::Json));
  put(text.get(), "hello\nun");
  put(json.get(), "hello\n");
  bench.turn_until([&] { return bench.size("db:2.out.log") > 0 && bench.size("web.out.log") > 0; });
  CHECK(bench.log("web.out.log") == "1970-01-12T13:46:40.000000Z out hello\n");
  CHECK(bench.log("db:2.out.log") ==
        R"({"time":"1970-01-12T13:46:40.000000Z","service":"db","instance":"db:2","stream":"out",)"
        R"("message":"hello"})"
        "\n");
  CHECK(bench.size("web.out.log.idx") > 0);
}

TEST_CASE(
    "a last line without a newline is a line when the pipe closes, and when the run has ended") {
  Bench bench;
  UniqueFd closes = bench.attach_out(RunId{1}, "closes", spec_of(LogFormat::Text));
  const UniqueFd stays = bench.attach_out(RunId{2}, "stays", spec_of(LogFormat::Text));
  put(closes.get(), "last words");
  put(stays.get(), "last words");
  closes.reset();
  bench.turn_until([&] { return !bench.capture->is_open(RunId{1}); });
  CHECK(messages(bench.log("closes.out.log"), LogFormat::Text) == "last words\n");
  CHECK(bench.size("stays.out.log") == 0);
  bench.capture->drain(RunId{2});
  CHECK(messages(bench.log("stays.out.log"), LogFormat::Text) == "last words\n");
  put(stays.get(), "a grandchild\n");
  bench.capture->drain(RunId{2});
  CHECK(messages(bench.log("stays.out.log"), LogFormat::Text) == "last words\na grandchild\n");
}

TEST_CASE("a line has the time of its first byte, also when its end comes much later") {
  Bench bench;
  const UniqueFd out = bench.attach_out(RunId{1}, "web", spec_of(LogFormat::Text));
  put(out.get(), "an hour ");
  bench.turn_until([&] { return bench.size("web.out.log.raw") > kStagingHeader; });
  bench.now.wall = bench.now.wall + std::chrono::hours{1};
  put(out.get(), "long\nnow\n");
  bench.turn_until([&] { return bench.size("web.out.log") > 0; });
  CHECK(bench.log("web.out.log") ==
        "1970-01-12T13:46:40.000000Z out an hour long\n1970-01-12T14:46:40.000000Z out now\n");
}

TEST_CASE("killed after the splice: the next controller formats what is staged") {
  for (const LogFormat format : {LogFormat::Text, LogFormat::Json}) {
    Successors bench{format};
    bench.turn("one\n");
    put(bench.pipe.write.get(), "two\nthr");
    bench.open_staging().take(bench.pipe.read.get(), 1000, nullptr);
    bench.turn("ee\nfour\n");
    CHECK(bench.log() == "one\ntwo\nthree\nfour\n");
  }
}

TEST_CASE("killed after the log was appended to, wholly or in part: the lines are not doubled") {
  for (const LogFormat format : {LogFormat::Text, LogFormat::Json}) {
    for (std::size_t torn = 0; torn < 200; torn += 7) {
      Successors bench{format};
      bench.turn("one\n");
      put(bench.pipe.write.get(), "two\nthree\nfo");
      bench.open_staging().take(bench.pipe.read.get(), 1000, nullptr);
      const Formatted lines =
          format_lines(bench.shape(), "two\nthree\nfo", {bench.at, bench.at}, false, false);
      LogFile log = bench.open_log();
      log.append(std::string_view{lines.text}.substr(0, torn), bench.at);
      bench.turn("ur\n");
      CHECK(bench.log() == "one\ntwo\nthree\nfour\n");
    }
  }
}

TEST_CASE("killed while staging space is given back: nothing is lost or doubled") {
  const std::string block(100'000, 'x');
  for (int step = 0; step < 3; ++step) {
    Successors bench{LogFormat::Text};
    bench.turn("unfinished");
    StagingFile staging = bench.open_staging();
    StagingState state = staging.state();
    const std::string rest = "unfinished";
    // As tidy() does it, from a staging file with much behind it and this rest at its end.
    bench.folder.append("log/web.out.log.raw", block + rest);
    state.begin += rest.size() + block.size();
    if (step >= 0) {
      const UniqueFd raw{open((bench.folder / "log/web.out.log.raw").c_str(), O_RDWR | O_CLOEXEC)};
      REQUIRE(pwrite(raw.get(), rest.data(), rest.size(), kStagingHeader) == ssize_t(rest.size()));
    }
    REQUIRE(staging.publish(state) == 0);
    if (step >= 1) {
      state.begin = kStagingHeader;
      state.cut = kStagingHeader + rest.size();
      REQUIRE(staging.publish(state) == 0);
    }
    if (step >= 2) {
      std::filesystem::resize_file(bench.folder / "log/web.out.log.raw",
                                   kStagingHeader + rest.size());
    }
    bench.turn(" business\n");
    CHECK(bench.log() == "unfinished business\n");
  }
}

TEST_CASE("a record that was torn by the death counts as not written") {
  Successors bench{LogFormat::Text};
  bench.turn("one\n");
  bench.turn("two\n");
  StagingState state = bench.open_staging().state();
  // The older record is the one that would have been written: garbage in it changes nothing.
  std::string bytes = bench.folder.read("log/web.out.log.raw");
  for (const std::size_t place : {std::size_t{512}, std::size_t{1024}}) {
    std::string torn = bytes;
    torn.replace(place, 20, std::string(20, '\x5a'));
    bench.folder.write("log/web.out.log.raw", torn);
    const StagingState now = bench.open_staging().state();
    CHECK(now.begin <= state.begin);
  }
  bench.folder.write("log/web.out.log.raw", bytes);
  CHECK(bench.open_staging().state().begin == state.begin);
  CHECK(bench.log() == "one\ntwo\n");
}

TEST_CASE(
    "a staging file that is foreign, cut or deleted from outside costs no more than its bytes") {
  Bench bench;
  const UniqueFd out = bench.attach_out(RunId{1}, "web", spec_of(LogFormat::Text));
  bench.folder.write("log/web.out.log.raw", "not ours at all");
  put(out.get(), "one\nun");
  bench.capture->drain(RunId{1});
  put(out.get(), "finished");
  bench.turn_until([&] { return bench.size("web.out.log.raw") > kStagingHeader + 6; });
  std::filesystem::remove(bench.folder / "log/web.out.log.raw");
  put(out.get(), "two\n");
  bench.capture->drain(RunId{1});
  CHECK(messages(bench.log("web.out.log"), LogFormat::Text) == "one\nun\nfinished\ntwo\n");
  std::filesystem::resize_file(bench.folder / "log/web.out.log.raw", 0);
  put(out.get(), "three\n");
  bench.capture->drain(RunId{1});
  CHECK(messages(bench.log("web.out.log"), LogFormat::Text) == "one\nun\nfinished\ntwo\nthree\n");
}

TEST_CASE("a log that was rotated, truncated or written into goes on at its end") {
  Successors bench{LogFormat::Text};
  bench.turn("one\nunfin");
  std::filesystem::rename(bench.folder / "log/web.out.log", bench.folder / "log/old");
  bench.turn("ished\n");
  CHECK(bench.log() == "unfinished\n");
  CHECK(messages(bench.folder.read("log/old"), bench.format) == "one\n");
  std::filesystem::resize_file(bench.folder / "log/web.out.log", 0);
  bench.turn("two\nthr");
  bench.folder.append("log/web.out.log", "a note by hand, while a line is unfinished\n");
  bench.turn("ee\n");
  CHECK(bench.log() == "two\n<a note by hand, while a line is unfinished>\nthree\n");
}

TEST_CASE("what another run left unfinished is a line of its own") {
  Successors bench{LogFormat::Json};
  bench.turn("of the first", false, RunId{1});
  bench.turn("of the second\n", false, RunId{2});
  CHECK(bench.log() == "of the first\nof the second\n");
}

TEST_CASE("the staging file stays small, whatever is printed") {
  Bench bench;
  const UniqueFd out = bench.attach_out(RunId{1}, "web", spec_of(LogFormat::Json));
  std::uint64_t printed = 0;
  for (int i = 0; i < 400; ++i) {
    const std::string line = std::string(static_cast<std::size_t>(i * 37 % 9000), 'x');
    put(out.get(), line + "\n" + line);  // never ends with a newline
    printed += 2 * line.size();
    bench.capture->drain(RunId{1});
    CHECK(bench.size("web.out.log.raw") < 256 * 1024);
  }
  CHECK(bench.size("web.out.log") > printed);
}

TEST_CASE("in a log that is full nothing is torn or doubled, and it goes on by itself") {
  for (const LogFormat format : {LogFormat::Text, LogFormat::Json}) {
    Bench bench;
    const UniqueFd out = bench.attach_out(RunId{1}, "web", spec_of(format));
    std::string printed;
    for (int i = 0; i < 3000; ++i)
      printed += fmt::format("line {}\n", i);
    {
      const FileSizeLimit full{50'000};
      put(out.get(), printed);
      bench.turn_until([&] { return !bench.capture->troubles().empty(); });
      bench.capture->drain(RunId{1});
      CHECK(bench.size("web.out.log") <= 50'000);
    }
    bench.turn_until([&] { return bench.capture->troubles().empty(); });
    bench.capture->drain(RunId{1});
    CHECK(messages(bench.log("web.out.log"), format) == printed);
  }
}

TEST_CASE("rotation cuts logs of lines when they are full, and every line is in one of the files") {
  for (const LogFormat format : {LogFormat::Text, LogFormat::Json}) {
    Bench bench;
    bench.capture->begin_rotation({});
    std::vector<Rotated> cuts;
    bench.capture->set_on_rotation([&](const Rotated& cut) { cuts.push_back(cut); });
    model::LogSpec spec = spec_of(format);
    spec.rotate.size = Bytes{20'000};
    UniqueFd out = bench.attach_out(RunId{1}, "web", spec);
    std::string printed;
    for (int i = 0; i < 4000; ++i)
      printed += fmt::format("line {}\n", i);
    printed += "the last";
    put(out.get(), printed);
    out.reset();
    bench.turn_until([&] { return !bench.capture->is_open(RunId{1}); });
    REQUIRE(cuts.size() > 3);
    std::string all;
    for (const Rotated& cut : cuts) {
      CHECK(cut.size >= 20'000);
      CHECK(cut.size < 20'500);
      all += messages(bench.log(cut.archive), format);
    }
    CHECK(all + messages(bench.log("web.out.log"), format) == printed + "\n");
  }
}

TEST_CASE("what was appended and not published is taken back before the log is cut") {
  Successors former{LogFormat::Text};
  former.turn("one\n");
  put(former.pipe.write.get(), "two\n");
  former.open_staging().take(former.pipe.read.get(), 1000, nullptr);
  former.open_log().append(
      format_lines(former.shape(), "two\n", {former.at, former.at}, false, false).text, former.at);

  io::Loop loop;
  Capture capture{loop, former.directory};
  capture.begin_rotation({});
  std::vector<Rotated> cuts;
  capture.set_on_rotation([&](const Rotated& cut) { cuts.push_back(cut); });
  capture.attach(RunId{1}, "web", spec_of(LogFormat::Text),
                 {std::move(former.pipe.read), UniqueFd{}});
  capture.rotate("web.out.log", RotationCause::Asked);
  capture.drain(RunId{1});
  REQUIRE(cuts.size() == 1);
  CHECK(messages(former.folder.read("log/" + cuts[0].archive), LogFormat::Text) + former.log() ==
        "one\ntwo\n");
}
