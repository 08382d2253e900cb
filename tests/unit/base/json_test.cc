#include "base/json.h"

#include <doctest/doctest.h>

#include <string>

namespace mainstay {
namespace {

std::string error_of(std::string_view text, const JsonLimits& limits = {}) {
  const auto json = parse_json(text, limits);
  return json.ok() ? "accepted" : json.error().message;
}

TEST_CASE("objects keep the order of their members") {
  const auto json = parse_json(R"({"z":1,"a":[true,null,"x"],"m":-2.5})", {});
  REQUIRE(json.ok());
  CHECK(dump_json(*json) == R"({"z":1,"a":[true,null,"x"],"m":-2.5})");
}

TEST_CASE("bad JSON is an error that says where, never an exception") {
  for (const char* text : {"", "{", "}", "[1,", "nul", "{\"a\":}", "\"\xff\"", "1e999", "{\"a\" 1}",
                           "'a'", "[1]]", "\"\\ud800\"", "01", "\x00"}) {
    CAPTURE(text);
    CHECK(error_of(text) != "accepted");
  }
  CHECK(error_of("[1, x]").starts_with("at byte 5:"));
}

TEST_CASE("depth and members are bounded before anything is built") {
  CHECK(error_of(std::string(100'000, '[')) == "nested deeper than 32 at byte 32");
  CHECK(error_of(std::string(32, '[') + std::string(32, ']')) == "accepted");
  CHECK(error_of(std::string(33, '[') + std::string(33, ']')) != "accepted");
  std::string members = "{";
  for (int i = 0; i < 2000; ++i)
    members += "\"" + std::to_string(i) + "\":0,";
  CHECK(error_of(members + "\"x\":0}") == "more than 1024 members");
}

TEST_CASE("brackets, colons and quotes inside strings are no structure") {
  CHECK(error_of("[\"" + std::string(1000, '[') + "\"]") == "accepted");
  CHECK(error_of("[\"" + std::string(5000, ':') + "\"]") == "accepted");
  CHECK(error_of(R"(["\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", 1])") == "accepted");
  CHECK(error_of(R"(["\\", 1])") == "accepted");
}

TEST_CASE("what is written is one line of valid UTF-8, whatever the strings hold") {
  Json value;
  value["text"] = "a\nb\x1b\xff\"\\";
  const std::string line = dump_json(value);
  CHECK(line.find('\n') == std::string::npos);
  CHECK(line == "{\"text\":\"a\\nb\\u001b\xef\xbf\xbd\\\"\\\\\"}");
}

TEST_CASE("a string appended by hand reads back as itself") {
  for (const std::string text : {"", "plain", "tab\tnewline\nquote\"back\\slash", "grüße 🚀",
                                 "\x01\x1f\x7f", "carriage\rreturn"}) {
    std::string out;
    append_json_string(out, text);
    CAPTURE(out);
    const auto json = parse_json(out, {});
    REQUIRE(json.ok());
    CHECK(json->get<std::string>() == text);
  }
  std::string out;
  append_json_string(out, "bad\xff");
  CHECK(out == "\"bad\xef\xbf\xbd\"");
}

TEST_CASE("kinds have names for people") {
  CHECK(json_kind(*parse_json("{}", {})) == "an object");
  CHECK(json_kind(*parse_json("[]", {})) == "a list");
  CHECK(json_kind(*parse_json("1", {})) == "a whole number");
  CHECK(json_kind(*parse_json("-1.5", {})) == "a number");
  CHECK(json_kind(*parse_json("\"\"", {})) == "a string");
  CHECK(json_kind(*parse_json("true", {})) == "true or false");
  CHECK(json_kind(*parse_json("null", {})) == "null");
}

}  // namespace
}  // namespace mainstay
