// The one door to nlohmann-json: what of it the project uses, with the exceptions kept inside.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

// Instantiated once, in json.cc: every other file would pay seconds for it.
extern template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace mainstay {

// Objects keep the order in which their members were written. Looking up a member is linear: text
// from strangers goes through parse_json, which bounds the number of members.
using Json = nlohmann::ordered_json;

// What parse_json refuses before it builds anything.
struct JsonLimits {
  std::size_t depth = 32;      // of nested arrays and objects
  std::size_t members = 1024;  // of all objects together
};

// Parses one JSON text. Any bytes may come in: bad syntax, invalid UTF-8, numbers out of range and
// whatever exceeds `limits` are errors that say where ("at byte 17"). Never throws.
Result<Json> parse_json(std::string_view text, const JsonLimits& limits);

// For text of our own making that may be large: no limit but memory.
Result<Json> parse_trusted_json(std::string_view text);

// One line, no spaces; invalid UTF-8 inside strings becomes U+FFFD. Never throws.
std::string dump_json(const Json& value);

// Appends `text` as a JSON string with its quotes, the same way; for texts built without a Json
// value.
void append_json_string(std::string& out, std::string_view text);

// "an object", "a string", "a whole number", …: for messages about values of the wrong type.
std::string_view json_kind(const Json& value);

}  // namespace mainstay
