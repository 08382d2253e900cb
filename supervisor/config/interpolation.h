// ${NAME}, ${NAME:-default}, ${NAME:?message} and $$ in the values of the ecosystem file.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mainstay::config {

// A value after interpolation, in the form of model::Template: what only a start can know is still
// ${NAME}, every other dollar is doubled.
struct Text {
  std::string pattern;
  std::string deferred;  // the first name that is left; empty: none
  bool operator==(const Text&) const = default;
};

// `text` itself, without any reference.
Text literal_text(std::string_view text);
// ${name}, left for the start.
Text deferred_text(std::string_view name);
// What a text without deferred names stands for.
std::string plain_of(const Text& text);

// What names mean at one place of the file.
class NameSource {
 public:
  virtual ~NameSource() = default;
  // Nothing when the name is not set; an error when its own value cannot be made. `depth` counts
  // references in references.
  virtual Result<std::optional<Text>> find(std::string_view name, int depth) const = 0;
  // "; did you mean 'PORT'?" for a name that is not set, or nothing.
  virtual std::string suggestion(std::string_view name) const = 0;
};

// The error is what to tell the person, without the place: "${PORTT} is not set; did you mean
// 'PORT'?"
Result<Text> interpolate(std::string_view source, const NameSource& names, int depth = 0);

// Whether `text` has a reference (or a doubled dollar) in it at all.
bool has_reference(std::string_view text);

// The byte after the } that closes the ${ at `start`, nested references included; npos when none
// does.
std::size_t end_of_reference(std::string_view text, std::size_t start);

// [A-Za-z_][A-Za-z0-9_]*
bool is_variable_name(std::string_view name);

}  // namespace mainstay::config
