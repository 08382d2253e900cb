// What is wrong with a configuration, where, and how a person is told: like a compiler does.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace mainstay::config {

enum class Severity : std::uint8_t { Error, Note };

// One finding at one place. Lines and columns count from 1, columns in characters; line 0 means the
// file as a whole.
struct Diagnostic {
  Severity severity = Severity::Error;
  std::string file;  // as the person named it, or relative to that
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t length =
      0;                // characters that the caret underlines, at least 1 where there is a line
  std::string message;  // "services.backend: unknown key 'comand'; did you mean 'command'?"
  // The line at fault without its end, raw. Empty where it must not be shown (env files hold
  // secrets).
  std::string source_line;
  bool operator==(const Diagnostic&) const = default;
};

// "ecosystem.yaml:12:5: error: services.backend: unknown key 'comand'" without the excerpt.
std::string headline(const Diagnostic& diagnostic);

// All of them with excerpt and caret, then, when there are errors, "2 errors; nothing was changed."
// Notes are one line each. Safe for a terminal whatever the file holds. Nothing for an empty list.
std::string render(std::span<const Diagnostic> diagnostics, bool colour);

}  // namespace mainstay::config
