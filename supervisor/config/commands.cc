#include "config/commands.h"

#include <fmt/format.h>

#include <optional>

#include "base/text.h"
#include "config/command_words.h"
#include "config/interpolation.h"
#include "config/scalars.h"

namespace mainstay::config {

namespace {

// YAML's block texts end with a line break that nobody means.
std::string_view without_end(std::string_view text) {
  const std::size_t end = text.find_last_not_of(" \t\r\n");
  return end == std::string_view::npos ? std::string_view{} : text.substr(0, end + 1);
}

// The place of byte `offset` of the text, where the text is written as it is.
Position place_in(const Field& field, std::size_t offset) {
  Position at = field.at();
  const Node& node = *field.node();
  if (!node.plain || node.text.size() != at.length || offset >= at.length) return at;
  at.column += static_cast<std::uint32_t>(offset);
  at.length = 1;
  return at;
}

// Nothing after a problem was reported.
std::optional<std::vector<Text>> split_text(const Field& field) {
  const CommandWords split = split_command(without_end(field.node()->text));
  if (!split.problem.empty()) {
    field.error(place_in(field, split.offset), split.problem);
    return std::nullopt;
  }
  std::vector<Text> words;
  for (const std::string& word : split.words) {
    if (!field.reading().budget.spend(1, word.size())) return std::nullopt;
    Result<Text> text = interpolate(word, field.reading().names);
    if (!text) {
      field.error(text.error().message);
      return std::nullopt;
    }
    if (!field.reading().budget.spend(0, text->pattern.size())) return std::nullopt;
    words.push_back(std::move(*text));
  }
  return words;
}

std::optional<std::vector<Text>> listed_words(const Field& field) {
  std::vector<Text> words;
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (std::optional<Text> word = read_text(field.item(i))) words.push_back(std::move(*word));
  }
  // Each word that could not be read has been reported.
  return words.size() == field.size() ? std::optional{std::move(words)} : std::nullopt;
}

std::vector<Text> words_of(const Field& field) {
  if (!field.is(NodeKind::Scalar) && !field.is(NodeKind::List)) return {};
  auto words = field.is(NodeKind::Scalar) ? split_text(field) : listed_words(field);
  if (!words) return {};
  if (!words->empty() && !words->front().pattern.empty()) return std::move(*words);
  field.error("is empty, must name a program");
  return {};
}

void read_shell_text(const Field& field, model::Command& out) {
  if (field.is(NodeKind::List)) {
    return field.error("is a list, must be one text because of `shell: true`");
  }
  const std::optional<Text> text = read_text(field);
  if (!text) return;
  if (text->pattern.empty()) return field.error("is empty, must be what the shell runs");
  out.argv = {model::literal_template("/bin/sh"), model::literal_template("-c"), {text->pattern}};
}

// Whether an unknown key, which has its own error, is a misspelt `command`.
bool has_misspelt_command(const Field& owner) {
  static const std::vector<std::string> kWanted = {"command"};
  for (std::size_t i = 0; owner.is(NodeKind::Map) && i < owner.size(); ++i) {
    const std::string_view key = owner.node()->entries[i].key->text;
    if (find_key(*kServiceShape.keys, key) == nullptr && closest(key, kWanted)) return true;
  }
  return false;
}

}  // namespace

std::vector<model::Template> read_words(const Field& field) {
  std::vector<model::Template> argv;
  for (Text& word : words_of(field))
    argv.push_back({std::move(word.pattern)});
  return argv;
}

std::vector<std::string> read_plain_words(const Field& field) {
  std::vector<std::string> argv;
  for (const Text& word : words_of(field)) {
    if (!word.deferred.empty()) {
      field.error(fmt::format("${{{}}} is known when an instance starts, so it cannot be used here",
                              word.deferred));
      return {};
    }
    argv.push_back(plain_of(word));
  }
  return argv;
}

void read_command(const Field& owner, model::Command& out) {
  const Field command = owner["command"];
  read(owner["shell"], out.shell);
  if (!command.present()) {
    if (has_misspelt_command(owner)) return;
    return owner.error(owner.key_at(),
                       "has no command; say what to run: `command: [program, argument]`");
  }
  if (out.shell) return read_shell_text(command, out);
  out.argv = read_words(command);
}

}  // namespace mainstay::config
