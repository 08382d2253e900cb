#include <doctest/doctest.h>

#include "config/interpolation.h"
#include "unit/config/support.h"

namespace mainstay::config::test {

namespace {

std::string description(const std::string& text, const Variables& environment = {}) {
  return load_service("description: '" + text + "'", environment).description;
}

std::string text_of(const model::ServiceSpec& service, const std::string& name) {
  return std::get<model::Template>(service.env.at(name)).text;
}

}  // namespace

TEST_CASE("references are replaced in values") {
  CHECK(description("${A}-${B}", {{"A", "1"}, {"B", "2"}}) == "1-2");
  CHECK(description("$$ $$A $A $${A} a$") == "$ $A $A ${A} a$");
  CHECK(description("${A:-x}") == "x");
  CHECK(description("${A:-x}", {{"A", ""}}) == "x");
  CHECK(description("${A}", {{"A", ""}}) == "");
  CHECK(description("${A:-${B:-deep}}") == "deep");
  CHECK(description("${A:?say A}", {{"A", "1"}}) == "1");
}

TEST_CASE("a dollar in a value is not a reference again") {
  CHECK(description("${A}", {{"A", "${B} $$"}}) == "${B} $$");
}

TEST_CASE("what is missing or malformed is said") {
  CHECK(error_in_service("description: '${A}'")
            .find("${A} is not set; set it, or write ${A:-default}") != std::string::npos);
  CHECK(error_in_service("description: '${A:?no A}'") == "description: ${A} is not set: no A");
  CHECK(error_in_service("description: '${A:?no A}'", {{"A", ""}}) ==
        "description: ${A} is not set: no A");
  CHECK(error_in_service("description: '${A'").find("never closed") != std::string::npos);
  CHECK(error_in_service("description: '${A-b}'").find("${NAME:-default}") != std::string::npos);
  CHECK(error_in_service("description: '${}'").find("is not ${NAME}") != std::string::npos);
}

TEST_CASE("vars come before env, env before env_file, and the environment comes last") {
  const Variables environment = {{"A", "outer"}, {"B", "outer"}, {"C", "outer"}, {"D", "outer"}};
  const auto loaded = load_good(
      "vars: {A: var}\n"
      "services: {web: {command: [x, '${A}', '${B}', '${C}', '${D}'], env: {A: env, B: env}, "
      "env_file: e}}\n",
      environment, {{"e", "A=file\nB=file\nC=file\n"}});
  std::string joined;
  for (const auto& word : loaded.services[0].command.argv)
    joined += word.text + " ";
  CHECK(joined == "x var env file outer ");
}

TEST_CASE("variables may be made of each other, and of what is behind them") {
  const auto service = load_service(
      "env: {URL: 'http://${HOST}:${PORT}', HOST: localhost, PORT: 80, PATH: '/opt/bin:${PATH}'}",
      {{"PATH", "/bin"}});
  CHECK(text_of(service, "URL") == "http://localhost:80");
  CHECK(text_of(service, "PATH") == "/opt/bin:/bin");
}

TEST_CASE("what differs between instances is left for the start") {
  const auto service = load_service(
      "command: [run, '${INSTANCE}', '${PORT}', '${KEY}', '${URL}', '$5', '${REGION}'], instances: "
      "2, increment_env: [PORT],"
      "env: {PORT: 8000, KEY: {file: key}, URL: 'x:${PORT}', COST: $1}, cwd: 'data/${INSTANCE}'",
      {{"REGION", "eu$"}});
  std::string joined;
  for (const auto& word : service.command.argv)
    joined += word.text + " ";
  CHECK(joined == "run ${INSTANCE} ${PORT} ${KEY} x:${PORT} $$5 eu$$ ");
  CHECK(service.cwd.text == "/srv/shop/data/${INSTANCE}");
  CHECK(text_of(service, "PORT") == "8000");
  CHECK(text_of(service, "URL") == "x:${PORT}");
  CHECK(text_of(service, "COST") == "$$1");
  CHECK(std::get<model::SecretFile>(service.env.at("KEY")).path == "/srv/shop/key");
}

TEST_CASE("a deferred name with a default is deferred, because it will be set") {
  CHECK(load_service("command: ['${INSTANCE:-0}']").command.argv[0].text == "${INSTANCE}");
}

TEST_CASE("the value that increment_env adds to is itself interpolated") {
  const auto service =
      load_service("env: {PORT: '${BASE}'}, increment_env: PORT", {{"BASE", "9000"}});
  CHECK(text_of(service, "PORT") == "9000");
}

TEST_CASE("references also work where a number or a duration is meant") {
  const auto service = load_service("nice: '${N}', autostart: '${A}', stop: {timeout: '${T:-3s}'}",
                                    {{"N", "7"}, {"A", "false"}});
  CHECK(service.nice == 7);
  CHECK_FALSE(service.autostart);
  CHECK(service.stop.timeout == std::chrono::seconds{3});
}

TEST_CASE("vars may use those above them and the environment") {
  const auto loaded = load_good(
      "vars: {A: '${X}1', B: '${A}2'}\nservices: {web: {command: ['${B}']}}\n", {{"X", "0"}});
  CHECK(loaded.services[0].command.argv[0].text == "012");
}

TEST_CASE("no chain of references can exhaust the stack or memory") {
  std::string chain = "services: {web: {command: [x], env: {";
  for (int i = 0; i < 500; ++i)
    chain += "V" + std::to_string(i) + ": '${V" + std::to_string(i + 1) + "}', ";
  const auto errors = errors_of(chain + "V500: end}}}\n");
  REQUIRE_FALSE(errors.empty());
  CHECK(errors[0].find("too many times") != std::string::npos);

  std::string bomb = "services: {web: {command: [x], env: {V0: aaaaaaaaaa, ";
  for (int i = 1; i < 30; ++i) {
    const std::string before = "${V" + std::to_string(i - 1) + "}";
    bomb += "V" + std::to_string(i) + ": '";
    for (int j = 0; j < 10; ++j)
      bomb += before;
    bomb += "', ";
  }
  const auto said = errors_of(bomb + "}}}\n");
  REQUIRE_FALSE(said.empty());
  CHECK(said[0].find("longer than 128 KB") != std::string::npos);
}

}  // namespace mainstay::config::test
