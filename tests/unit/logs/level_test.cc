// Levels in lines as real programs print them.
#include "logs/level.h"

#include <doctest/doctest.h>

#include <string>

using namespace mainstay::logs;

namespace {

struct Case {
  const char* line;
  std::optional<Level> level;
};

void check(std::initializer_list<Case> cases) {
  for (const Case& one : cases) {
    CAPTURE(one.line);
    const auto level = level_of(one.line);
    CHECK((level ? to_string(*level) : "none") == (one.level ? to_string(*one.level) : "none"));
  }
}

constexpr auto kNone = std::nullopt;

}  // namespace

TEST_CASE("levels of Python's frameworks") {
  check({{"ERROR:root:cannot connect", Level::Error},
         {"WARNING:urllib3.connectionpool:Retrying (Retry(total=2))", Level::Warn},
         {"2026-11-22 10:03:05,123 - app.db - CRITICAL - out of memory", Level::Error},
         {"2026-11-22 10:03:05,123 INFO app: started", Level::Info},
         {"INFO:     127.0.0.1:53412 - \"GET /error HTTP/1.1\" 200 OK", Level::Info},
         {"[2026-11-22 10:03:05 +0000] [123] [INFO] Starting gunicorn 21.2.0", Level::Info},
         {"[2026-11-22 10:03:05,123: ERROR/MainProcess] Task x raised", Level::Error},
         {"2026-11-22 10:03:05.123 | WARNING  | app.main:run:12 - low disk", Level::Warn},
         {"Traceback (most recent call last):", Level::Error},
         {"ValueError: invalid literal for int()", Level::Error},
         {"requests.exceptions.ConnectionError: refused", Level::Error},
         {"/app/x.py:3: DeprecationWarning: use y", Level::Warn},
         {"DEBUG:asyncio:Using selector: EpollSelector", Level::Debug},
         {"Fatal Python error: init_sys_streams", Level::Error}});
}

TEST_CASE("levels of Java and .NET") {
  check({{"2026-11-22 10:03:05.123 ERROR 1 --- [main] c.e.App : failed", Level::Error},
         {"2026-11-22T10:03:05.123Z  WARN 1 --- [nio-8080-exec-1] o.s.w : slow", Level::Warn},
         {"10:03:05.123 [main] DEBUG com.example.Foo - x", Level::Debug},
         {"SEVERE: Servlet.service() for servlet threw exception", Level::Error},
         {"22-Nov-2026 10:03:05.123 INFO [main] org.apache.catalina.startup", Level::Info},
         {"Exception in thread \"main\" java.lang.NullPointerException", Level::Error},
         {"java.lang.IllegalStateException: boom", Level::Error},
         {"fail: Microsoft.AspNetCore.Server.Kestrel[13]", Level::Error},
         {"info: Microsoft.Hosting.Lifetime[0]", Level::Info},
         {"[10:03:05 ERR] Something broke", Level::Error},
         {"[10:03:05 INF] Now listening on: http://[::]:80", Level::Info},
         {"Unhandled exception. System.InvalidOperationException: x", Level::Error}});
}

TEST_CASE("levels in JSON, as words and as numbers") {
  check({{R"({"level":"error","msg":"x"})", Level::Error},
         {R"({"level":30,"time":1732270000000,"pid":1,"msg":"up"})", Level::Info},
         {R"({"level":50,"msg":"down"})", Level::Error},
         {R"({"level":20,"msg":"x"})", Level::Debug},
         {R"({"name":"bunyan","hostname":"h","pid":1,"level":40,"msg":"x","v":0})", Level::Warn},
         {R"({"severity":"WARNING","message":"level: \"error\""})", Level::Warn},
         {R"({"ts":1.5,"caller":"a.go:1","nested":{"level":"error"},"lvl":"info"})", Level::Info},
         {R"({"@t":"2026-11-22T10:03:05Z","@l":"Fatal"})", Level::Error},
         {R"({"asctime": "x", "levelname": "CRITICAL", "message": "y"})", Level::Error},
         {R"({"version":"1.1","level":3,"short_message":"x"})", Level::Error},
         {R"({"log.level":"debug"})", Level::Debug},
         {R"({"list":[1,{"a":"}"}],"level":"warn"})", Level::Warn},
         {R"({"message":"an error happened"})", kNone},
         {R"({"level":"strange"})", kNone},
         {R"({"level":)", kNone},
         {R"({"a":"unfinished)", kNone},
         {"{", kNone},
         {"{}", kNone}});
}

