#include <doctest/doctest.h>

#include "config/diagnostics.h"
#include "unit/config/support.h"

namespace mainstay::config::test {

TEST_CASE("problems look like a compiler's, with the line and a caret") {
  std::vector<Diagnostic> found(2);
  found[0] = {Severity::Error,
              "ecosystem.yaml",
              12,
              5,
              6,
              "services.backend: unknown key 'comand'; did you mean 'command'?",
              "    comand: [python3, main.py]"};
  found[1] = {Severity::Error,
              "ecosystem.yaml",
              19,
              16,
              1,
              "services.worker.stop.timeout: '5' has no unit; write 5s or 5m",
              ""};
  CHECK(
      render(found, false) ==
      "ecosystem.yaml:12:5: error: services.backend: unknown key 'comand'; did you mean "
      "'command'?\n"
      "    12 |     comand: [python3, main.py]\n"
      "       |     ^~~~~~\n"
      "ecosystem.yaml:19:16: error: services.worker.stop.timeout: '5' has no unit; write 5s or 5m\n"
      "2 errors; nothing was changed.\n");
}

TEST_CASE("notes are one line each and no reason to change nothing") {
  const std::vector<Diagnostic> found = {{Severity::Note, "a.yaml", 3, 1, 4,
                                          "jobs: accepted, not yet active in this version",
                                          "jobs:"}};
  CHECK(render(found, false) ==
        "a.yaml:3:1: note: jobs: accepted, not yet active in this version\n");
  CHECK(render({}, true) == "");
}

TEST_CASE("one error is one error") {
  const std::vector<Diagnostic> found = {
      {Severity::Error, "a.yaml", 0, 0, 0, "the file is empty", ""}};
  CHECK(render(found, false) ==
        "a.yaml: error: the file is empty\n1 error; nothing was changed.\n");
  CHECK(headline(found[0]) == "a.yaml: error: the file is empty");
}

TEST_CASE("nothing in a file can command the terminal") {
  const std::vector<Diagnostic> found = {{Severity::Error, "a\x1b[2J.yaml", 1, 1, 3,
                                          "unknown key '\x1b]0;x\a'\nfake",
                                          "\x1b[31m\tred: \x9b 1"}};
  const std::string said = render(found, false);
  CHECK(said.find('\x1b') == std::string::npos);
  CHECK(said.find('\a') == std::string::npos);
  CHECK(said.find("\nfake") == std::string::npos);
}

TEST_CASE("the caret stays under what it means, after tabs and wide text") {
  const std::vector<Diagnostic> found = {{Severity::Error, "a", 1, 7, 2, "x", "\tä: [öü, b]"}};
  CHECK(
      render(found, false) ==
      "a:1:7: error: x\n     1 |  ä: [öü, b]\n       |       ^~\n1 error; nothing was changed.\n");
}

TEST_CASE("long lines are cut around the caret") {
  std::vector<Diagnostic> found = {{Severity::Error, "a", 1, 1001, 3, "x",
                                    std::string(1000, 'a') + "bad" + std::string(1000, 'c')}};
  const std::string said = render(found, false);
  CHECK(said.size() < 400);
  CHECK(said.find("abad") != std::string::npos);
  CHECK(said.find("^~~") != std::string::npos);
}

TEST_CASE("colour is there when asked for and ends") {
  const std::vector<Diagnostic> found = {{Severity::Error, "a", 1, 1, 1, "x", "y"}};
  const std::string said = render(found, true);
  CHECK(said.find("\x1b[1;31merror") != std::string::npos);
  CHECK(said.rfind("\x1b[0m") > said.rfind("\x1b[1;32m"));
}

TEST_CASE("a problem is where it is, in characters") {
  const Loaded loaded = load_text("services:\n  web: {command: [x], 'ä': 1}\n");
  REQUIRE(loaded.diagnostics.size() == 1);
  CHECK(loaded.diagnostics[0].line == 2);
  CHECK(loaded.diagnostics[0].column == 23);
  CHECK(loaded.diagnostics[0].length == 3);
}

}  // namespace mainstay::config::test
