// What a scalar looks like in the file: yaml-cpp tells where it starts and what it means, not how
// it ends.
#pragma once

#include <cstddef>
#include <string_view>

namespace mainstay::config {

struct ScalarSource {
  std::size_t length = 1;  // bytes on its first line, quotes included
  bool unclosed = false;   // a quote without its end: yaml-cpp lets it pass at the end of the file
};

// The scalar at byte `start`; anchors and tags before it are skipped.
ScalarSource find_scalar(std::string_view bytes, std::size_t start);

}  // namespace mainstay::config
