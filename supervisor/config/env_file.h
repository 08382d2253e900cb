// Files of KEY=VALUE lines.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mainstay::config {

struct EnvFile {
  std::vector<std::pair<std::string, std::string>> values;  // in the order of the file

  struct Problem {
    std::uint32_t line = 0;  // zero-based
    std::uint32_t column = 0;
    std::string what;  // never shows a value: it may be a secret
  };
  std::vector<Problem> problems;
};

// One variable a line, `export ` before it allowed, blank lines and lines that start with #
// skipped. Values: '…' is literal, "…" knows \n \r \t \\ \" \$, both may go over several lines;
// without quotes the value ends at the end of the line or before " #", blanks around it dropped.
// Nothing is interpolated: a $ is a dollar sign.
EnvFile parse_env_file(std::string_view bytes);

}  // namespace mainstay::config
