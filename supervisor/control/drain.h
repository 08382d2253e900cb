// What drain mode means for those who ask: a sentence about it, and which methods it refuses.
#pragma once

#include <string>

#include "control/context.h"
#include "control/json_writer.h"
#include "control/method.h"

namespace mainstay::control {

// "drain mode since 14:02:11: the controller crashed 5 times in a row. …" Only while there is one.
std::string drain_sentence(const Facts& facts);

// The member "drain": {"crashes","since","tries_again_at","message"}, or null.
void write_drain(JsonWriter& out, const Facts& facts);

// Why the method is not served now; nothing when it is.
std::optional<RpcFailure> refused_by_drain(const Facts& facts, const Method& method);

}  // namespace mainstay::control
