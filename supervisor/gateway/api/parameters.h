// What a route takes, and reading it strictly: an unknown or ill-formed parameter is an error that
// names it, never ignored.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "gateway/api/request.h"

namespace mainstay::gateway {

enum class ParameterKind : std::uint8_t {
  Text,
  Choice,   // one of `choices`
  Whole,    // between `least` and `most`
  Flag,     // true or false
  Time,     // as ctl takes it: RFC 3339, a local date and clock, or a duration back from now
  List,     // comma-separated
  Anything  // of a body: a number or a text, which the controller checks
};

struct Parameter {
  std::string_view name;
  ParameterKind kind = ParameterKind::Text;
  bool required = false;
  // The gateway acts on it; the controller never sees it.
  bool ours = false;
  std::int64_t least = 0;
  std::int64_t most = 0;
  std::string_view choices{};  // "out|err"
};

// The parameters of one request: what goes to the controller, and what is ours.
struct Arguments {
  Json params = Json::object();
  Json own = Json::object();

  bool flag(std::string_view name, bool otherwise) const;
};

// Reads what `known` names into `arguments`; the error is a sentence that names the parameter.
Status read_query(const ApiRequest& request, std::span<const Parameter> known, WallTime now,
                  Arguments& arguments);
// A body is a JSON object, or nothing at all where nothing is required.
Status read_body(std::string_view body, std::span<const Parameter> known, Arguments& arguments);

// "web,@api" as the list that the controller takes.
Json target_list(std::string_view expression);

}  // namespace mainstay::gateway
