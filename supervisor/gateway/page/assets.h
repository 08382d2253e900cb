// The page's files as they are built in (page/embed.py makes the table out of
// supervisor/gateway/assets/). Pure.
#pragma once

#include <span>
#include <string_view>

namespace mainstay::gateway {

struct Asset {
  std::string_view path;  // "/", "/assets/js/main.js"
  std::string_view type;  // "text/javascript; charset=utf-8"
  std::span<const unsigned char> plain;
  std::span<const unsigned char> gzip;  // empty: it is not worth it
  std::string_view etag;                // with its quotes; changes with the bytes
};

// By rising path.
std::span<const Asset> assets();

}  // namespace mainstay::gateway
