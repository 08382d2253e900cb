#include "control/params.h"

#include <doctest/doctest.h>

#include <array>

#include "control/parsed_params.h"

namespace mainstay::control {
namespace {

constexpr std::array kKnown{std::string_view("targets"), std::string_view("wait"),
                            std::string_view("lines")};

ParsedParams parsed(Json object) {
  return {std::move(object)};
}

TEST_CASE("an unknown parameter is a problem that says what was meant") {
  const ParsedParams object = parsed({{"target", "backend"}});
  const Params params(object, kKnown);
  REQUIRE(params.problem());
  CHECK(params.problem()->error == RpcError::InvalidParams);
  CHECK(params.problem()->message == "unknown parameter 'target'; did you mean 'targets'?");
}

TEST_CASE("an unknown parameter that resembles nothing is answered with what there is") {
  const ParsedParams object = parsed({{"zzzzzzzz", 1}});
  CHECK(Params(object, kKnown).problem()->message ==
        "unknown parameter 'zzzzzzzz'; it takes targets, wait, lines");
  CHECK(Params(object, {}).problem()->message == "unknown parameter 'zzzzzzzz'; it takes none");
  const ParsedParams huge = parsed({{std::string(5000, '\xff'), 1}});
  CHECK(Params(huge, {}).problem()->message.size() < 400);
}

TEST_CASE("a value of the wrong type is a problem that names both types") {
  const ParsedParams object = parsed({{"targets", 7}, {"wait", "yes"}, {"lines", 1.5}});
  const auto problem_of = [&](auto read) {
    Params params(object, kKnown);
    read(params);
    REQUIRE(params.problem());
    return params.problem()->message;
  };
  CHECK(problem_of([](Params& p) { p.texts("targets"); }) ==
        "targets: must be a list of strings, not a whole number");
  CHECK(problem_of([](Params& p) { p.flag("wait", true); }) ==
        "wait: must be true or false, not a string");
  CHECK(problem_of([](Params& p) { p.whole("lines", 0, 10); }) ==
        "lines: must be a whole number, not a number");
}

TEST_CASE("only the first problem is told") {
  const ParsedParams object = parsed({{"targets", {1}}, {"wait", 3}});
  Params params(object, kKnown);
  params.texts("targets");
  params.flag("wait", true);
  CHECK(params.problem()->message ==
        "targets: must be a list of strings, but one is a whole number");
}

TEST_CASE("numbers are held to their range, the largest of them too") {
  const auto whole = [](const Json& value) {
    const ParsedParams object = parsed({{"lines", value}});
    Params params(object, kKnown);
    const auto number = params.whole("lines", 0, 1000);
    CHECK(number.has_value() != params.problem().has_value());
    return number;
  };
  CHECK(whole(0) == 0);
  CHECK(whole(1000) == 1000);
  CHECK_FALSE(whole(1001));
  CHECK_FALSE(whole(-1));
  CHECK_FALSE(whole(UINT64_MAX));
  CHECK_FALSE(whole(INT64_MIN));
}

TEST_CASE("absent and null parameters read as their defaults, and one string is a list of one") {
  const ParsedParams object = parsed({{"targets", "backend"}, {"wait", nullptr}});
  Params params(object, kKnown);
  CHECK(params.texts("targets") == std::vector<std::string>{"backend"});
  CHECK(params.flag("wait", true));
  CHECK_FALSE(params.whole("lines", 0, 10));
  CHECK_FALSE(params.problem());
}

}  // namespace
}  // namespace mainstay::control
