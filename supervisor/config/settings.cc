#include "config/settings.h"

#include <fmt/format.h>

namespace mainstay::config {

namespace {

// A word as the file would write it in a list.
std::string as_item(const std::string& word) {
  const bool simple =
      !word.empty() && word.find_first_of(" \t\n\r,[]{}#:&*!|>'\"%@`\\") == std::string::npos;
  if (simple) return word;
  std::string out = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? std::string{"\\n"} : std::string{c};
  }
  return out + "\"";
}

std::string as_list(const std::vector<std::string>& words) {
  std::string out = "[";
  for (const std::string& word : words)
    out += (out.size() > 1 ? ", " : "") + as_item(word);
  return out + "]";
}

}  // namespace

void Settings::add(std::string key, Bytes value) {
  add(std::move(key), format_exact(value));
}

void Settings::add_percent(std::string key, double value) {
  add(std::move(key), fmt::format("{}%", value));
}

void Settings::add(std::string key, const std::vector<std::string>& words) {
  if (!words.empty()) add(std::move(key), as_list(words));
}

void Settings::add(std::string key, const std::vector<model::Template>& words) {
  std::vector<std::string> texts;
  for (const model::Template& word : words)
    texts.push_back(word.text);
  add(std::move(key), texts);
}

void Settings::add(std::string key, const std::vector<int>& numbers) {
  std::string list;
  for (const int number : numbers)
    list += fmt::format("{}{}", list.empty() ? "" : ", ", number);
  add(std::move(key), fmt::format("[{}]", list));
}

void Settings::add_hidden(const std::string& key,
                          const std::map<std::string, model::Value>& values) {
  for (const auto& [name, value] : values)
    out_.push_back({key + "." + name, model::kRedacted});
}

void Settings::add_source(std::string key, const model::Value& value) {
  const auto* file = std::get_if<model::SecretFile>(&value);
  const auto* command = std::get_if<model::SecretCommand>(&value);
  if (file != nullptr) return add(key + ".file", file->path.string());
  if (command != nullptr) return add(key + ".command", command->argv);
  out_.push_back({std::move(key), model::kRedacted});
}

}  // namespace mainstay::config
