// Going through logs: what is counted, what belongs together, and that memory is bounded.
#include "logs/analysis.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <random>
#include <string>
#include <vector>

#include "logs/compress.h"
#include "unit/logs/support.h"

using namespace mainstay;
using namespace mainstay::logs;
using namespace mainstay::logs::test;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

struct Logs {
  TempFolder folder;
  Directory directory = open_directory(folder.path());
  model::LogFormat format = model::LogFormat::Raw;
  TallyLimits limits;

  Source source(const std::string& file) const { return {"a", "a", Stream::Out, file, format}; }
  Findings analyze(Span span = {}, std::vector<std::string> files = {"a.out.log"}) const {
    Analysis::Subject subject{"a", {}};
    for (const std::string& file : files)
      subject.sources.push_back(source(file));
    Analysis analysis{directory, {subject}, span, limits};
    while (!analysis.run(4096))
      continue;
    auto all = analysis.take();
    REQUIRE(all.size() == 1);
    return all[0];
  }
  Findings of(std::string_view text) const {
    folder.write("a.out.log", text);
    return analyze();
  }
};

// "error|text|cause|where|trace xN" of the only one.
std::string only(const Findings& findings) {
  REQUIRE(findings.signatures.size() == 1);
  const FoundSignature& found = findings.signatures[0];
  const Signature& s = found.signature;
  return fmt::format("{}|{}|{}|{}|{} x{}", to_string(s.level), s.text, s.cause, s.where, s.trace,
                     found.count);
}

}  // namespace

TEST_CASE("lines, errors and warnings are counted, and the same ones together") {
  Logs logs;
  const Findings found = logs.of(
      "INFO up\nERROR no answer from 10.0.0.1\nWARN slow, 12 ms\nERROR no answer from 10.0.0.2\n"
      "level=info msg=\"no error\"\n{\"level\":50,\"msg\":\"order 7 lost\",\"err\":\"EPIPE 3\"}\n"
      "time=x level=error msg=\"order 8 lost\" err=\"EPIPE 4\"\nplain\n");
  CHECK(found.lines == 8);
  CHECK(found.errors == 4);
  CHECK(found.warnings == 1);
  REQUIRE(found.signatures.size() == 3);
  CHECK(found.signatures[0].count == 2);
  CHECK(found.signatures[2].signature.level == Level::Warn);
  CHECK(found.signatures[2].signature.text == "WARN slow, <n> ms");
}

TEST_CASE("a Python traceback is one error, known by its exception and the frame it came from") {
  Logs logs;
  const auto traceback = [](int n) {
    return fmt::format(
        "2026-11-22 10:00:00,{:03} ERROR shop: order {} failed\nTraceback (most recent call "
        "last):\n"
        "  File \"/srv/shop/orders.py\", line 8, in place\n    charge()\n"
        "  File \"/srv/shop/pay.py\", line {}, in charge\n    raise KeyError\nKeyError: 'u{}'\n",
        n, n, n, n);
  };
  const Findings found = logs.of("INFO up\n" + traceback(1) + traceback(2) + "INFO down\n");
  CHECK(found.errors == 2);
  CHECK(only(found) ==
        "error|ERROR shop: order <n> failed|KeyError: '\u2026'|charge (shop/pay.py)|"
        "python x2");
  CHECK(found.signatures[0].example.size() == 7);
  CHECK(only(logs.of("Traceback (most recent call last):\n  File \"x.py\", line 1, in <module>\n"
                     "    1/0\nZeroDivisionError: division by zero\n")) ==
        "error|ZeroDivisionError: division by zero||<module> (x.py)|python x1");
}

