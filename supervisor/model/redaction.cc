#include "model/redaction.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace mainstay::model {

namespace {

// Shorter ones would blot out half of every text without hiding anything.
constexpr std::size_t kShortestSecret = 4;

bool is_telling(const std::string& name) {
  constexpr std::string_view kWords[] = {"PASS",       "SECRET",  "TOKEN",    "KEY",
                                         "CREDENTIAL", "PRIVATE", "AUTH",     "DSN",
                                         "PWD",        "COOKIE",  "SIGNATURE"};
  std::string upper = name;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&](std::string_view word) { return upper.find(word) != std::string::npos; });
}

// "scheme://user:password@host" keeps all but the password; a password may hold a colon.
void hide_passwords(std::string& text) {
  for (std::size_t at = text.find("://"); at != std::string::npos; at = text.find("://", at + 3)) {
    const std::size_t start = at + 3;
    const std::size_t end = std::min(text.find_first_of("/?# \t\n\"'", start), text.size());
    const std::size_t user_end = text.rfind('@', end);
    if (user_end == std::string::npos || user_end < start) continue;
    const std::size_t colon = text.find(':', start);
    if (colon == std::string::npos || colon > user_end) continue;
    text.replace(colon + 1, user_end - colon - 1, kRedacted);
  }
}

}  // namespace

Redaction::Redaction(const Environment& env) {
  for (const auto& [name, value] : env) {
    const auto* text = std::get_if<Template>(&value);
    if (text != nullptr && text->text.size() >= kShortestSecret && is_telling(name))
      secrets_.push_back(text->text);
  }
  std::sort(secrets_.begin(), secrets_.end(),
            [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
}

std::string Redaction::apply(std::string text) const {
  for (const std::string& secret : secrets_) {
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
      text.replace(at, secret.size(), kRedacted);
      at += std::string_view{kRedacted}.size();
    }
  }
  hide_passwords(text);
  return text;
}

}  // namespace mainstay::model
