#include "config/scalars.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "base/text.h"
#include "config/limits.h"

namespace mainstay::config {

namespace {

// A number or truth value must not be quoted: quotes make it text in YAML, and in every editor that
// knows the schema. What a reference becomes has no quotes.
std::optional<std::string> read_unquoted(const Field& field) {
  std::optional<std::string> text = read_plain(field);
  if (!text || field.node()->plain || has_reference(field.node()->text)) return text;
  field.error(
      fmt::format("{} is text because of its quotes; write it without them", in_quotes(*text)));
  return std::nullopt;
}

template <typename T>
std::optional<T> take(const Field& field, Result<T> parsed) {
  if (parsed) return std::move(*parsed);
  field.error(parsed.error().message);
  return std::nullopt;
}

std::optional<Duration> read_duration(const Field& field) {
  const std::optional<std::string> text = read_plain(field);
  if (!text) return std::nullopt;
  const std::optional<Duration> value = take(field, parse_duration(*text));
  if (!value || *value <= kMaxDuration) return value;
  field.error(fmt::format("{} is longer than ten years", in_quotes(*text)));
  return std::nullopt;
}

std::optional<Bytes> read_size(const Field& field) {
  const std::optional<std::string> text = read_plain(field);
  return text ? take(field, parse_size(*text)) : std::nullopt;
}

}  // namespace

std::optional<Text> read_text(const Field& field) {
  if (!field.is(NodeKind::Scalar)) return std::nullopt;
  const std::string_view source = field.node()->text;
  Budget& budget = field.reading().budget;
  if (!budget.spend(1, source.size())) return std::nullopt;
  if (source.find('$') == std::string_view::npos) return Text{std::string{source}, {}};
  std::optional<Text> text = take(field, interpolate(source, field.reading().names));
  if (text && !budget.spend(0, text->pattern.size())) return std::nullopt;
  return text;
}

std::optional<std::string> read_plain(const Field& field) {
  const std::optional<Text> text = read_text(field);
  if (!text) return std::nullopt;
  if (text->deferred.empty()) return plain_of(*text);
  const bool instance = text->deferred == "INSTANCE";
  field.error(fmt::format(
      "${{{}}} is known when an instance starts, {}", text->deferred,
      instance ? "so it cannot be used here"
               : "because it is a secret or in increment_env, so it cannot be used here"));
  return std::nullopt;
}

void read(const Field& field, std::string& out) {
  if (std::optional<std::string> text = read_plain(field)) out = std::move(*text);
}

void read(const Field& field, model::Template& out) {
  if (std::optional<Text> text = read_text(field)) out.text = std::move(text->pattern);
}

void read(const Field& field, bool& out) {
  const std::optional<std::string> text = read_unquoted(field);
  if (!text) return;
  if (*text == "true" || *text == "false") {
    out = *text == "true";
    return;
  }
  field.error(fmt::format("{} is not true or false; write one of these two", in_quotes(*text)));
}

void read(const Field& field, Duration& out) {
  out = read_duration(field).value_or(out);
}

void read(const Field& field, Bytes& out) {
  out = read_size(field).value_or(out);
}

void read(const Field& field, std::optional<Duration>& out) {
  if (field.is_null()) out.reset();
  if (const auto value = read_duration(field)) out = value;
}

void read(const Field& field, std::optional<Bytes>& out) {
  if (field.is_null()) out.reset();
  if (const auto value = read_size(field)) out = value;
}

void read_positive(const Field& field, Duration& out) {
  const std::optional<Duration> value = read_duration(field);
  if (!value) return;
  if (value->count() == 0) return field.error("must be more than zero");
  out = *value;
}

std::optional<std::int64_t> read_integer(const Field& field, Range range) {
  const std::optional<std::string> text = read_unquoted(field);
  if (!text) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), value);
  const bool decimal = failed == std::errc{} && end == text->data() + text->size();
  const bool octal = text->size() > 1 && (*text)[0] == '0';
  if (!decimal || octal) {
    field.error(fmt::format("{} is not a whole number", in_quotes(*text)));
    return std::nullopt;
  }
  if (value >= range.first && value <= range.last) return value;
  field.error(fmt::format("{} is not within {} and {}", value, range.first, range.last));
  return std::nullopt;
}

std::optional<double> read_number(const Field& field, double first, double last) {
  const std::optional<std::string> text = read_unquoted(field);
  if (!text) return std::nullopt;
  double value = 0;
  const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (failed != std::errc{} || end != text->data() + text->size() || !std::isfinite(value)) {
    field.error(fmt::format("{} is not a number", in_quotes(*text)));
    return std::nullopt;
  }
  if (value >= first && value <= last) return value;
  field.error(fmt::format("{} is not within {} and {}", *text, first, last));
  return std::nullopt;
}

std::optional<double> read_percent(const Field& field, double max) {
  const std::optional<std::string> text = read_plain(field);
  return text ? take(field, parse_percent(*text, max)) : std::nullopt;
}

std::optional<std::size_t> read_choice(const Field& field,
                                       std::span<const std::string_view> words) {
  const std::optional<std::string> text = read_plain(field);
  if (!text) return std::nullopt;
  std::string list;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == *text) return i;
    list += fmt::format("{}{}", i == 0 ? "" : i + 1 == words.size() ? " or " : ", ", words[i]);
  }
  field.error(fmt::format("{} is not one of {}", in_quotes(*text), list));
  return std::nullopt;
}

std::vector<std::string> read_plain_list(const Field& field) {
  std::vector<std::string> texts;
  if (field.is(NodeKind::Scalar)) {
    if (auto text = read_plain(field)) texts.push_back(std::move(*text));
    return texts;
  }
  if (!field.is(NodeKind::List)) return texts;
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (auto text = read_plain(field.item(i))) texts.push_back(std::move(*text));
  }
  return texts;
}

void read_signal(const Field& field, int& out) {
  const std::optional<std::string> text = read_plain(field);
  if (!text) return;
  if (const std::optional<int> number = signal_number(*text)) {
    out = *number;
    return;
  }
  static const std::vector<std::string> kUsual = {"TERM", "INT",  "HUP",  "QUIT",
                                                  "USR1", "USR2", "KILL", "WINCH"};
  field.error(fmt::format("{} is not a signal{}", in_quotes(*text), did_you_mean(*text, kUsual)));
}

}  // namespace mainstay::config
