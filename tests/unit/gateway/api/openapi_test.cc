// The description of the API and what it is, compared both ways.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

#include "base/json.h"
#include "base/text.h"
#include "gateway/api/openapi.h"
#include "gateway/api/route.h"
#include "gateway/api/visit.h"

using namespace mainstay;
using namespace mainstay::gateway;

namespace {

Json document() {
  const auto parsed = parse_trusted_json(openapi_text());
  REQUIRE(parsed);
  return *parsed;
}

std::string described_path(const Route& route) {
  std::string path{route.pattern};
  const auto dots = path.find("...}");
  if (dots != std::string::npos) path.replace(dots, 4, "}");
  return path;
}

std::string level_of(const Route& route) {
  switch (route.need) {
    case Need::Nothing:
      return "nothing";
    case Need::Page:
      return "page";
    case Need::Read:
      return "read";
    case Need::Operate:
      return "operate";
    case Need::Admin:
      return "admin";
  }
  return "";
}

// What the schema of a parameter must be, as the parser has it.
Json schema_of(const Parameter& parameter) {
  Json schema = Json::object();
  switch (parameter.kind) {
    case ParameterKind::Text:
      schema["type"] = "string";
      break;
    case ParameterKind::Flag:
      schema["type"] = "boolean";
      break;
    case ParameterKind::Time:
      schema["type"] = "string";
      schema["x-kind"] = "time";
      break;
    case ParameterKind::List:
      schema["type"] = "array";
      schema["items"]["type"] = "string";
      break;
    case ParameterKind::Choice: {
      schema["type"] = "string";
      std::string_view rest = parameter.choices;
      while (!rest.empty()) {
        const auto bar = std::min(rest.find('|'), rest.size());
        schema["enum"].push_back(std::string{rest.substr(0, bar)});
        rest.remove_prefix(std::min(bar + 1, rest.size()));
      }
      break;
    }
    case ParameterKind::Whole:
      schema["type"] = "integer";
      schema["minimum"] = parameter.least;
      schema["maximum"] = parameter.most;
      break;
    case ParameterKind::Anything:
      schema["type"] = Json::array({"string", "number"});
      break;
  }
  return schema;
}

void compare_query(const Route& route, const Json& operation) {
  std::set<std::string> described;
  for (const Json& each : operation.value("parameters", Json::array())) {
    const std::string name = each["name"];
    if (each["in"] == "path") {
      CHECK_MESSAGE(route.pattern.find("{" + name) != std::string_view::npos, name);
      continue;
    }
    described.insert(name);
    const auto found = std::find_if(route.query.begin(), route.query.end(),
                                    [&](const Parameter& known) { return known.name == name; });
    REQUIRE_MESSAGE(found != route.query.end(), name);
    CHECK_MESSAGE(each["schema"] == schema_of(*found), route.pattern << " " << name);
    CHECK(each.value("required", false) == found->required);
  }
  CHECK_MESSAGE(described.size() == route.query.size(), route.pattern);
}

void compare_body(const Route& route, const Json& operation) {
  CHECK_MESSAGE(operation.contains("requestBody") == !route.body.empty(), route.pattern);
  if (route.body.empty()) return;
  const Json schema = operation["requestBody"]["content"]["application/json"]["schema"];
  CHECK(schema["properties"].size() == route.body.size());
  for (const Parameter& known : route.body) {
    const std::string name{known.name};
    REQUIRE_MESSAGE(schema["properties"].contains(name), name);
    CHECK(schema["properties"][name]["type"] == schema_of(known)["type"]);
    const auto required = schema.value("required", Json::array());
    CHECK((std::find(required.begin(), required.end(), name) != required.end()) == known.required);
  }
}

}  // namespace

TEST_CASE("every route is described, and nothing else") {
  const Json paths = document()["paths"];
  std::size_t operations = 0;
  for (const auto& [path, methods] : paths.items())
    operations += methods.size();
  CHECK(operations == routes().size());
  std::set<std::string> ids;
  for (const Route& route : routes()) {
    const std::string path = described_path(route);
    REQUIRE_MESSAGE(paths.contains(path), path);
    REQUIRE_MESSAGE(paths[path].contains(to_lower(route.method)), path);
    const Json operation = paths[path][to_lower(route.method)];
    CHECK_MESSAGE(operation["x-level"] == level_of(route), path);
    CHECK(ids.insert(operation["operationId"].get<std::string>()).second);
    compare_query(route, operation);
    compare_body(route, operation);
  }
}

TEST_CASE("every error has a code that is described, and a status that has an answer") {
  const Json described = document();
  const Json codes = described["components"]["schemas"]["Error"]["properties"]["error"]
                              ["properties"]["code"]["enum"];
  CHECK(codes.size() == error_kinds().size());
  for (const auto& kind : error_kinds()) {
    const auto code = kind.code;
    const auto status = kind.status;
    CHECK_MESSAGE(std::find(codes.begin(), codes.end(), std::string{code}) != codes.end(), code);
    CHECK(described["components"]["responses"].contains("E" + std::to_string(status)));
  }
}

TEST_CASE("what is referred to is there") {
  const Json described = document();
  const std::string text{openapi_text()};
  for (std::size_t at = 0; (at = text.find("\"#/", at)) != std::string::npos; ++at) {
    const std::string pointer = text.substr(at + 2, text.find('"', at + 1) - at - 2);
    CHECK_MESSAGE(described.contains(Json::json_pointer(pointer)), pointer);
  }
}
