// Which lines belong together, in traces as real programs print them.
#include "logs/trace.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/text.h"

using namespace mainstay;
using namespace mainstay::logs;

namespace {

// The levels of the units that `text` consists of, with their numbers of lines: "error 3, none 1".
std::string units(std::string_view text) {
  std::vector<std::string> found;
  LineKind previous;
  int lines = 0;
  std::optional<Level> level;
  const auto finish = [&] {
    if (lines == 0) return;
    found.push_back(std::string{level ? to_string(*level) : "none"} + " " + std::to_string(lines));
    lines = 0;
  };
  for (const std::string_view line : split(text, '\n')) {
    const LineKind kind = LineKind::of(line);
    if (lines == 0 || !continues(previous, kind)) {
      finish();
      level = kind.level;
    }
    ++lines;
    if (kind.shape != LineKind::Shape::Blank) previous = kind;
  }
  finish();
  return join(found, ", ");
}

}  // namespace

TEST_CASE("a Python traceback is one unit, with its chain and its last line") {
  CHECK(units("listening\n"
              "Traceback (most recent call last):\n"
              "  File \"/app/x.py\", line 3, in <module>\n"
              "    work()\n"
              "ValueError: bad\n"
              "\n"
              "During handling of the above exception, another exception occurred:\n"
              "\n"
              "Traceback (most recent call last):\n"
              "  File \"/app/x.py\", line 5, in <module>\n"
              "    other()\n"
              "app.errors.WorkError: worse\n"
              "next") == "none 1, error 11, none 1");
  CHECK(units("ERROR:root:it failed\n"
              "Traceback (most recent call last):\n"
              "  File \"x.py\", line 3\n"
              "KeyboardInterrupt\n"
              "INFO:root:on") == "error 4, info 1");
  CHECK(units("Traceback (most recent call last):\n"
              "  File \"x.py\", line 3\n"
              "KeyError: 'a'\n"
              "Traceback (most recent call last):\n"
              "  File \"x.py\", line 3\n"
              "KeyError: 'b'") == "error 3, error 3");
}

TEST_CASE("a Java trace belongs to the line that logged it") {
  CHECK(units("2026-11-22 10:03:05 ERROR App - failed\n"
              "java.lang.IllegalStateException: boom\n"
              "\tat com.example.App.work(App.java:3)\n"
              "\tat com.example.App.main(App.java:1)\n"
              "Caused by: java.io.IOException: disk\n"
              "\t... 2 more\n"
              "2026-11-22 10:03:06 INFO App - on") == "error 6, info 1");
  CHECK(units("Exception in thread \"main\" java.lang.RuntimeException: x\n"
              "\tat A.main(A.java:1)\n"
              "done") == "error 2, none 1");
}

TEST_CASE("a panic of Go is one unit with its goroutines") {
  CHECK(units("panic: runtime error: index out of range [3] with length 3\n"
              "\n"
              "goroutine 1 [running]:\n"
              "main.work(0x1, {0xc000, 0x3})\n"
              "\t/app/main.go:9 +0x1d\n"
              "main.main()\n"
              "\t/app/main.go:5 +0x1d\n"
              "created by main.start in goroutine 1\n"
              "\t/app/main.go:7 +0x2\n"
              "exit status 2\n"
              "started") == "error 10, none 1");
}

TEST_CASE("an uncaught error of node is one unit with the source it shows") {
  CHECK(units("/app/index.js:3\n"
              "  throw new Error('x');\n"
              "  ^\n"
              "\n"
              "Error: x\n"
              "    at Object.<anonymous> (/app/index.js:3:9)\n"
              "    at Module._compile (node:internal/modules/cjs/loader:1105:14) {\n"
              "  code: 'E'\n"
              "}\n"
              "\n"
              "Node.js v18.19.0\n"
              "listening") == "error 11, none 1");
}

TEST_CASE("traces of Rust, PHP, Ruby and .NET") {
  CHECK(units("thread 'main' panicked at src/main.rs:2:5:\n"
              "index out of bounds\n"
              "note: run with `RUST_BACKTRACE=1` environment variable\n"
              "next") == "error 3, none 1");
  CHECK(units("PHP Fatal error:  Uncaught Exception: x in /a.php:3\n"
              "Stack trace:\n"
              "#0 /a.php(5): work()\n"
              "#1 {main}\n"
              "  thrown in /a.php on line 3\n"
              "[Sun Nov 22] [core:notice] x") == "error 5, info 1");
  CHECK(units("a.rb:1:in `work': boom (RuntimeError)\n\tfrom a.rb:2:in `<main>'\nx") ==
        "error 2, none 1");
  CHECK(units("Unhandled exception. System.Exception: x\n   at A.B() in /a.cs:line 1\nx") ==
        "error 2, none 1");
}

TEST_CASE("ordinary lines stand for themselves") {
  CHECK(units("one\ntwo\nERROR three\nfour") == "none 1, none 1, error 1, none 1");
  CHECK(units(" INFO a\n WARN b\nERROR c") == "info 1, warn 1, error 1");
  CHECK(units("WARN a\n\nINFO b") == "warn 2, info 1");
  CHECK(units("{\"level\":50}\n{\"level\":30}") == "error 1, info 1");
  CHECK(units("ValueError: a\nValueError: b") == "error 1, error 1");
}
