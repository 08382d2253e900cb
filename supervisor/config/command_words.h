// Splits a command that is one text into words, the way a shell would, without a shell.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mainstay::config {

struct CommandWords {
  std::vector<std::string> words;  // still to be interpolated, each by itself; \$ became $$
  std::string problem;             // empty: none; else what to tell the person
  std::size_t offset = 0;          // the byte of the text that the problem is about
};

// Blanks separate; '…' is literal, "…" knows \\ \" \$ and \`, a backslash outside of quotes takes
// the next character literally; ${…} is one piece wherever it stands, and is interpolated in quotes
// of either kind. What only a shell can do (| > < & ; ` $( outside of quotes, a line break) is a
// problem that points to `shell: true`.
CommandWords split_command(std::string_view text);

}  // namespace mainstay::config
