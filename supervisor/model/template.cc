#include "model/template.h"

#include <algorithm>

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
      const std::size_t next = std::min(text.find('$', i + 1), text.size());
      out.append(text.substr(i, next - i));
      i = next;
    }
  }
  return out;
}

Template literal_template(std::string_view literal) {
  Template out;
  out.text.reserve(literal.size());
  while (!literal.empty()) {
    const std::size_t dollar = std::min(literal.find('$'), literal.size());
    out.text.append(literal.substr(0, dollar));
    literal.remove_prefix(dollar);
    if (literal.empty()) break;
    out.text += "$$";
    literal.remove_prefix(1);
  }
  return out;
}

}  // namespace mainstay::model
