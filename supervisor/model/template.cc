#include "model/template.h"

namespace mainstay::model {

std::string expand(const Template& source, const TemplateLookup& lookup) {
  const std::string_view text = source.text;
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (text.compare(i, 2, "$$") == 0) {
      out.push_back('$');
      i += 2;
    } else if (text.compare(i, 2, "${") == 0 && text.find('}', i) != std::string_view::npos) {
      const std::size_t end = text.find('}', i);
      out += lookup(text.substr(i + 2, end - i - 2)).value_or("");
      i = end + 1;
    } else {
      out.push_back(text[i++]);
    }
  }
  return out;
}

Template literal_template(std::string_view literal) {
  Template out;
  for (const char c : literal)
    out.text += c == '$' ? "$$" : std::string(1, c);
  return out;
}

}  // namespace mainstay::model
