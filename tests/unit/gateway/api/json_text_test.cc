// Pieces of JSON text, found without building it.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "gateway/api/json_text.h"

using namespace mainstay::gateway;

TEST_CASE("a string ends at the first quote that is not escaped") {
  const std::string object =
      R"({"a":"","b":"\\","c":"\"","d":"x\\\"y\\\\","e":"\\\"}],{\"","f":"last"})";
  CHECK(json_member(object, "a") == R"("")");
  CHECK(json_member(object, "b") == R"("\\")");
  CHECK(json_member(object, "c") == R"("\"")");
  CHECK(json_member(object, "d") == R"("x\\\"y\\\\")");
  CHECK(json_member(object, "e") == R"("\\\"}],{\"")");
  CHECK(json_member(object, "f") == R"("last")");
  CHECK(json_member(object, "g").empty());
}

TEST_CASE("what is nested is one value, whatever its strings say") {
  const std::string object = R"({ "list" : [ {"t":"]}\""} , [1,2] ] , "n" : 12 })";
  CHECK(json_member(object, "list") == R"([ {"t":"]}\""} , [1,2] ])");
  CHECK(whole_number(json_member(object, "n")) == 12);
  std::vector<std::string> elements;
  for_each_element(json_member(object, "list"),
                   [&](std::string_view text) { elements.emplace_back(text); });
  CHECK(elements == std::vector<std::string>{R"({"t":"]}\""})", "[1,2]"});
}

TEST_CASE("text that is cut off is never read past its end") {
  const std::string whole = R"({"a":["x\\",{"b":"\"y"}],"c":"d"})";
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const std::string cut = whole.substr(0, length);
    CHECK(json_member(cut, "c").size() <= cut.size());
  }
}
