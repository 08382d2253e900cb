// Whether a file has the keys and the kinds of values that it may have, before any value is looked
// at.
#pragma once

#include "config/field.h"
#include "config/keys.h"

namespace mainstay::config {

// Reports unknown keys (with what was probably meant), keys given twice, merge keys, and values of
// the wrong kind; and notes what is not yet active. What is wrong here is read as if it were
// absent.
void check_structure(const Field& field, const Shape& shape);

// Whether `node` may stand for a value of this shape; null may for every value of a known key.
bool fits(const Node& node, const Shape& shape);

}  // namespace mainstay::config
