#include "model/template.h"

#include <doctest/doctest.h>

#include <string>

namespace mainstay::model {
namespace {

std::string expanded(std::string text) {
  return expand({std::move(text)}, [](std::string_view name) -> std::optional<std::string> {
    if (name == "INSTANCE") return "3";
    if (name == "EVIL") return "${INSTANCE} $$";
    return std::nullopt;
  });
}

TEST_CASE("references are filled in, and a doubled dollar is a dollar") {
  CHECK(expanded("worker-${INSTANCE}.sock") == "worker-3.sock");
  CHECK(expanded("${INSTANCE}${INSTANCE}") == "33");
  CHECK(expanded("$${INSTANCE}") == "${INSTANCE}");
  CHECK(expanded("$$$${INSTANCE}") == "$${INSTANCE}");
  CHECK(expanded("") == "");
}

TEST_CASE("an unknown reference becomes nothing") {
  CHECK(expanded("a${NOPE}b${}c") == "abc");
}

TEST_CASE("what only looks like a reference stays") {
  CHECK(expanded("$INSTANCE $ $x 5$") == "$INSTANCE $ $x 5$");
  CHECK(expanded("${INSTANCE") == "${INSTANCE");
  CHECK(expanded("}${") == "}${");
}

TEST_CASE("what is filled in is not looked at again") {
  CHECK(expanded("${EVIL}") == "${INSTANCE} $$");
}

TEST_CASE("a literal expands to itself, whatever it holds") {
  for (const std::string text : {"", "$", "$$", "${INSTANCE}", "a$b${", "$${x}$"}) {
    CAPTURE(text);
    CHECK(expand(literal_template(text),
                 [](std::string_view) { return std::optional<std::string>{"bad"}; }) == text);
  }
}

}  // namespace
}  // namespace mainstay::model
