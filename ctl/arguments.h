// The command line, taken apart.
//
// By hand and not with CLI11: global options may stand anywhere, "-1" is a number for `scale` and a
// signal for `signal`, verbs come from one table with aliases and did-you-mean, and every error has
// our wording and exit code. In CLI11 each of these is a workaround; together they are this file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mainstay::ctl {

struct Verb;

struct OptionSpec {
  char letter = 0;         // 0: none
  std::string_view name;   // "timeout" for --timeout
  std::string_view value;  // what the help calls its value ("30s"); empty: it takes none
  std::string_view help;
};

// Accepted with every verb, before or after it.
std::span<const OptionSpec> global_options();

struct Arguments {
  const Verb* verb = nullptr;  // nothing: only options, or nothing at all
  std::vector<std::string> words;
  std::size_t plain_words = 0;                              // of them, those before "--"
  std::map<std::string, std::string, std::less<>> options;  // by name; the last one wins

  bool has(std::string_view name) const { return options.contains(name); }
  std::optional<std::string> value(std::string_view name) const;
};

// One line for a person and at most one more that says what to do; ctl exits 2.
struct UsageError {
  std::string message;
  std::string hint;
};

// `words` without the program's name. "--" ends the options; values follow as "--name value" or
// "--name=value", "-n 5" or "-n5".
std::variant<Arguments, UsageError> parse_arguments(std::span<const std::string> words,
                                                    std::span<const Verb* const> verbs);

// A whole number in decimal from `least` to `most`, such as the value of -n; nothing else.
std::optional<std::int64_t> whole_number(std::string_view text, std::int64_t least,
                                         std::int64_t most);

}  // namespace mainstay::ctl
