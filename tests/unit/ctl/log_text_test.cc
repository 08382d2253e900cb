#include "ctl/log_text.h"

#include <doctest/doctest.h>

#include "ctl/json_fields.h"
#include "ctl/log_resume.h"
#include "unit/ctl/canned.h"
#include "unit/ctl/golden.h"

namespace mainstay::ctl {

namespace {

Json line(const char* instance, const char* stream, const char* text,
          const char* at = "2026-11-22T14:02:03.123Z") {
  return Json{{"at", at},
              {"service", instance},
              {"instance", instance},
              {"stream", stream},
              {"text", text}};
}

std::vector<Json> two_services() {
  return {line("backend", "out", "listening on 8000"), line("worker", "err", "no job"),
          line("backend", "out", "\x1b[32mGET\x1b[0m /health 200\x1b]0;owned\x07")};
}

std::vector<std::string> texts_of(const std::vector<Json>& lines) {
  std::vector<std::string> texts;
  for (const Json& l : lines)
    texts.push_back(raw_text_of(l, "text"));
  return texts;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("logs of several services are named, stderr is marked") {
  canned_now();
  LogText text{{true, false}, plain_terminal(80)};
  check_golden("logs", text.format(two_services()));
  LogText timed{{true, true}, plain_terminal(80)};
  check_golden("logs_timestamps", timed.format(two_services()));
  LogText coloured{{true, false}, colour_terminal(80)};
  check_golden("logs_colour", coloured.format(two_services()));
}

TEST_CASE("on a terminal only text, tabs and colours get through") {
  const std::vector<Json> hostile = {line("a", "out", "\x1b]0;x\x07\x1b[2J\x1b[31mred\tx")};
  LogText coloured{{}, colour_terminal(80)};
  CHECK(coloured.format(hostile) == "| \\x1b]0;x\\x07\\x1b[2J\x1b[31mred\tx\x1b[0m\n");
  LogText plain{{}, plain_terminal(80)};
  CHECK(plain.format(hostile) == "| \\x1b]0;x\\x07\\x1b[2Jred\tx\n");
}

TEST_CASE("a pipe gets the bytes of one service as they are") {
  LogText text{{}, plain_terminal(0)};
  CHECK(text.format({line("a", "err", "\x1b]0;x\x07 y")}) == "\x1b]0;x\x07 y\n");
}

TEST_CASE("names begin with the second instance") {
  LogText text{{}, plain_terminal(0)};
  CHECK(text.format({line("a", "out", "1")}) == "1\n");
  CHECK(text.format({line("bb", "out", "2")}) == "bb | 2\n");
  CHECK(text.format({line("a", "out", "3")}) == "a  | 3\n");
}

TEST_CASE("a pipe gets the time in a form that sorts") {
  LogText text{{false, true}, plain_terminal(0)};
  CHECK(text.format({line("a", "out", "x")}) == "2026-11-22T14:02:03.123Z x\n");
}

TEST_CASE("a line that came in pieces is put together in a pipe") {
  Json first = line("a", "out", "one ");
  first["partial"] = true;
  Json second = line("a", "out", "line");
  second["continued"] = true;
  LogText text{{}, plain_terminal(0)};
  CHECK(text.format({first}) + text.format({second}) == "one line\n");
  LogText unfinished{{}, plain_terminal(0)};
  CHECK(unfinished.format({first, line("a", "out", "next")}) == "one \nnext\n");
}

TEST_CASE("a name has always the same colour, and none that carries state") {
  for (const char* name : {"backend", "worker", "db", "x:1", ""}) {
    const std::string painted = paint_name(name, colour_terminal(80));
    CHECK(painted == paint_name(name, colour_terminal(80)));
    for (const char* state : {"[31m", "[32m", "[33m"}) {
      CHECK(painted.find(state) == std::string::npos);
    }
  }
}

TEST_CASE("a stream that is opened anew shows nothing twice and loses nothing") {
  LogResume resume;
  const std::vector<Json> before = {line("a", "out", "1", "2026-11-22T14:00:00.000Z"),
                                    line("a", "out", "2", "2026-11-22T14:00:01.000Z"),
                                    line("b", "out", "x", "2026-11-22T14:00:01.000Z"),
                                    line("a", "out", "3", "2026-11-22T14:00:01.000Z")};
  CHECK(texts_of(resume.take_new(before)) == Texts{"1", "2", "x", "3"});
  resume.restart();
  std::vector<Json> again = before;
  again.push_back(line("a", "out", "4", "2026-11-22T14:00:01.000Z"));
  again.push_back(line("a", "err", "oops", "2026-11-22T14:00:00.500Z"));
  again.push_back(line("b", "out", "y", "2026-11-22T14:00:02.000Z"));
  CHECK(texts_of(resume.take_new(again)) == Texts{"4", "oops", "y"});
  CHECK(texts_of(resume.take_new({line("a", "out", "5", "2026-11-22T14:00:01.000Z")})) ==
        Texts{"5"});
}

TEST_CASE("without a break nothing is left out, whatever the clock does") {
  LogResume resume;
  resume.take_new({line("a", "out", "1", "2026-11-22T14:00:01.000Z")});
  CHECK(texts_of(resume.take_new({line("a", "out", "2", "2026-11-22T13:00:00.000Z")})) ==
        Texts{"2"});
}

}  // namespace mainstay::ctl
