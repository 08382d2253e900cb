// A disk that stays full: output is counted and thrown away, and a mark in the log tells of it.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "logs/formatted_line.h"
#include "logs/gap_mark.h"
#include "logs/losses.h"
#include "logs/move.h"
#include "support.h"

using namespace mainstay;
using namespace mainstay::logs;
using namespace mainstay::logs::test;
using model::LogFormat;

namespace {

// What a controller leaves for the next one.
struct Memory final : runtime::StateStore {
  void put(std::uint32_t slot, std::string_view record) override {
    REQUIRE(record.size() <= kMaxRecord);
    if (before_put) before_put();
    records[slot] = record;
  }
  void erase(std::uint32_t slot) override { records.erase(slot); }
  std::vector<Losses::Record> left() const { return {records.begin(), records.end()}; }

  std::map<std::uint32_t, std::string> records;
  std::function<void()> before_put;
};

struct FullBench {
  explicit FullBench(Memory* memory = nullptr, CaptureOptions options = Bench::quick())
      : bench(with_memory(std::move(options), memory)) {
    bench.capture->set_on_dropped([this](const Dropped& news) { told.push_back(news); });
  }
  static CaptureOptions with_memory(CaptureOptions options, Memory* memory) {
    options.losses = memory;
    options.last_retry = std::chrono::milliseconds{5};
    if (memory != nullptr) options.former_losses = memory->left();
    return options;
  }

  bool is_dropping() const {
    const auto troubles = bench.capture->troubles();
    return !troubles.empty() && troubles[0].dropping;
  }
  // Until the disk has been full for so long that output is thrown away.
  void wait_for_dropping() {
    bench.turn_until([&] { return !bench.capture->troubles().empty(); });
    CHECK_FALSE(is_dropping());
    bench.now.mono = bench.now.mono + std::chrono::seconds{2};
    bench.turn_until([&] { return is_dropping(); });
  }
  void wait_for_room() {
    bench.turn_until([&] { return bench.capture->troubles().empty(); });
  }
  std::uint64_t dropped() const { return bench.capture->counts().dropped_bytes; }

  Bench bench;
  std::vector<Dropped> told;
};

std::string numbered(int from, int to) {
  std::string lines;
  for (int i = from; i < to; ++i)
    lines += fmt::format("line {}\n", i);
  return lines;
}

model::LogSpec spec_of(LogFormat format, model::OnFull on_full = model::OnFull::Drop) {
  model::LogSpec spec;
  spec.format = format;
  spec.on_full = on_full;
  return spec;
}

// "[mainstay] 12,345 bytes (234 lines) lost here: …" as {12345, 234}.
LostCount count_in(std::string sentence) {
  std::erase(sentence, ',');
  LostCount lost;
  REQUIRE(sscanf(sentence.c_str(), "[mainstay] %lu byte%*[s] (%lu line", &lost.bytes,
                 &lost.lines) == 2);
  return lost;
}

std::size_t mark_in(const std::string& log) {
  const std::size_t mark = log.find("[mainstay] ");
  REQUIRE(mark != std::string::npos);
  CHECK((mark == 0 || log[mark - 1] == '\n'));
  return mark;
}

}  // namespace

