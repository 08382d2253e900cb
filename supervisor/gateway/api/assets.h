// The page's files, as responses.
#pragma once

#include <span>
#include <string_view>

#include "gateway/api/request.h"
#include "gateway/page/assets.h"

namespace mainstay::gateway {

// What is asked for by `path`; 404 when it is none of `files`. Answers with 304 when the client has
// it (`if_none_match` is the header), and compressed when it takes that.
ApiResponse asset_response(std::span<const Asset> files, std::string_view path, bool gzip,
                           std::string_view if_none_match);

}  // namespace mainstay::gateway
