// What `ctl logs` asks for, what it refuses, and its examples in the documentation.
#include "ctl/log_request.h"

#include <doctest/doctest.h>

#include <sstream>

#include "base/text.h"
#include "ctl/log_resume.h"
#include "ctl/log_text.h"
#include "ctl/verb.h"
#include "unit/ctl/canned.h"
#include "unit/ctl/golden.h"

namespace mainstay::ctl {

namespace {

LogRequest request(const std::vector<std::string>& words) {
  const auto now = canned_now();
  auto parsed = parse_arguments(words, all_verbs());
  REQUIRE_MESSAGE(std::holds_alternative<Arguments>(parsed), words.front());
  Output out{-1, {}};
  Output notices{-1, {}};
  Interrupts interrupts;
  const Context context{Context::Parts{.arguments = std::get<Arguments>(parsed),
                                       .endpoint = {},
                                       .timeout = {},
                                       .environment = {},
                                       .out = &out,
                                       .notices = &notices,
                                       .interrupts = &interrupts}};
  return log_request(context, now);
}

Json params(std::vector<std::string> words) {
  words.insert(words.begin(), "logs");
  const auto built = request(words);
  REQUIRE_MESSAGE(std::holds_alternative<Json>(built), std::get<std::string>(built));
  return std::get<Json>(built);
}

std::string problem(std::vector<std::string> words) {
  words.insert(words.begin(), "logs");
  const auto built = request(words);
  return std::holds_alternative<Json>(built) ? "accepted" : std::get<std::string>(built);
}

// As a shell takes a line apart, as far as the documentation needs it.
std::vector<std::string> words_of(std::string_view command) {
  std::vector<std::string> words;
  bool quoted = false;
  bool open = false;
  for (const char c : command.substr(0, command.find(" #"))) {
    if (c == '\'') {
      quoted = !quoted;
    } else if (c == ' ' && !quoted) {
      open = false;
    } else {
      if (!open) words.emplace_back();
      open = true;
      words.back().push_back(c);
    }
  }
  return words;
}

Json line(const char* text, const char* raw = nullptr, bool partial = false) {
  Json one{{"instance", "a"}, {"stream", "out"}, {"text", text}};
  if (raw != nullptr) one["raw"] = raw;
  if (partial) one["partial"] = true;
  return one;
}

}  // namespace

TEST_CASE("options of logs become parameters") {
  CHECK(params({"a"}) == Json{{"targets", {"a"}}, {"follow", false}});
  CHECK(params({"-n", "0", "-f"}) == Json{{"lines", 0}, {"follow", true}});
  CHECK(params({"--since", "10m"})["since"] == "2026-11-22T13:52:06.800000Z");
  CHECK(params({"--until", "14:00"})["until"] == "2026-11-22T14:00:00.000000Z");
  CHECK(params({"--grep", "a|b", "-i"}) ==
        Json{{"follow", false}, {"grep", "a|b"}, {"ignore_case", true}});
  CHECK(params({"--level", "warn", "--stream", "err"}) ==
        Json{{"follow", false}, {"stream", "err"}, {"level", "warn"}});
}

TEST_CASE("what logs cannot do is said in words") {
  CHECK(problem({"-n", "x"}) == "'x' is no number of lines; 0 to 100000, for more use --since");
  CHECK(problem({"-n", "100001"}) != "accepted");
  CHECK(problem({"--stream", "both"}) == "'both' is no stream; it is out or err");
  CHECK(problem({"--level", "loud"}) == "'loud' is no level; it is error, warn, info or debug");
  CHECK(problem({"--since", "soon"}).starts_with("--since: 'soon' is not a time; write 10m"));
  CHECK(problem({"--grep", "a("}) ==
        "--grep: 'a(' is not a regular expression that can be used: a ( is never closed (at "
        "character 2)");
  CHECK(problem({"--grep", "a\xff"}) != "accepted");
  CHECK(problem({"-i"}) == "--ignore-case is of no use without --grep");
  CHECK(problem({"--raw", "--json"}) != "accepted");
  CHECK(problem({"--raw", "--timestamps"}) != "accepted");
  CHECK(problem({"--until", "now", "-f"}) != "accepted");
}

TEST_CASE("the examples in the documentation of logs are right") {
  std::istringstream text{read_file(std::string{MAINSTAY_DOCS_DIR} + "/logs.md")};
  int examples = 0;
  for (std::string one; std::getline(text, one);) {
    if (!one.starts_with("$ ctl logs")) continue;
    CAPTURE(one);
    const auto built = request(words_of(std::string_view{one}.substr(6)));
    CHECK(std::holds_alternative<Json>(built));
    ++examples;
  }
  CHECK(examples >= 9);
}

TEST_CASE("raw is the bytes alone, whatever the terminal") {
  LogText raw{{true, false, true}, colour_terminal(80)};
  CHECK(raw.format({line("\x1b]0;x\x07"), line("a\xef\xbf\xbd", "Yf8=")}) ==
        "\x1b]0;x\x07\na\xff\n");
  CHECK(raw.format({line("one ", nullptr, true), line("line")}) == "one line\n");
  CHECK(raw.format({line("not finished", nullptr, true)}) == "not finished");
  LogText pipe{{}, plain_terminal(0)};
  CHECK(pipe.format({line("a\xef\xbf\xbd", "Yf8=")}) == "a\xff\n");
  CHECK(pipe.format({line("text", "no base64!")}) == "text\n");
  LogText terminal{{}, plain_terminal(80)};
  CHECK(terminal.format({line("a\xef\xbf\xbd", "Yf8=")}) == "| a\xef\xbf\xbd\n");
}

TEST_CASE("after a break it is asked from some time before the newest line") {
  const auto at = [](const char* instance, const char* when) {
    return Json{{"at", when}, {"instance", instance}, {"stream", "out"}, {"text", when}};
  };
  LogResume resume;
  const WallTime begun = canned_now();
  CHECK(resume.since(begun) == begun);
  resume.take_new({at("a", "2026-11-22T14:00:00.000Z"), at("a", "2026-11-22T14:10:00.000Z")});
  CHECK(format_rfc3339(resume.since(begun)) == "2026-11-22T14:05:00.000Z");
  resume.restart();
  // b had nothing among the last lines before, so what is older than those is not new.
  const auto fresh =
      resume.take_new({at("b", "2026-11-22T13:59:00.000Z"), at("b", "2026-11-22T14:06:00.000Z")});
  REQUIRE(fresh.size() == 1);
  CHECK(fresh[0]["at"] == "2026-11-22T14:06:00.000Z");
}

}  // namespace mainstay::ctl
