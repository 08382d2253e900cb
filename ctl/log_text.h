// Log lines as `ctl logs` prints them. What services print is hostile: on a terminal only text,
// tabs and colours get through; in a pipe the bytes are the service's own.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "ctl/terminal.h"

namespace mainstay::ctl {

class LogText {
 public:
  struct Options {
    bool names = false;  // the instance before each line; begins by itself with a second one
    bool timestamps = false;
    bool raw = false;  // the bytes alone, whatever they do to a terminal
  };

  LogText(Options options, Terminal terminal) : options_(options), terminal_(terminal) {}

  // `lines` as logs.read and logs.follow give them: {"at","service","instance","stream","text"},
  // and "raw" where "text" is not exactly what was printed.
  std::string format(const std::vector<Json>& lines);

 private:
  static std::string format_raw(const std::vector<Json>& lines);
  std::string prefix(const Json& line) const;
  std::string text(const Json& line) const;

  Options options_;
  Terminal terminal_;
  std::string only_;  // the first instance seen
  std::size_t name_width_ = 0;
  bool unfinished_ = false;  // the last piece of a long line is still to come
};

// `name` in one of the colours that carry no state, always the same.
std::string paint_name(std::string_view name, const Terminal& terminal);

// Without SGR sequences.
std::string strip_colour(std::string_view text);

}  // namespace mainstay::ctl
