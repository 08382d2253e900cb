// What a service says over what `defaults` says: maps merge, lists and everything else replace.
#pragma once

#include "config/field.h"
#include "config/keys.h"
#include "config/node.h"

namespace mainstay::config {

// Either may be nullptr. Entries that come from `defaults` are marked as inherited. Where keys
// exclude each other (the kinds of a check, `file` and `command` of a secret), own ones displace
// the others' ones. A null takes back what `defaults` says. The result shares nodes with both.
const Node* merge(const Node* defaults, const Node* own, const Shape& shape, Arena& arena,
                  Budget& budget);

}  // namespace mainstay::config
