#include "config/interpolation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "config/limits.h"
#include "model/template.h"

namespace mainstay::config {

namespace {

bool is_word_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_word(char c) {
  return is_word_start(c) || (c >= '0' && c <= '9');
}

struct Reference {
  std::string_view name;
  char operation = 0;         // '-' with a default, '?' with a message, else 0
  std::string_view argument;  // the default or the message
};

Result<Reference> parse_reference(std::string_view inside) {
  std::size_t end = 0;
  while (end < inside.size() && is_word(inside[end]))
    ++end;
  Reference reference{inside.substr(0, end), 0, {}};
  const std::string_view rest = inside.substr(end);
  const bool with_operation = rest.starts_with(":-") || rest.starts_with(":?");
  if (!is_variable_name(reference.name) || (!rest.empty() && !with_operation)) {
    const std::string shown = escape_for_terminal(inside.substr(0, 40), false);
    return Error{fmt::format(
        "'${{{0}}}' is not ${{NAME}}, ${{NAME:-default}} or ${{NAME:?message}}; write $$ "
        "for a dollar sign: $${{{0}}}",
        shown)};
  }
  if (with_operation) {
    reference.operation = rest[1];
    reference.argument = rest.substr(2);
  }
  return reference;
}

Error not_set(const Reference& reference, const NameSource& names) {
  if (reference.operation == '?') {
    return Error{fmt::format("${{{}}} is not set: {}", reference.name, reference.argument)};
  }
  std::string hint = names.suggestion(reference.name);
  if (hint.empty()) hint = fmt::format("; set it, or write ${{{}:-default}}", reference.name);
  return Error{fmt::format("${{{}}} is not set{}", reference.name, hint)};
}

Result<Text> resolve(const Reference& reference, const NameSource& names, int depth) {
  Result<std::optional<Text>> found = names.find(reference.name, depth + 1);
  if (!found) return found.error();
  const bool is_set = found->has_value();
  const bool is_empty = is_set && (*found)->pattern.empty();
  // As in the shell, the colon makes an empty value count as none.
  if (is_set && !(is_empty && reference.operation != 0)) return std::move(**found);
  if (reference.operation == '-') return interpolate(reference.argument, names, depth + 1);
  return not_set(reference, names);
}

void append(Text& out, Text part) {
  out.pattern += part.pattern;
  if (out.deferred.empty()) out.deferred = std::move(part.deferred);
}

}  // namespace

Text literal_text(std::string_view text) {
  return {model::literal_template(text).text, {}};
}

Text deferred_text(std::string_view name) {
  return {fmt::format("${{{}}}", name), std::string{name}};
}

std::string plain_of(const Text& text) {
  return model::expand(model::Template{text.pattern},
                       [](std::string_view) { return std::nullopt; });
}

bool is_variable_name(std::string_view name) {
  return !name.empty() && is_word_start(name[0]) && std::all_of(name.begin(), name.end(), is_word);
}

bool has_reference(std::string_view text) {
  return text.find("${") != std::string_view::npos || text.find("$$") != std::string_view::npos;
}

std::size_t end_of_reference(std::string_view text, std::size_t start) {
  int open = 0;
  for (std::size_t i = start; i < text.size(); ++i) {
    if (text.compare(i, 2, "${") == 0) {
      ++open;
      ++i;
    } else if (text[i] == '}' && --open == 0) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

Result<Text> interpolate(std::string_view source, const NameSource& names, int depth) {
  if (depth > kMaxReferenceDepth) return Error{"references lead to references too many times"};
  Text out;
  for (std::size_t i = 0; i < source.size();) {
    if (source[i] != '$') {
      const std::size_t next = std::min(source.find('$', i), source.size());
      out.pattern.append(source.substr(i, next - i));
      i = next;
    } else if (source.compare(i, 2, "${") != 0) {
      out.pattern += "$$";
      i += source.compare(i, 2, "$$") == 0 ? 2 : 1;
    } else {
      const std::size_t end = end_of_reference(source, i);
      if (end == std::string_view::npos)
        return Error{"'${' is never closed; write $${ for a dollar sign and a brace"};
      Result<Reference> reference = parse_reference(source.substr(i + 2, end - i - 3));
      if (!reference) return reference.error();
      Result<Text> part = resolve(*reference, names, depth);
      if (!part) return part.error();
      append(out, std::move(*part));
      i = end;
    }
    if (out.pattern.size() > kMaxValueBytes) return Error{"the value is longer than 128 KB"};
  }
  return out;
}

}  // namespace mainstay::config
