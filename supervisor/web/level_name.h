// Levels of access as people and files write them.
#pragma once

#include <optional>
#include <string_view>

#include "mainstay/protocol.h"

namespace mainstay::web {

constexpr std::string_view level_name(AccessLevel level) {
  switch (level) {
    case AccessLevel::Read:
      return "read";
    case AccessLevel::Operate:
      return "operate";
    case AccessLevel::Admin:
      return "admin";
  }
  return "read";
}

constexpr std::optional<AccessLevel> level_named(std::string_view name) {
  for (const auto level : {AccessLevel::Read, AccessLevel::Operate, AccessLevel::Admin})
    if (name == level_name(level)) return level;
  return std::nullopt;
}

}  // namespace mainstay::web
