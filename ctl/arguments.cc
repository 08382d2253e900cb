#include "ctl/arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "ctl/verb.h"

namespace mainstay::ctl {

namespace {

constexpr std::array<OptionSpec, 5> kGlobals = {{
    {0, "json", "", "print the result as JSON and nothing else"},
    {0, "timeout", "30s", "give up waiting after this long (exit code 7)"},
    {0, "socket", "PATH", "the control socket (default: MAINSTAY_SOCKET, else the mode's own)"},
    {0, "no-color", "", "no colours (so does NO_COLOR in the environment)"},
    {'h', "help", "", "explain the verb"},
}};

bool is_number(std::string_view word) {
  if (word.size() < 2 || word[0] != '-') return false;
  return std::all_of(word.begin() + 1, word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

class Parser {
 public:
  Parser(std::span<const std::string> words, std::span<const Verb* const> verbs)
      : left_(words), verbs_(verbs) {}

  std::variant<Arguments, UsageError> parse() {
    bool options_ended = false;
    while (!left_.empty() && !error_) {
      const std::string word = left_.front();
      left_ = left_.subspan(1);
      if (options_ended || !looks_like_option(word)) {
        take_word(word);
      } else if (word == "--") {
        options_ended = true;
        found_.plain_words = found_.words.size();
      } else if (word.starts_with("--")) {
        take_long(std::string_view{word}.substr(2));
      } else {
        take_letters(std::string_view{word}.substr(1));
      }
    }
    if (!options_ended) found_.plain_words = found_.words.size();
    if (!error_) check_count();
    if (error_) return *error_;
    return found_;
  }

 private:
  bool looks_like_option(std::string_view word) const {
    if (word.size() < 2 || word[0] != '-') return false;
    return !(found_.verb != nullptr && found_.verb->numbers && is_number(word));
  }

  void take_word(const std::string& word) {
    if (found_.verb != nullptr) {
      found_.words.push_back(word);
      return;
    }
    found_.verb = find_verb(word, verbs_);
    if (found_.verb == nullptr) {
      fail(fmt::format("there is no verb '{}'{}", word, did_you_mean_verb(word, verbs_)),
           "all verbs: ctl help");
    }
  }

  void take_long(std::string_view text) {
    const std::size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    const OptionSpec* option = find([&](const OptionSpec& o) { return o.name == name; });
    if (option == nullptr) return fail_unknown(fmt::format("--{}", name));
    if (equals != std::string_view::npos) {
      if (option->value.empty())
        return fail(fmt::format("--{} takes no value", name), usage_hint());
      found_.options[std::string{name}] = text.substr(equals + 1);
      return;
    }
    take_value(*option, fmt::format("--{}", name));
  }

  void take_letters(std::string_view letters) {
    while (!letters.empty() && !error_) {
      const char letter = letters[0];
      letters.remove_prefix(1);
      const OptionSpec* option = find([&](const OptionSpec& o) { return o.letter == letter; });
      if (option == nullptr) return fail_unknown(fmt::format("-{}", letter));
      if (!option->value.empty() && !letters.empty()) {
        found_.options[std::string{option->name}] = letters;
        return;
      }
      take_value(*option, fmt::format("-{}", letter));
    }
  }

  void take_value(const OptionSpec& option, const std::string& written) {
    if (option.value.empty()) {
      found_.options[std::string{option.name}] = "";
      return;
    }
    if (left_.empty()) {
      return fail(fmt::format("{} needs a value, as in {} {}", written, written, option.value),
                  usage_hint());
    }
    found_.options[std::string{option.name}] = left_.front();
    left_ = left_.subspan(1);
  }

  template <typename Matches>
  const OptionSpec* find(const Matches& matches) const {
    const auto in = [&](std::span<const OptionSpec> options) -> const OptionSpec* {
      const auto at = std::find_if(options.begin(), options.end(), matches);
      return at == options.end() ? nullptr : &*at;
    };
    const OptionSpec* own = found_.verb == nullptr ? nullptr : in(found_.verb->options);
    return own != nullptr ? own : in(kGlobals);
  }

  void check_count() {
    if (found_.verb == nullptr || found_.has("help")) return;
    const std::size_t count = found_.words.size();
    if (count < found_.verb->least) {
      fail(fmt::format("{} needs {}", found_.verb->name, found_.verb->wants), usage_hint());
    } else if (count > found_.verb->most) {
      fail(fmt::format("{} does not know what to do with '{}'", found_.verb->name,
                       found_.words[found_.verb->most]),
           usage_hint());
    }
  }

  void fail_unknown(const std::string& written) {
    std::vector<std::string> known;
    for (const OptionSpec& option : kGlobals)
      known.push_back(fmt::format("--{}", option.name));
    if (found_.verb != nullptr) {
      for (const OptionSpec& option : found_.verb->options)
        known.push_back(fmt::format("--{}", option.name));
    }
    const std::string where =
        found_.verb == nullptr ? "" : fmt::format("{} has ", found_.verb->name);
    fail(fmt::format("{}no option '{}'{}", where.empty() ? "there is " : where, written,
                     written.starts_with("--") ? did_you_mean(written, known) : ""),
         usage_hint());
  }

  std::string usage_hint() const {
    if (found_.verb == nullptr) return "all verbs and options: ctl help";
    return fmt::format("usage: ctl {}", found_.verb->usage);
  }

  void fail(std::string message, std::string hint) {
    error_ = UsageError{std::move(message), std::move(hint)};
  }

  std::span<const std::string> left_;
  std::span<const Verb* const> verbs_;
  Arguments found_;
  std::optional<UsageError> error_;
};

}  // namespace

std::span<const OptionSpec> global_options() {
  return kGlobals;
}

std::optional<std::string> Arguments::value(std::string_view name) const {
  const auto at = options.find(name);
  if (at == options.end()) return std::nullopt;
  return at->second;
}

std::variant<Arguments, UsageError> parse_arguments(std::span<const std::string> words,
                                                    std::span<const Verb* const> verbs) {
  return Parser{words, verbs}.parse();
}

std::optional<std::int64_t> whole_number(std::string_view text, std::int64_t least,
                                         std::int64_t most) {
  std::int64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size();
  return whole && number >= least && number <= most ? std::optional{number} : std::nullopt;
}

}  // namespace mainstay::ctl
