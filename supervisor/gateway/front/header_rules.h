// The rules for headers that mean something to whoever reads the request. Pure.
#pragma once

#include <optional>

#include "gateway/front/refusal_answer.h"
#include "gateway/front/request.h"

namespace mainstay::gateway {

// One by itself; its name is in lower case.
std::optional<BadRequest> check_header(const Header& header);

}  // namespace mainstay::gateway
