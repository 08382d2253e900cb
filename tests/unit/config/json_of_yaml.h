// YAML as the JSON that an editor's schema validator would see.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "config/node.h"

namespace mainstay::config::test {

// By the core schema of YAML 1.2: plain null, true, false and numbers are themselves, all else is
// text.
Json json_of(const Node& node);

// Nothing wrong, or the first thing, as "/services/web: …". Knows the keywords that our schema uses
// and fails on any other, so that none is taken for checked.
std::string problem_by_schema(const Json& value);

const Json& schema();
// Follows $ref.
const Json& resolved(const Json& schema_part);

}  // namespace mainstay::config::test
