// Keeps secrets out of what people are shown.
#pragma once

#include <string>
#include <vector>

#include "model/service_spec.h"

namespace mainstay::model {

inline constexpr const char* kRedacted = "***";

class Redaction {
 public:
  // Remembers the values of variables with telling names (PASSWORD, SECRET, TOKEN, KEY, …).
  explicit Redaction(const Environment& env);

  // `text` with those values, and with passwords inside URLs, as ***.
  std::string apply(std::string text) const;

 private:
  std::vector<std::string> secrets_;  // longest first
};

}  // namespace mainstay::model
