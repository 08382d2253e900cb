#include <doctest/doctest.h>

#include "config/command_words.h"
#include "config/interpolation.h"
#include "unit/config/support.h"

namespace mainstay::config::test {

using Words = std::vector<std::string>;

namespace {

std::vector<std::string> argv_of(const std::string& text, const Variables& environment = {}) {
  // As JSON, which is YAML too, so that every character can stand in it.
  std::string quoted = "\"";
  for (const char c : text)
    quoted += (c == '"' || c == '\\') ? std::string{'\\', c} : std::string{c};
  std::vector<std::string> words;
  for (const auto& word : load_service("command: " + quoted + "\"", environment).command.argv)
    words.push_back(word.text);
  return words;
}

}  // namespace

TEST_CASE("a command that is one text is split at blanks") {
  CHECK(split_command("python3  main.py\t--port 8000 ").words ==
        Words{"python3", "main.py", "--port", "8000"});
}

TEST_CASE("quotes and backslashes keep words together, as in a shell") {
  CHECK(split_command(R"(echo 'a b' "c d" e\ f)").words == Words{"echo", "a b", "c d", "e f"});
  CHECK(split_command(R"(echo a'b'"c"d)").words == Words{"echo", "abcd"});
  CHECK(split_command(R"(echo "" '')").words == Words{"echo", "", ""});
  CHECK(split_command(R"(echo "a\"b" 'a"b' "a'b" "\x")").words ==
        Words{"echo", "a\"b", "a\"b", "a'b", "\\x"});
  CHECK(split_command(R"(echo 'a|b' "c>d" e\;f)").words == Words{"echo", "a|b", "c>d", "e;f"});
}

TEST_CASE("what needs a shell is a problem at its place, and only outside of quotes") {
  for (const char c : std::string{"|><&;`"}) {
    const CommandWords split = split_command("a " + std::string{c} + " b");
    CAPTURE(c);
    CHECK(split.problem.find("shell: true") != std::string::npos);
    CHECK(split.offset == 2);
  }
  CHECK(split_command("echo $(date)").offset == 5);
  CHECK(split_command("echo '$(date)'").problem.empty());
}

TEST_CASE("an open quote is reported where it opens") {
  CHECK(split_command("echo 'x").offset == 5);
  CHECK(split_command("echo \"x").problem == "this \" is never closed");
}

TEST_CASE("a reference is one piece of its word, whatever is in it") {
  CHECK(split_command("run ${A:-b c | d} e").words == Words{"run", "${A:-b c | d}", "e"});
  CHECK(split_command("run ${A:-${B:-c d}}/e").words == Words{"run", "${A:-${B:-c d}}/e"});
}

TEST_CASE("values with blanks and quotes stay one word") {
  CHECK(argv_of("run ${FILE} --x=${FILE}", {{"FILE", "a b'c"}}) ==
        Words{"run", "a b'c", "--x=a b'c"});
}

TEST_CASE("an escaped dollar is a dollar") {
  CHECK(argv_of(R"(echo \${HOME} $$HOME $HOME)") == Words{"echo", "$${HOME}", "$$HOME", "$$HOME"});
  CHECK(model::expand({"$${HOME}"}, [](std::string_view) { return std::nullopt; }) == "${HOME}");
}

TEST_CASE("with shell: true the text goes to sh as it is, after interpolation") {
  const auto service =
      load_service("command: \"cat ${FILE} | wc > $OUT\", shell: true", {{"FILE", "a"}});
  REQUIRE(service.command.argv.size() == 3);
  CHECK(service.command.shell);
  CHECK(service.command.argv[0].text == "/bin/sh");
  CHECK(service.command.argv[1].text == "-c");
  CHECK(service.command.argv[2].text == "cat a | wc > $$OUT");
}

TEST_CASE("a folded block text is a command of one line") {
  const auto loaded =
      load_good("services:\n  web:\n    command: >\n      python3 main.py\n      --port 8000\n");
  CHECK(loaded.services[0].command.argv.size() == 4);
}

}  // namespace mainstay::config::test