TEST_CASE("traces of Java, node, Go, PHP and Rust are one error each") {
  Logs logs;
  CHECK(only(logs.of("Exception in thread \"main\" java.lang.IllegalStateException: no 5\n"
                     "\tat com.shop.Orders.place(Orders.java:10)\n"
                     "\tat com.shop.Main.main(Main.java:5)\n"
                     "Caused by: java.io.IOException: port 17\n"
                     "\tat com.shop.Net.open(Net.java:3)\n\t... 1 more\n")) ==
        "error|Exception in thread \"\u2026\" java.lang.IllegalStateException: no <n>|"
        "java.io.IOException: port <n>|com.shop.Net.open (Net.java)|java x1");
  CHECK(only(logs.of("/srv/app/index.js:3\n    throw new Error('boom');\n    ^\n\n"
                     "Error: boom 3\n    at work (/srv/app/index.js:3:9)\n"
                     "    at Object.<anonymous> (/srv/app/index.js:6:1)\n\nNode.js v20.1.0\n")) ==
        "error|Error: boom <n>||work (app/index.js)|node x1");
  CHECK(only(logs.of("panic: boom 7\n\ngoroutine 1 [running]:\npanic({0x45a0e0?, 0x4c3ba8?})\n"
                     "\t/usr/lib/go/panic.go:770 +0x132\nmain.work(0x1, 0x2)\n"
                     "\t/srv/app/main.go:12 +0x1d\nmain.main()\n\t/srv/app/main.go:8 +0x25\n"
                     "exit status 2\n")) == "error|panic: boom <n>||main.work (app/main.go)|go x1");
  CHECK(only(logs.of(
            "PHP Fatal error:  Uncaught Exception: boom in /srv/x.php:3\nStack trace:\n"
            "#0 /srv/app/x.php(7): work('a')\n#1 {main}\n  thrown in /srv/x.php on line 3\n")) ==
        "error|PHP Fatal error: Uncaught Exception: boom in <path>||work (app/x.php)|php x1");
  CHECK(only(logs.of("thread 'main' panicked at src/main.rs:2:5:\nindex 7 out of range\n"
                     "note: run with `RUST_BACKTRACE=1` environment variable\n")) ==
        "error|index <n> out of range||src/main.rs|rust x1");
}

TEST_CASE("a trace inside of JSON tells as much") {
  Logs logs;
  CHECK(
      only(logs.of(R"x({"level":"error","err":{"type":"Error","message":"boom 3","stack":)x"
                   R"x("Error: boom 3\n    at work (/srv/app/x.js:3:9)"},"msg":"order 7 failed"})x"
                   "\n")) == "error|order <n> failed|boom <n>|work (app/x.js)|node x1");
  CHECK(
      only(logs.of(R"x({"levelname":"ERROR","message":"failed","exc_info":"Traceback (most recent)x"
                   R"x( call last):\n  File \"/a/b.py\", line 3, in go\n    x\nValueError: 9"})x"
                   "\n")) == "error|failed|ValueError: <n>|go (a/b.py)|python x1");
}

TEST_CASE("what follows an error is part of it, what follows others is not") {
  Logs logs;
  const Findings found = logs.of(
      "INFO up\n  ValueError: a dump inside\n\n    ERROR further in\nERROR x\n  more\n\n  still "
      "more\n"
      "INFO y\n");
  CHECK(found.errors == 1);
  CHECK(found.signatures[0].example ==
        std::vector<std::string>{"ERROR x", "  more", "", "  still more"});
}

TEST_CASE("requests are counted by endpoint; those with 5xx and slow ones are told") {
  Logs logs;
  std::string text;
  for (int n = 0; n < 100; ++n) {
    text += fmt::format(
        "1.2.3.4 - - [22/Nov/2026:10:00:00 +0000] \"GET /users/{}/x?p={} HTTP/1.1\" {} 5 \"-\" "
        "\"c\" {}.250\n",
        n, n, n % 10 == 0 ? 503 : 200, n % 50 == 7 ? 2 : 0);
    text += "1.2.3.4 - - [x] \"GET /health HTTP/1.1\" 200 2\n";
  }
  const Findings found = logs.of(text);
  CHECK(found.requests == 200);
  CHECK(found.server_errors == 10);
  CHECK(found.slow == 2);
  REQUIRE(found.endpoints.size() == 1);
  const FoundEndpoint& endpoint = found.endpoints[0];
  CHECK(endpoint.endpoint == "GET /users/<n>/x");
  CHECK(endpoint.requests == 100);
  CHECK(endpoint.server_errors == 10);
  CHECK(endpoint.slow == 2);
  CHECK(endpoint.longest == std::chrono::milliseconds{2250});
  CHECK(endpoint.example.find("/users/90/x") != std::string::npos);
}

