// Text whose last references are filled in per instance, at its start.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace mainstay::model {

// Everything but what differs between instances is already interpolated by config/; what is left is
// ${INSTANCE}, ${NAME} for names in increment_env or given by a secret, and $$ for a dollar sign.
struct Template {
  std::string text;
  bool operator==(const Template&) const = default;
};

using TemplateLookup = std::function<std::optional<std::string>(std::string_view name)>;

// A reference that `lookup` does not know becomes nothing.
std::string expand(const Template& source, const TemplateLookup& lookup);

// `literal` as a template that expands to itself: every $ doubled.
Template literal_template(std::string_view literal);

}  // namespace mainstay::model