TEST_CASE("a try that comes before anything was thrown away does not make it wait anew") {
  FullBench full;
  Bench& bench = full.bench;
  std::function<void(std::uint64_t)> answer;
  bench.capture->set_make_room([&](std::function<void(std::uint64_t)> done) {
    answer = std::move(done);
    answer(0);
  });
  const UniqueFd out = bench.attach_out(RunId{1}, "web");
  const FileSizeLimit limit{10'000};
  put(out.get(), numbered(0, 3000));
  full.wait_for_dropping();
  answer(0);  // the next try is due before the loop looks at the pipe
  bench.turn_until([&] { return bytes_waiting(out.get()) == 0 || !full.is_dropping(); });
  CHECK(full.is_dropping());
  CHECK(full.dropped() > 0);
}

TEST_CASE("what does not fit is counted, and the mark in the log says the same") {
  for (const bool splice : {true, false}) {
    CaptureOptions options = Bench::quick();
    options.splice = splice;
    FullBench full{nullptr, options};
    Bench& bench = full.bench;
    const UniqueFd out = bench.attach_out(RunId{1}, "web");
    const std::string printed = numbered(0, 3000);
    {
      const FileSizeLimit limit{10'000};
      put(out.get(), printed);
      full.wait_for_dropping();
      bench.turn_until([&] { return bytes_waiting(out.get()) == 0; });
      put(out.get(), numbered(3000, 6000));
      bench.turn_until([&] { return bytes_waiting(out.get()) == 0; });
      put(out.get(), "half a ");
      bench.turn_until([&] { return bytes_waiting(out.get()) == 0; });
      REQUIRE(full.told.size() == 1);
      CHECK_FALSE(full.told[0].ended);
      put(out.get(), "line\nthe first that is kept\n");
    }
    full.wait_for_room();
    bench.capture->drain(RunId{1});

    const std::string log = bench.log("web.out.log");
    const std::size_t mark = mark_in(log);
    const LostCount lost = count_in(log.substr(mark));
    CHECK(bench.capture->counts().dropped_bytes == lost.bytes);
    CHECK(bench.capture->counts().dropped_lines == lost.lines);
    const std::string all = numbered(0, 6000) + "half a line\nthe first that is kept\n";
    const std::size_t end = log.find('\n', mark) + 1;
    // Before the mark is what was printed first, and at most a newline of ours.
    std::string head = log.substr(0, mark);
    if (all.compare(0, head.size(), head) != 0) head.pop_back();
    CHECK(all.starts_with(head));
    const std::string tail = log.substr(end);
    CHECK(all.ends_with(tail));
    CHECK((tail.empty() || all[all.size() - tail.size() - 1] == '\n'));
    CHECK(head.size() + lost.bytes + tail.size() == all.size());
    CHECK(std::count(all.begin() + std::ptrdiff_t(head.size()),
                     all.end() - std::ptrdiff_t(tail.size()), '\n') == std::ptrdiff_t(lost.lines));
    REQUIRE(full.told.size() == 2);
    CHECK(full.told[1].ended);
    CHECK(full.told[1].bytes == lost.bytes);
  }
}

TEST_CASE("with on_full: block nothing is ever thrown away") {
  FullBench full;
  const UniqueFd out =
      full.bench.attach_out(RunId{1}, "web", spec_of(LogFormat::Raw, model::OnFull::Block));
  const std::string printed = numbered(0, 3000);
  {
    const FileSizeLimit limit{10'000};
    put(out.get(), printed);
    full.bench.turn_until([&] { return !full.bench.capture->troubles().empty(); });
    full.bench.now.mono = full.bench.now.mono + std::chrono::hours{1};
    const std::uint64_t turns = full.bench.capture->counts().turns;
    full.bench.turn_until([&] { return full.bench.capture->counts().turns > turns + 3; });
    CHECK_FALSE(full.is_dropping());
  }
  full.wait_for_room();
  CHECK(full.bench.log("web.out.log") == printed);
  CHECK(full.told.empty());
}

TEST_CASE("in text and json the mark is a line like all others, behind what was staged before") {
  for (const LogFormat format : {LogFormat::Text, LogFormat::Json}) {
    FullBench full;
    Bench& bench = full.bench;
    const UniqueFd out = bench.attach_out(RunId{1}, "web", spec_of(format));
    const std::string printed = numbered(0, 4000);
    {
      const FileSizeLimit limit{20'000};
      put(out.get(), printed);
      full.wait_for_dropping();
      bench.turn_until([&] { return bytes_waiting(out.get()) == 0; });
      put(out.get(), numbered(4000, 8000));
      bench.turn_until([&] { return bytes_waiting(out.get()) == 0; });
    }
    full.wait_for_room();
    put(out.get(), "after\n");
    bench.capture->drain(RunId{1});
    std::string kept;
    std::optional<LostCount> lost;
    std::istringstream log{bench.log("web.out.log")};
    for (std::string line; std::getline(log, line);) {
      const auto parsed = parse_formatted(line, format);
      REQUIRE(parsed.has_value());
      if (parsed->message.starts_with("[mainstay]")) {
        CHECK_FALSE(lost.has_value());
        lost = count_in(parsed->message);
        const std::string fields =
            fmt::format(R"("lost_bytes":{},"lost_lines":{})", lost->bytes, lost->lines);
        CHECK((format == LogFormat::Text || line.find(fields) != std::string::npos));
      } else {
        kept += parsed->message + "\n";
      }
    }
    REQUIRE(lost.has_value());
    CHECK(lost->bytes == full.dropped());
    const std::string all = numbered(0, 8000) + "after\n";
    CHECK(kept.size() + lost->bytes >= all.size());  // a line in two halves has two newlines
    CHECK(kept.size() + lost->bytes <= all.size() + 1);
    CHECK(kept.ends_with("after\n"));
  }
}

TEST_CASE("first somebody is asked for room, and when there is some nothing is lost") {
  FullBench full;
  std::vector<std::function<void(std::uint64_t)>> asked;
  full.bench.capture->set_make_room([&](auto done) { asked.push_back(std::move(done)); });
  const UniqueFd out = full.bench.attach_out(RunId{1}, "web");
  const std::string printed = numbered(0, 3000);
  {
    const FileSizeLimit limit{10'000};
    put(out.get(), printed);
    full.bench.turn_until([&] { return !full.bench.capture->troubles().empty(); });
    CHECK(asked.size() == 1);
    full.bench.now.mono = full.bench.now.mono + std::chrono::seconds{3};
    const std::uint64_t turns = full.bench.capture->counts().turns;
    full.bench.turn_until([&] { return full.bench.capture->counts().turns > turns + 3; });
    CHECK_FALSE(full.is_dropping());  // there is no answer yet
    CHECK(asked.size() == 1);
  }
  asked[0](1'000'000);
  full.wait_for_room();
  CHECK(full.bench.log("web.out.log") == printed);
}

TEST_CASE("when there is no room to be made, output is thrown away, and it is not asked for ever") {
  FullBench full;
  std::size_t asked = 0;
  full.bench.capture->set_make_room([&](const auto& done) {
    ++asked;
    done(0);
  });
  const UniqueFd out = full.bench.attach_out(RunId{1}, "web");
  const FileSizeLimit limit{10'000};
  put(out.get(), numbered(0, 3000));
  full.wait_for_dropping();
  CHECK(asked == 1);
}

TEST_CASE("what cannot even be thrown away for want of descriptors waits, and nothing spins") {
  CaptureOptions options;
  options.first_retry = std::chrono::hours{1};
  options.drop_after = Duration{0};
  Bench bench{options};
  const UniqueFd out = bench.attach_out(RunId{1}, "web");
  put(out.get(), "opens the log\n");
  bench.turn_until([&] { return bench.size("web.out.log") > 0; });
  const FileSizeLimit limit{10'000};
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none{3, before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  put(out.get(), numbered(0, 3000));
  for (int turn = 0; turn < 50; ++turn)
    bench.loop.run_once(false);
  setrlimit(RLIMIT_NOFILE, &before);
  REQUIRE(bench.capture->troubles().size() == 1);
  CHECK(bench.capture->troubles()[0].dropping);
  CHECK(bench.capture->counts().turns < 6);
  CHECK(bench.capture->counts().dropped_bytes == 0);
}

TEST_CASE("a service that ends while output is thrown away ends, and the mark comes later") {
  FullBench full;
  UniqueFd out = full.bench.attach_out(RunId{1}, "web");
  {
    const FileSizeLimit limit{10'000};
    put(out.get(), numbered(0, 3000));
    full.wait_for_dropping();
    full.bench.turn_until([&] { return bytes_waiting(out.get()) == 0; });
    put(out.get(), "last words");
    out.reset();
    full.bench.capture->drain(RunId{1});
    CHECK_FALSE(full.bench.capture->is_open(RunId{1}));
    CHECK(full.bench.log("web.out.log").find("mainstay") == std::string::npos);
  }
  full.bench.turn_until([&] { return full.told.size() == 2; });
  const std::string log = full.bench.log("web.out.log");
  CHECK(count_in(log.substr(mark_in(log))).bytes == full.dropped());
}

TEST_CASE("what is thrown away is written down before, and the next controller goes on counting") {
  Memory memory;
  std::string printed = numbered(0, 3000);
  Pipe pipe;
  std::uint64_t before = 0;
  TempFolder folder;
  const FileSizeLimit limit{10'000};
  {
    FullBench first{&memory};
    first.bench.capture->attach(RunId{1}, "web", {},
                                {UniqueFd{fcntl(pipe.read.get(), F_DUPFD_CLOEXEC, 3)}, UniqueFd{}});
    bool waits = true;
    memory.before_put = [&] { waits = waits && bytes_waiting(pipe.read.get()) > 0; };
    put(pipe.write.get(), printed);
    first.wait_for_dropping();
    first.bench.turn_until([&] { return bytes_waiting(pipe.read.get()) == 0; });
    CHECK(waits);
    before = first.dropped();
    CHECK(before == printed.size() - 10'000);
    std::filesystem::copy_file(first.bench.folder / "log/web.out.log", folder / "web.out.log");
  }
  memory.before_put = {};
  FullBench second{&memory};
  std::filesystem::copy_file(folder / "web.out.log", second.bench.folder / "log/web.out.log");
  second.bench.capture->attach(RunId{1}, "web", {}, {std::move(pipe.read), UniqueFd{}});
  put(pipe.write.get(), numbered(3000, 4000));
  second.bench.turn_until([&] { return second.is_dropping(); });  // at once: the gap goes on
  second.bench.turn_until([&] { return bytes_waiting(pipe.write.get()) == 0; });
  CHECK(second.told.empty());
  CHECK(second.dropped() == before + numbered(3000, 4000).size());
  CHECK(second.bench.capture->conditions().at("web").dropped_bytes == second.dropped());
}

TEST_CASE(
    "the mark is written once, also when the controller is killed before, within or behind it") {
  const WallTime now = second(1'000'000);
  Memory whole;
  Losses known{&whole, {}};
  known.add("web.out.log", 12'345, 234, now);
  known.plan_mark("web.out.log", 8, now);
  const std::string mark = "\n[mainstay] " + gap_sentence(*known.find("web.out.log")) + "\n";
  for (std::size_t written = 0; written <= mark.size(); ++written) {
    Memory memory;
    memory.records = whole.records;
    FullBench next{&memory};
    next.bench.folder.write("log/web.out.log", "unfinish" + mark.substr(0, written));
    const UniqueFd out = next.bench.attach_out(RunId{1}, "web");
    put(out.get(), "after\n");
    next.bench.capture->drain(RunId{1});
    const std::string log = next.bench.log("web.out.log");
    CHECK(log.starts_with("unfinish\n[mainstay] 12,345 bytes (234 lines) lost here: disk full"));
    CHECK(log.ends_with("\nafter\n"));
    CHECK(std::count(log.begin(), log.end(), '\n') == 3);
    CHECK_FALSE(Losses(nullptr, memory.left()).find("web.out.log")->open());
    CHECK(Losses(nullptr, memory.left()).total_bytes() == 12'345);
  }
}

TEST_CASE("damaged records of losses are left out") {
  Memory memory;
  Losses losses{&memory, {}};
  losses.add("a.log", 1, 1, second(1));
  losses.add("b.log", 2, 1, second(1));
  memory.records[0].resize(7);
  const Losses again{&memory, memory.left()};
  CHECK(again.find("a.log") == nullptr);
  REQUIRE(again.find("b.log") != nullptr);
  CHECK(again.find("b.log")->bytes == 2);
}