TEST_CASE("the formats text and json are looked at by their messages") {
  Logs logs;
  logs.format = model::LogFormat::Text;
  CHECK(only(logs.of("2026-11-22T10:03:12.123456Z out INFO x\n"
                     "2026-11-22T10:03:12.123456Z out ERROR y 1\n"
                     "2026-11-22T10:03:12.123456Z out   more\n")) ==
        "error|ERROR y <n>|||"
        " x1");
  logs.format = model::LogFormat::Json;
  const std::string before =
      R"({"time":"2026-11-22T10:03:12.123456Z","service":"a","instance":"a","stream":"out","message":)";
  CHECK(only(logs.of(before + "\"ERROR \\\"q\\\"\"}\n" + before + "\"INFO ERRORS\"}\n")) ==
        "error|ERROR \"\u2026\"||| x1");
}

TEST_CASE("archives are read, packed or not, and only what is of the span") {
  Logs logs;
  const std::string old = "a.out_20261120_000000.log";
  logs.folder.write(old, "ERROR one\nERROR two\n");
  write_index(logs.directory, old, {{0, second(100)}, {10, second(200)}});
  logs.folder.write("a.out.log", "ERROR three\nERROR four\n");
  write_index(logs.directory, "a.out.log", {{0, second(300)}, {12, second(400)}});
  CHECK(logs.analyze().errors == 4);
  const std::atomic<bool> stop{false};
  REQUIRE(compress_archive(logs.directory, old, stop).ok());
  const Findings all = logs.analyze();
  CHECK(all.errors == 4);
  CHECK(all.first_line == second(100));
  CHECK(logs.analyze({second(150), second(350)}).errors == 2);
  CHECK(logs.analyze({second(350), second(1000)}).signatures[0].signature.text == "ERROR four");
  CHECK(logs.analyze({second(500), second(1000)}).lines == 0);
}

TEST_CASE("the hour with the most errors is found") {
  Logs logs;
  logs.folder.write("a.out.log", "ERROR 1\nERROR 2\nERROR 3\n");
  write_index(logs.directory, "a.out.log",
              {{0, second(3599)}, {8, second(3600)}, {16, second(7199)}});
  const Findings found = logs.analyze();
  REQUIRE(found.busiest);
  CHECK(found.busiest->from == second(3600));
  CHECK(found.busiest->errors == 2);
}

TEST_CASE("streams and instances of a service are told together, missing logs are no trouble") {
  Logs logs;
  logs.folder.write("a.out.log", "ERROR x\n");
  logs.folder.write("a.err.log", "ERROR x");
  const Findings found = logs.analyze({}, {"a.out.log", "a.err.log", "b.out.log"});
  CHECK(found.errors == 2);
  CHECK(only(found) == "error|ERROR x||| x2");
  CHECK(found.problems.empty());
}

TEST_CASE("a log that is no file is told, and the others are read") {
  Logs logs;
  std::filesystem::create_symlink("/etc/passwd", logs.folder / "a.out.log");
  logs.folder.write("a.err.log", "ERROR x\n");
  const Findings found = logs.analyze({}, {"a.out.log", "a.err.log"});
  CHECK(found.errors == 1);
  REQUIRE(found.problems.size() == 1);
  CHECK(found.problems[0].find("a.out.log") != std::string::npos);
}

TEST_CASE("many different messages and endpoints are bounded, and what is left out is counted") {
  Logs logs;
  logs.limits = {50, 50, 10};
  std::string text;
  const auto name = [](int n) {
    std::string word;
    for (; n > 0; n /= 20)
      word += static_cast<char>('a' + n % 20);
    return word;
  };
  for (int n = 0; n < 2000; ++n) {
    text += fmt::format("ERROR {}\nERROR common\n\"GET /{} HTTP/1.1\" 500 1\n", name(n), name(n));
  }
  const Findings found = logs.of(text);
  CHECK(found.errors == 4000);
  REQUIRE(found.signatures.size() == 10);
  CHECK(found.signatures[0].count == 2000);
  CHECK(found.signatures_left_out.count + 2000 + 9 == 4000);
  CHECK(found.signatures_left_out.kinds == 2000 - 9);
  CHECK(found.requests == 2000);
  CHECK(found.endpoints_left_out.count + 10 == 2000);
}

