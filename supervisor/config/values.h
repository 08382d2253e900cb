// Values that may be secrets: {file: path} and {command: [...]} are read at each start and stored
// nowhere.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "config/field.h"
#include "model/service_spec.h"

namespace mainstay::config {

std::optional<model::Value> read_value(const Field& field);
// A map of names and such values, as for HTTP headers.
void read_headers(const Field& field, std::map<std::string, model::Value>& out);

// One sentence about which of the excluding keys of `field` are given: the name of the only one, or
// nothing after having reported that there is none or more than one. `subject` as in "a check".
std::optional<std::string> only_alternative(const Field& field, KeyTable table,
                                            std::string_view subject);

}  // namespace mainstay::config
