// Who may come in, as JSON: in <state dir>/access.json, and in what the gateway is told.
#pragma once

#include <cstddef>

#include "base/json.h"
#include "base/result.h"
#include "web/setup.h"

namespace mainstay::web {

inline constexpr std::size_t kMostUsers = 100;
inline constexpr std::size_t kMostTokens = 500;
inline constexpr std::size_t kMostEnded = 1000;
// For parse_json(): an Access has that many members at most.
inline constexpr JsonLimits kAccessLimits{4, 5 + 4 * kMostUsers + 4 * kMostTokens + 2 * kMostEnded};

Json to_json(const Access& access);

// Everything that to_json() cannot have made is an error that says where: "users[2]: level must be
// read, operate or admin". Members with other names are ignored.
Result<Access> access_from(const Json& json);

// Whether that is a hash which may be kept: "" or why not.
std::string problem_of_password_hash(std::string_view hash);
// Whether those are the 64 digits of a SHA-256, as it is kept of a token's secret.
bool is_digest(std::string_view text);
// Whether a session can have been given that id: 1 to 64 digits 0-9a-f.
bool is_session_id(std::string_view text);

}  // namespace mainstay::web
