// The one door to yaml-cpp: bytes in, a bounded tree out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/findings.h"
#include "config/node.h"

namespace mainstay::config {

// Parses one file into `arena`. Nothing when there is an error, which is then in `findings`: not
// UTF-8, control characters, bad syntax, several documents, tags, keys that are no scalars, aliases
// that contain themselves, too deep, too many nodes. An empty document is a Null node. Never
// throws.
//
// Nothing is converted: scalars keep their text (`010`, `no` and `1e3` are just that), only an
// empty value, ~ and null are Null. Duplicate keys stay in the tree and aliases are shared: see
// structure.h.
const Node* parse_yaml(std::string_view bytes, std::uint32_t file, Arena& arena,
                       Findings& findings);

}  // namespace mainstay::config
