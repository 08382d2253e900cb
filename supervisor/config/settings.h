// Builds the list of settings that description.h hands out.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "config/description.h"
#include "model/redaction.h"
#include "model/service_spec.h"

namespace mainstay::config {

class Settings {
 public:
  explicit Settings(const model::Redaction& redaction) : redaction_(redaction) {}

  void add(std::string key, std::string_view value) {
    out_.push_back({std::move(key), redaction_.apply(std::string{value})});
  }
  void add(std::string key, const char* value) { add(std::move(key), std::string_view{value}); }
  // Nothing but a bool, which anything would become: numbers go to add_number().
  template <std::same_as<bool> Flag>
  void add(std::string key, Flag value) {
    add(std::move(key), value ? "true" : "false");
  }
  void add(std::string key, Duration value) { add(std::move(key), format_exact(value)); }
  void add(std::string key, Bytes value);
  void add_number(std::string key, std::int64_t value) {
    add(std::move(key), std::to_string(value));
  }
  void add_percent(std::string key, double value);

  void add(std::string key, const model::Template& value) { add(std::move(key), value.text); }
  void add(std::string key, const std::vector<std::string>& words);
  void add(std::string key, const std::vector<model::Template>& words);
  void add(std::string key, const std::vector<int>& numbers);
  // Names only: values are never shown.
  void add_hidden(const std::string& key, const std::map<std::string, model::Value>& values);
  // Where a secret comes from, or what it is not one of, as ***.
  void add_source(std::string key, const model::Value& value);

  // Only when there is something to say.
  template <typename T>
  void add(std::string key, const std::optional<T>& value) {
    if (value) add(std::move(key), *value);
  }

  std::vector<Setting> take() { return std::move(out_); }

 private:
  const model::Redaction& redaction_;
  std::vector<Setting> out_;
};

}  // namespace mainstay::config
