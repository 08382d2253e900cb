// Built without the page's files.
#include "gateway/page/assets.h"

namespace mainstay::gateway {

std::span<const Asset> assets() {
  return {};
}

}  // namespace mainstay::gateway
