// Whether bytes are the text that a configuration must be.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/node.h"

namespace mainstay::config {

struct BadText {
  Position at;  // line, column and length; the file is the caller's
  std::string what;
};

// The first thing that is wrong: invalid UTF-8 (RFC 3629), or a control character other than tab,
// newline and carriage return.
std::optional<BadText> find_bad_text(std::string_view bytes);

}  // namespace mainstay::config
