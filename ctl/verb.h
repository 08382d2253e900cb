// One thing ctl can do; each is one file in commands/.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "ctl/arguments.h"
#include "mainstay/exit_codes.h"

namespace mainstay::ctl {

class Context;

inline constexpr std::size_t kAnyNumber = std::numeric_limits<std::size_t>::max();

struct Verb {
  std::string_view name;
  std::span<const std::string_view> aliases;
  std::string_view summary;             // for the list of verbs
  std::string_view usage;               // "status [TARGET...] [--watch]"
  std::string_view details;             // paragraphs for `ctl help VERB`
  std::span<const OptionSpec> options;  // its own
  std::size_t least = 0;                // words after the verb
  std::size_t most = 0;
  std::string_view wants{};  // "a TARGET", for when there are too few
  bool numbers = false;      // "-1" is a word, not an option
  CtlExit (*run)(Context& context) = nullptr;
};

// All of them, in the order of the help.
std::span<const Verb* const> all_verbs();

// By name or alias; nothing when there is none.
const Verb* find_verb(std::string_view name, std::span<const Verb* const> verbs);

// "; did you mean 'status'?" or nothing.
std::string did_you_mean_verb(std::string_view name, std::span<const Verb* const> verbs);

// What `ctl help` and `ctl help VERB` print.
std::string help_text(std::span<const Verb* const> verbs);
std::string help_text(const Verb& verb);

}  // namespace mainstay::ctl
