// The description of the API, as supervisor/gateway/api/openapi.json has it.
#pragma once

#include <string_view>

namespace mainstay::gateway {

std::string_view openapi_text();

}  // namespace mainstay::gateway