TEST_CASE("long traces and lines are kept in part, and a line in pieces is one") {
  Logs logs;
  std::string text = "ERROR long " + std::string(200'000, 'x') + "\n";
  for (int n = 0; n < 500; ++n)
    text += fmt::format("  frame {}\n", n);
  text += "INFO done\n";
  const Findings found = logs.of(text);
  CHECK(found.lines == 502);
  CHECK(found.errors == 1);
  const FoundSignature& one = found.signatures[0];
  REQUIRE(one.example.size() == Incident::kHead + Incident::kTail);
  CHECK(one.example.back() == "  frame 499");
  CHECK(one.example[0].size() == Incident::kLineBytes);
  CHECK(one.lines_left_out == 501 - one.example.size());
}

TEST_CASE("any bytes can be analyzed, and the quick look misses nothing") {
  constexpr std::string_view kPieces[] = {"ERROR",
                                          "error:",
                                          "WARN ",
                                          "Traceback (most recent call last):",
                                          "  File \"",
                                          "\", line 3, in ",
                                          "\n",
                                          "\n",
                                          "\n  ",
                                          "Caused by: ",
                                          "at x (",
                                          ".js:3:9)",
                                          "#0 ",
                                          ".php(",
                                          "): ",
                                          "goroutine 1 ",
                                          "panic: ",
                                          "panic({0x",
                                          "GET /",
                                          " HTTP/1.1\"",
                                          "\"",
                                          "'",
                                          " 500 ",
                                          "{\"status\":",
                                          "\"path\":\"/",
                                          "{\"level\":50,",
                                          "\"msg\":\"",
                                          "\"stack\":\"",
                                          "\\n",
                                          "\\u00e4",
                                          "\\ud83d\\ude00",
                                          "}",
                                          "]",
                                          "<3>",
                                          "E0422 ",
                                          "\x1b[31m",
                                          "\x1b[0m",
                                          "/a.js:3",
                                          "node:x:1",
                                          "0x",
                                          "12",
                                          "2026-11-22",
                                          "10:00:00",
                                          "10.0.0.1",
                                          "://",
                                          "@",
                                          ".",
                                          "KeyboardInterrupt",
                                          "SystemExit: 1",
                                          "StopIteration",
                                          "ReadTimeout:",
                                          "x.Throwable:",
                                          "Segmentation fault",
                                          "terminate called ",
                                          "thread 'm' panicked at a:",
                                          "Aborted (core dumped)",
                                          "level=error ",
                                          "msg=\"",
                                          " ms",
                                          " - ",
                                          "\xff",
                                          "\xc3\xbc",
                                          " "};
  std::mt19937 random{20261122};
  std::uniform_int_distribution<std::size_t> piece{0, std::size(kPieces) - 1};
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::size_t n = 1 + piece(random) % 12; n > 0; --n)
      text += kPieces[piece(random)];
    CHECK(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()) ==
          0);
  }
}

TEST_CASE("a log that is rotated while others are read is read whole") {
  Logs logs;
  logs.folder.write("a.out.log", std::string(100'000, '\n'));
  logs.folder.write("b.out.log", "ERROR before\n");
  const auto b = logs.source("b.out.log");
  Analysis analysis{logs.directory, {{"a", {logs.source("a.out.log")}}, {"b", {b}}}, {}};
  REQUIRE(!analysis.run(1000));
  CHECK(analysis.progress().service == "a");
  CHECK(analysis.progress().bytes >= 100'013);
  REQUIRE(logs.directory.rename("b.out.log", "b.out_20261122_110007.log").ok());
  logs.folder.write("b.out.log", "ERROR after\n");
  while (!analysis.run(1000))
    continue;
  CHECK(analysis.progress().services_done == 2);
  CHECK(analysis.take()[1].errors == 2);
}
