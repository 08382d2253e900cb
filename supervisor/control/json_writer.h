// Writes JSON text directly: a list of a thousand services needs no tree of values. The caller
// keeps the order right (keys inside objects, every open closed); commas come by themselves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace mainstay::control {

class JsonWriter {
 public:
  JsonWriter& open_object() { return open('{'); }
  JsonWriter& close_object() { return close('}'); }
  JsonWriter& open_list() { return open('['); }
  JsonWriter& close_list() { return close(']'); }
  // `name` is one of ours: it needs no escapes.
  JsonWriter& key(std::string_view name);
  // `name` comes from somebody else.
  JsonWriter& foreign_key(std::string_view name);

  // Invalid UTF-8 becomes U+FFFD.
  JsonWriter& text(std::string_view value);
  JsonWriter& text_or_null(std::string_view value) { return value.empty() ? null() : text(value); }
  JsonWriter& whole(std::int64_t value);
  JsonWriter& number(double value, int decimals);
  JsonWriter& flag(bool value) { return raw(value ? "true" : "false"); }
  JsonWriter& null() { return raw("null"); }
  JsonWriter& raw(std::string_view json);
  JsonWriter& time(WallTime at) { return text(format_rfc3339(at)); }
  JsonWriter& time(const std::optional<WallTime>& at) { return at ? time(*at) : null(); }
  JsonWriter& seconds(const std::optional<Duration>& length);

  std::size_t size() const { return out_.size(); }
  std::string take() { return std::move(out_); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void before_value();

  std::string out_;
  bool comma_ = false;  // before the next key or value
};

}  // namespace mainstay::control
