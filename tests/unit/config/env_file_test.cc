#include <doctest/doctest.h>

#include "config/env_file.h"
#include "config/source_bundle.h"
#include "unit/config/support.h"

namespace mainstay::config::test {

namespace {

std::string value_of(const std::string& line) {
  const EnvFile file = parse_env_file(line);
  REQUIRE(file.problems.empty());
  REQUIRE(file.values.size() == 1);
  return file.values[0].second;
}

}  // namespace

TEST_CASE("an env file holds one variable a line") {
  const EnvFile file = parse_env_file("# comment\n\nA=1\n  export B = two\r\n\tC=\n");
  CHECK(file.problems.empty());
  REQUIRE(file.values.size() == 3);
  CHECK(file.values[0] == std::pair<std::string, std::string>{"A", "1"});
  CHECK(file.values[1] == std::pair<std::string, std::string>{"B", "two"});
  CHECK(file.values[2] == std::pair<std::string, std::string>{"C", ""});
}

TEST_CASE("values of env files are as written, but for quotes and comments") {
  CHECK(value_of("A=a b  # note") == "a b");
  CHECK(value_of("A=a#b") == "a#b");
  CHECK(value_of("A=# note") == "");
  CHECK(value_of("A='a # b $C \\n'") == "a # b $C \\n");
  CHECK(value_of("A=\"a\\tb\\n\\\"c\\\" \\$D\"") == "a\tb\n\"c\" $D");
  CHECK(value_of("A=\"two\nlines\" # note") == "two\nlines");
  CHECK(value_of("A=$B ${C}") == "$B ${C}");
  CHECK(value_of("A=x=y") == "x=y");
}

TEST_CASE("lines that are no variables are told of without their values") {
  const EnvFile file = parse_env_file("A=1\nsecret\n2B=secret\nC='x' secret\n");
  REQUIRE(file.problems.size() == 3);
  CHECK(file.problems[0].line == 1);
  CHECK(file.problems[1].line == 2);
  CHECK(file.problems[2].column == 6);
  for (const auto& problem : file.problems)
    CHECK(problem.what.find("secret") == std::string::npos);
}

TEST_CASE("an excerpt of an env file is never shown, because it may hold a secret") {
  const Loaded loaded =
      load_text("services: {web: {command: [x], env_file: e}}\n", {}, {{"e", "hunter2\n"}});
  REQUIRE(loaded.diagnostics.size() == 1);
  CHECK(loaded.diagnostics[0].line == 1);
  CHECK(render(loaded.diagnostics, false).find("hunter2") == std::string::npos);
}

TEST_CASE("later env files go over earlier ones, and env over all") {
  const auto service = load_service("env_file: [a, b], env: {C: env}", {},
                                    {{"a", "A=a\nB=a\nC=a\n"}, {"b", "B=b\nC=b\n"}});
  CHECK(std::get<model::Template>(service.env.at("A")).text == "a");
  CHECK(std::get<model::Template>(service.env.at("B")).text == "b");
  CHECK(std::get<model::Template>(service.env.at("C")).text == "env");
}

TEST_CASE("a dollar in an env file stays a dollar") {
  const auto service = load_service("command: ['${A}'], env_file: a", {}, {{"a", "A=pa$${B}\n"}});
  CHECK(std::get<model::Template>(service.env.at("A")).text == "pa$$$${B}");
  CHECK(service.command.argv[0].text == "pa$$$${B}");
}

}  // namespace mainstay::config::test
