// Passwords as people type them, and what is kept of them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace mainstay::ctl {

// Why nobody should have that password, or cannot; empty: it is good enough.
std::string problem_of_password(std::string_view password);

// For crypt(3): yescrypt with a salt of its own.
Result<std::string> hash_password(const std::string& password);

// What a person or a script enters. Codes of errors: EINTR after Ctrl-C; 0 when what came is no
// good.
struct PasswordEntry {
  int fd = 0;               // where it comes from
  int prompt_fd = 2;        // where a person is asked
  int interrupted_fd = -1;  // readable: give up
};

// A terminal is asked twice, without echo; from anything else one line is read.
Result<std::string> enter_password(const PasswordEntry& entry, std::string_view user);

}  // namespace mainstay::ctl
