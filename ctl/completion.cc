#include "ctl/completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "ctl/boot/templates.h"

namespace mainstay::ctl {

namespace {

using Texts = std::vector<std::string>;

bool is_literal(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  }) && word[0] != '-';
}

std::string without_brackets(std::string_view word) {
  std::string out{word};
  std::erase_if(out, [](char c) { return c == '[' || c == ']' || c == '.'; });
  return out;
}

void add_operand(std::string_view word, Operands& operands) {
  if (word == "TARGET" || word == "NAME") operands.services = true;
  if (word == "FILE") operands.files = true;
  if (word == "VERB") operands.verbs = true;
  if (is_literal(word)) operands.words.emplace_back(word);
}

Texts names_of(const Verb& verb) {
  Texts names{std::string{verb.name}};
  names.insert(names.end(), verb.aliases.begin(), verb.aliases.end());
  return names;
}

Texts all_names(std::span<const Verb* const> verbs) {
  Texts names;
  for (const Verb* verb : verbs) {
    const Texts of_one = names_of(*verb);
    names.insert(names.end(), of_one.begin(), of_one.end());
  }
  return names;
}

std::string option_words(std::span<const OptionSpec> options) {
  Texts words;
  for (const OptionSpec& option : options)
    words.push_back(fmt::format("--{}", option.name));
  return join(words, " ");
}

// "--socket|--timeout": those that a value follows, of everything; `paths`: only those whose value
// is a file or a folder.
std::string valued(std::span<const Verb* const> verbs, bool paths) {
  Texts words;
  const auto add = [&](std::span<const OptionSpec> options) {
    for (const OptionSpec& option : options) {
      const bool is_path =
          option.value == "FILE" || option.value == "DIR" || option.value == "PATH";
      if (option.value.empty() || (paths && !is_path)) continue;
      words.push_back(fmt::format("--{}", option.name));
      if (option.letter != 0) words.push_back(fmt::format("-{}", option.letter));
    }
  };
  add(global_options());
  for (const Verb* verb : verbs)
    add(verb->options);
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return join(words, "|");
}

// The same in bash and zsh: what belongs to each verb.
std::string cases(std::span<const Verb* const> verbs) {
  std::string out;
  for (const Verb* verb : verbs) {
    const Operands operands = operands_of(*verb);
    out += fmt::format("    {})\n      options=\"{}\" operands=\"{}\"", join(names_of(*verb), "|"),
                       option_words(verb->options),
                       operands.verbs ? join(all_names(verbs), " ") : join(operands.words, " "));
    if (operands.services) out += " services=1";
    if (operands.files) out += " files=1";
    out += " ;;\n";
  }
  return out;
}

std::string filled(std::string_view text, std::span<const Verb* const> verbs) {
  return boot::fill_template(text, {{"verbs", join(all_names(verbs), " ")},
                                    {"globals", option_words(global_options())},
                                    {"paths", valued(verbs, true)},
                                    {"valued", valued(verbs, false)},
                                    {"cases", cases(verbs)}});
}

std::string fish_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + '\'';
}

std::string fish_option(std::string_view when, const OptionSpec& option) {
  std::string line = fmt::format("complete -c ctl {}-l {}", when, option.name);
  if (option.letter != 0) line += fmt::format(" -s {}", option.letter);
  if (!option.value.empty()) line += " -r";
  const bool is_path = option.value == "FILE" || option.value == "DIR" || option.value == "PATH";
  if (is_path) line += " -F";
  return fmt::format("{} -d {}\n", line, fish_quoted(option.help));
}

std::string fish_verb(const Verb& verb, std::span<const Verb* const> verbs) {
  const Operands operands = operands_of(verb);
  const std::string when = fmt::format(
      "-n {} ", fish_quoted("__fish_seen_subcommand_from " + join(names_of(verb), " ")));
  std::string out;
  for (const std::string& name : names_of(verb)) {
    out += fmt::format("complete -c ctl -n __fish_use_subcommand -a {} -d {}\n", name,
                       fish_quoted(verb.summary));
  }
  for (const OptionSpec& option : verb.options)
    out += fish_option(when, option);
  const Texts words = operands.verbs ? all_names(verbs) : operands.words;
  if (!words.empty())
    out += fmt::format("complete -c ctl {}-a {}\n", when, fish_quoted(join(words, " ")));
  if (operands.services)
    out += fmt::format("complete -c ctl {}-a '(ctl completion names 2>/dev/null)'\n", when);
  if (operands.files) out += fmt::format("complete -c ctl {}-F\n", when);
  return out;
}

std::string fish(std::span<const Verb* const> verbs) {
  std::string out = "# fish completion for ctl, made by: ctl completion fish\ncomplete -c ctl -f\n";
  for (const OptionSpec& option : global_options())
    out += fish_option("", option);
  for (const Verb* verb : verbs)
    out += fish_verb(*verb, verbs);
  return out;
}

}  // namespace

Operands operands_of(const Verb& verb) {
  Operands operands;
  const auto parts = split(verb.usage, ' ');
  for (std::size_t i = 1; i < parts.size(); ++i) {
    // "[--lines 50]" and the like are options, with their values.
    if (parts[i].starts_with("[-") || parts[i].starts_with("-")) {
      while (parts[i].starts_with("[") && !parts[i].ends_with("]") && i + 1 < parts.size()) {
        ++i;
        if (parts[i].ends_with("]")) break;
      }
      continue;
    }
    const std::string plain = without_brackets(parts[i]);
    for (const std::string_view word : split(plain, '|'))
      add_operand(word, operands);
  }
  return operands;
}

std::optional<std::string> completion_for(std::string_view shell,
                                          std::span<const Verb* const> verbs) {
  if (shell == "bash") return filled(boot::kBashCompletion, verbs);
  if (shell == "zsh") return filled(boot::kZshCompletion, verbs);
  if (shell == "fish") return fish(verbs);
  return std::nullopt;
}

}  // namespace mainstay::ctl
