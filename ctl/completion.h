// Completion for shells, made from the verbs' own table.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/verb.h"

namespace mainstay::ctl {

// What may follow a verb, taken from its usage.
struct Operands {
  std::vector<std::string> words;  // "install", "systemd"
  bool services = false;
  bool files = false;
  bool verbs = false;
};
Operands operands_of(const Verb& verb);

// For "bash", "zsh" or "fish"; nothing for another shell.
std::optional<std::string> completion_for(std::string_view shell,
                                          std::span<const Verb* const> verbs);

}  // namespace mainstay::ctl
