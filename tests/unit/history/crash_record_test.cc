#include "history/crash_record.h"

#include <doctest/doctest.h>

#include "unit/history/support.h"

namespace mainstay::history {

namespace {

using Data = std::map<std::string, std::string>;

bool is_crash(const Data& data, std::vector<int> success_codes = {0}) {
  model::RestartPolicy restart;
  restart.success_codes = std::move(success_codes);
  return crash_of(exited(data), restart).has_value();
}

}  // namespace

TEST_CASE("a record is read as it was written") {
  const auto read = decode_crash(encode(example()));
  REQUIRE(read.ok());
  CHECK(*read == example());
  CrashRecord never_ran;
  never_ran.at = kNoon;
  never_ran.cause = "start failed";
  never_ran.error = "cannot run 'x'";
  const auto failed = decode_crash(encode(never_ran));
  REQUIRE(failed.ok());
  CHECK(*failed == never_ran);
}

TEST_CASE("hostile lines stay inside of one line of the file") {
  CrashRecord record = example();
  record.output = {{"err",
                    {"a\nb\r", std::string("nul\0nul", 7), "\x1b]0;owned\x07", "\"}]}{\"at\":1",
                     "caf\xc3\xa9 \xff\xfe", std::string(100'000, 'x')},
                    false}};
  const std::string line = encode(record);
  CHECK(line.find('\n') == std::string::npos);
  CHECK(line.find('\0') == std::string::npos);
  CHECK(line.find('\x1b') == std::string::npos);
  const auto read = decode_crash(line);
  REQUIRE(read.ok());
  const auto& lines = read->output[0].lines;
  CHECK(lines[0] == "a\nb\r");
  CHECK(lines[1] == std::string("nul\0nul", 7));
  CHECK(lines[3] == "\"}]}{\"at\":1");
  CHECK(lines[4] == "caf\xc3\xa9 \xef\xbf\xbd\xef\xbf\xbd");
  CHECK(lines[5].size() == 100'000);
}

TEST_CASE("what is no record is refused, and odd members are not there") {
  for (const char* line : {"", "{", "[]", "7", "{}", R"({"at":7})", R"({"at":"yesterday"})"})
    CHECK_FALSE(decode_crash(line).ok());
  const auto odd = decode_crash(
      R"({"at":"2026-11-22T12:00:00Z","pid":"x","code":99999999999,"run_seconds":1e300,"index":-1,
          "left_out":-5,"output":[7,{"lines":[1,"two"]}],"later":{"version":[1]}})");
  REQUIRE(odd.ok());
  CHECK(odd->pid == 0);
  CHECK(odd->code == 0);
  CHECK(odd->run_time == Duration{0});
  CHECK(odd->index == 0);
  CHECK(odd->left_out == 0);
  REQUIRE(odd->output.size() == 2);
  CHECK(odd->output[1].lines == std::vector<std::string>{"two"});
}

TEST_CASE("a record cut anywhere is refused") {
  const std::string line = encode(example());
  for (std::size_t size = 0; size < line.size(); ++size)
    CHECK_FALSE(decode_crash(line.substr(0, size)).ok());
}

TEST_CASE("only ends that nobody asked for are crashes") {
  CHECK(is_crash({{"cause", "exited"}, {"signal", "SEGV"}}));
  CHECK(is_crash({{"cause", "exited"}, {"signal", "TERM"}}));
  CHECK(is_crash({{"cause", "exited"}, {"code", "1"}}));
  CHECK(is_crash({{"cause", "exited"}}));
  CHECK(is_crash({{"cause", "start failed"}, {"error", "cannot run 'x'"}}));
  CHECK(is_crash({{"cause", "unhealthy"}, {"signal", "TERM"}}));
  CHECK(is_crash({{"cause", "memory limit"}, {"signal", "TERM"}}));
  CHECK(is_crash({{"cause", "not ready in time"}, {"signal", "TERM"}}));
  CHECK(is_crash({{"cause", "exited"}, {"code", "0"}}, {3}));

  CHECK_FALSE(is_crash({{"cause", "exited"}, {"code", "0"}}));
  CHECK_FALSE(is_crash({{"cause", "exited"}, {"code", "3"}}, {0, 3}));
  CHECK_FALSE(is_crash({{"cause", "start failed"}, {"error", "x"}, {"wanted", "down"}}));
  for (const char* asked : {"stopped", "shutdown", "scaled down", "planned restart", "killed"})
    CHECK_FALSE(is_crash({{"cause", asked}, {"signal", "KILL"}}));
  runtime::Event backoff = exited({{"cause", "exited"}, {"signal", "SEGV"}});
  backoff.kind = EventKind::ServiceBackoff;
  CHECK_FALSE(crash_of(backoff, {}).has_value());
}

TEST_CASE("an event becomes a record") {
  runtime::Event event = exited({{"cause", "exited"},
                                 {"signal", "SEGV"},
                                 {"core", "true"},
                                 {"pid", "4711"},
                                 {"run", "7"},
                                 {"run_ms", "12345"},
                                 {"cpu_ms", "800"},
                                 {"late_ms", "5000"},
                                 {"peak_memory_bytes", "48234496"}});
  event.instance = "backend:12";
  const auto record = crash_of(event, {});
  REQUIRE(record);
  CHECK(record->at == kNoon + -std::chrono::seconds{5});
  CHECK(record->index == 12);
  CHECK(record->pid == 4711);
  CHECK(record->run == RunId{7});
  CHECK(record->core_dumped);
  CHECK(record->run_time == std::chrono::milliseconds{12'345});
  CHECK(record->cpu == std::chrono::milliseconds{800});
  CHECK(record->peak_memory_bytes == 48'234'496);
}

}  // namespace mainstay::history