TEST_CASE("levels of logfmt, syslog, klog and Go") {
  check({{"time=\"2026-11-22T10:03:05Z\" level=error msg=\"x\"", Level::Error},
         {"ts=2026-11-22T10:03:05Z caller=main.go:1 level=warn msg=x", Level::Warn},
         {"lvl=\"info\" msg=x", Level::Info},
         {"url=/?level=error", kNone},
         {"<3>kernel: oops", Level::Error},
         {"<30>Nov 22 10:03:05 host app: fine", Level::Info},
         {"<165>1 2026-11-22T10:03:05Z host app - - - x", Level::Info},
         {"<html>", kNone},
         {"E0422 10:03:05.123456   12 controller.go:42] sync failed", Level::Error},
         {"I0422 10:03:05.123456   12 main.go:1] up", Level::Info},
         {"2026/11/22 10:03:05 ERROR connect failed err=refused", Level::Error},
         {"2026-11-22T10:03:05.123Z\tWARN\tserver/x.go:1\tslow", Level::Warn},
         {"panic: runtime error: index out of range [3]", Level::Error},
         {"fatal error: all goroutines are asleep - deadlock!", Level::Error}});
}

TEST_CASE("levels of servers and databases") {
  check({{"2026/11/22 10:03:05 [error] 123#0: *1 connect() failed", Level::Error},
         {"[Sun Nov 22 10:03:05.123 2026] [core:error] [pid 1] AH00124", Level::Error},
         {"[Sun Nov 22 10:03:05.123 2026] [mpm_event:notice] [pid 1] AH0", Level::Info},
         {"2026-11-22 10:03:05.123 UTC [12] ERROR:  relation \"x\" does not exist", Level::Error},
         {"2026-11-22 10:03:05.123 UTC [12] LOG:  checkpoint starting", Level::Info},
         {"2026-11-22 10:03:05.123 UTC [12] FATAL:  password failed", Level::Error},
         {"2026-11-22T10:03:05.123456Z 0 [Warning] [MY-010068] [Server] CA", Level::Warn},
         {"10.0.0.1 - - [22/Nov/2026:10:03:05 +0000] \"GET /debug HTTP/1.1\" 500 1", kNone}});
}

TEST_CASE("levels of Node, PHP, Ruby, Rust, Elixir, C and shells") {
  check({{"npm ERR! code ELIFECYCLE", Level::Error},
         {"npm WARN deprecated x@1", Level::Warn},
         {"(node:12) Warning: Setting NODE_TLS_REJECT_UNAUTHORIZED", Level::Warn},
         {"(node:12) [DEP0005] DeprecationWarning: Buffer()", Level::Warn},
         {"TypeError: Cannot read properties of undefined", Level::Error},
         {"Error: listen EADDRINUSE: address already in use :::80", Level::Error},
         {"/app/index.js:3", Level::Error},
         {"PHP Fatal error:  Uncaught Exception: x in /a.php:3", Level::Error},
         {"PHP Warning:  Undefined variable $x in /a.php on line 3", Level::Warn},
         {"[2026-11-22 10:03:05] production.ERROR: boom {\"a\":1}", Level::Error},
         {"E, [2026-11-22T10:03:05.123 #1] ERROR -- : boom", Level::Error},
         {"app.rb:1:in `work': boom (RuntimeError)", Level::Error},
         {"[2026-11-22T10:03:05Z WARN  mycrate::net] slow", Level::Warn},
         {"\x1b[2m2026-11-22T10:03:05Z\x1b[0m \x1b[31mERROR\x1b[0m app: x", Level::Error},
         {"thread 'main' panicked at 'boom', src/main.rs:2:5", Level::Error},
         {"10:03:05.123 [error] GenServer terminating", Level::Error},
         {"main.c:3:5: warning: unused variable 'x'", Level::Warn},
         {"bash: line 1: error: x", Level::Error},
         {"Segmentation fault (core dumped)", Level::Error},
         {"fatal: not a git repository", Level::Error}});
}

TEST_CASE("lines that say nothing of a level have none") {
  check({{"", kNone},
         {"   ", kNone},
         {"listening on 8000", kNone},
         {"there was no error in 500 tries", kNone},
         {"the user chose the word ERROR here", kNone},
         {"Error handling enabled", kNone},
         {"ERROR_COUNT=0", kNone},
         {"information about things", kNone},
         {"LOG in with your name", kNone},
         {"Done: 5 files", kNone},
         {"\x1b", kNone},
         {"\x1b[31", kNone},
         {"<", kNone},
         {"<999>x", kNone}});
}

TEST_CASE("words for --level") {
  CHECK(parse_level("error") == Level::Error);
  CHECK(parse_level("WARNING") == Level::Warn);
  CHECK(parse_level("fatal") == Level::Error);
  CHECK(parse_level("trace") == Level::Debug);
  CHECK_FALSE(parse_level("loud"));
  CHECK_FALSE(parse_level(""));
}
