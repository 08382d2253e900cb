#include "config/values.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/commands.h"
#include "config/paths.h"
#include "config/scalars.h"

namespace mainstay::config {

namespace {

std::optional<model::Value> read_secret(const Field& field) {
  const auto kind = only_alternative(field, *kSecretableShape.keys, "a secret");
  if (!kind) return std::nullopt;
  if (*kind == "file") {
    const auto path = read_path(field["file"]);
    return path ? std::optional<model::Value>{model::SecretFile{*path}} : std::nullopt;
  }
  std::vector<std::string> argv = read_plain_words(field["command"]);
  if (argv.empty()) return std::nullopt;
  return model::SecretCommand{std::move(argv)};
}

// RFC 9110: a token.
bool is_header_name(std::string_view name) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter || kMarks.find(c) != std::string_view::npos;
  });
}

bool holds_line_break(const model::Value& value) {
  const auto* text = std::get_if<model::Template>(&value);
  return text != nullptr && text->text.find_first_of("\r\n") != std::string::npos;
}

}  // namespace

std::optional<std::string> only_alternative(const Field& field, KeyTable table,
                                            std::string_view subject) {
  std::vector<std::string> given;
  std::string choices;
  for (const Key& key : table) {
    if (!key.alternative) continue;
    if (field[key.name].present()) given.emplace_back(key.name);
    choices += fmt::format("{}{}", choices.empty() ? "" : ", ", key.name);
  }
  if (given.size() == 1) return given[0];
  if (given.empty()) {
    field.error(fmt::format("needs one of {}", choices));
  } else {
    field.error(fmt::format("has both '{}' and '{}'; {} has one of {}", given[0], given[1], subject,
                            choices));
  }
  return std::nullopt;
}

std::optional<model::Value> read_value(const Field& field) {
  if (field.is(NodeKind::Map)) return read_secret(field);
  std::optional<Text> text = read_text(field);
  if (!text) return std::nullopt;
  return model::Template{std::move(text->pattern)};
}

void read_headers(const Field& field, std::map<std::string, model::Value>& out) {
  if (!field.is(NodeKind::Map)) return;
  for (std::size_t i = 0; i < field.size(); ++i) {
    const Field header = field.entry(i);
    if (!is_header_name(header.key())) {
      header.error(header.key_at(), "is not a header name");
      continue;
    }
    std::optional<model::Value> value = read_value(header);
    if (!value) continue;
    if (holds_line_break(*value)) {
      header.error("a header's value cannot hold a line break");
      continue;
    }
    out[std::string{header.key()}] = std::move(*value);
  }
}

}  // namespace mainstay::config
