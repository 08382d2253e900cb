// A text as each system's files want it written. None of them takes control characters:
// is_writable() says so beforehand.
#pragma once

#include <string>
#include <string_view>

namespace mainstay::ctl::boot {

// No control characters, and valid UTF-8.
bool is_writable(std::string_view text);

// systemd.service(5): one word of a command line. What follows % and, but in the program itself, $
// is otherwise replaced.
std::string systemd_word(std::string_view text, bool is_program);

// XML 1.0 character data.
std::string xml_text(std::string_view text);

// POSIX sh: one word.
std::string shell_word(std::string_view text);

// One argument of a Windows command line, as CommandLineToArgvW takes it apart.
std::string windows_word(std::string_view text);

}  // namespace mainstay::ctl::boot
