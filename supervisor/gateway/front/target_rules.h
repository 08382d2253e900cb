// The rules for the target of a request: "/api/v1/services?follow=true". Pure.
#pragma once

#include <optional>
#include <string_view>

#include "gateway/front/limits.h"
#include "gateway/front/refusal_answer.h"

namespace mainstay::gateway {

std::optional<BadRequest> check_target(std::string_view target, const RequestLimits& limits);

// CR, LF or NUL written as %0d, %0a or %00: what decodes it would have a line end in its hands.
bool has_encoded_line_end(std::string_view text);

}  // namespace mainstay::gateway
