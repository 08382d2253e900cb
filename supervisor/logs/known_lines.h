// What lines are that differ only in their digits, found out once: where a log says the same
// trouble a million times, the others cost a look at a table.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "logs/interest.h"
#include "logs/tally.h"
#include "logs/trace.h"

namespace mainstay::logs {

// Bounded memory: what is known is forgotten as a whole when it becomes too much.
class KnownLines {
 public:
  struct Known {
    Interest interest;
    LineKind kind;
    // Of the unit that consists of this line alone; found out by those who need it.
    std::optional<KeyedSignature> signature;
  };

  // bytes: of a longer line nothing is remembered.
  static constexpr std::size_t kLongest = 256;
  static constexpr std::size_t kMost = 512;

  // Of a line with this text; null when its digits matter, or when it is too long.
  std::shared_ptr<Known> find(std::string_view text);

 private:
  std::unordered_map<std::string, std::shared_ptr<Known>> known_;
  std::string mask_;  // kept for its memory
};

}  // namespace mainstay::logs
