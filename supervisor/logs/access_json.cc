#include "logs/access_json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>

#include "logs/access_time.h"
#include "logs/json_scan.h"
#include "logs/json_text.h"

namespace mainstay::logs {

namespace {

using namespace std::chrono_literals;

constexpr int kDepth = 3;

enum class Field : std::uint8_t { Method, Path, Request, Status, Took };

struct Key {
  std::string_view name;
  Field field;
  Duration unit = 1s;  // of a number that has none
};

constexpr std::array kAccessKeys = {
    Key{"method", Field::Method},
    Key{"request_method", Field::Method},
    Key{"requestMethod", Field::Method},
    Key{"RequestMethod", Field::Method},
    Key{"http.method", Field::Method},
    Key{"http_method", Field::Method},
    Key{"path", Field::Path},
    Key{"uri", Field::Path},
    Key{"url", Field::Path},
    Key{"request_uri", Field::Path},
    Key{"requestUrl", Field::Path},
    Key{"RequestPath", Field::Path},
    Key{"http.target", Field::Path},
    Key{"request", Field::Request},
    Key{"status", Field::Status},
    Key{"status_code", Field::Status},
    Key{"statusCode", Field::Status},
    Key{"DownstreamStatus", Field::Status},
    Key{"http_status", Field::Status},
    Key{"http.status_code", Field::Status},
    Key{"request_time", Field::Took},
    Key{"duration", Field::Took},
    Key{"elapsed", Field::Took},
    Key{"latency", Field::Took},
    Key{"took", Field::Took},
    Key{"duration_ms", Field::Took, 1ms},
    Key{"durationMs", Field::Took, 1ms},
    Key{"elapsed_ms", Field::Took, 1ms},
    Key{"latency_ms", Field::Took, 1ms},
    Key{"took_ms", Field::Took, 1ms},
    Key{"responseTime", Field::Took, 1ms},
    Key{"response_time", Field::Took, 1ms},
    Key{"response_time_ms", Field::Took, 1ms},
    Key{"duration_us", Field::Took, 1us},
    Key{"latency_us", Field::Took, 1us},
    Key{"duration_ns", Field::Took, 1ns},
    Key{"Duration", Field::Took, 1ns},
};

void take_status(AccessEntry& entry, std::string_view value) {
  int status = 0;
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), status);
  if (parsed.ec == std::errc{} && parsed.ptr == value.data() + value.size() && status >= 100 &&
      status < 600)
    entry.status = status;
}

// "GET /x HTTP/1.1"
void take_request(AccessEntry& entry, std::string_view value) {
  const std::size_t method = value.find(' ');
  if (method == std::string_view::npos) return;
  const std::string_view rest = value.substr(method + 1);
  entry.method = value.substr(0, method);
  entry.target = rest.substr(0, rest.find(' '));
}

void take(AccessEntry& entry, const Key& key, std::string_view value, bool is_text) {
  switch (key.field) {
    case Field::Method:
      if (is_text) entry.method = value;
      return;
    case Field::Path:
      if (is_text && entry.target.empty()) entry.target = value;
      return;
    case Field::Request:
      if (is_text) take_request(entry, value);
      return;
    case Field::Status:
      return take_status(entry, value);
    case Field::Took:
      if (const auto took = parse_took(value, key.unit)) entry.took = took;
      return;
  }
}

bool is_target(std::string_view target) {
  return target.starts_with('/') || target.starts_with("http");
}

}  // namespace

std::optional<AccessEntry> parse_access_json(std::string_view line, std::string& storage) {
  AccessEntry entry;
  JsonScan scan{line};
  for_each_member(scan, kDepth, [&](std::string_view key, std::string_view value, bool is_text) {
    const auto known = std::find_if(kAccessKeys.begin(), kAccessKeys.end(),
                                    [key](const Key& candidate) { return candidate.name == key; });
    if (known != kAccessKeys.end()) take(entry, *known, value, is_text);
  });
  if (entry.target.find('\\') != std::string_view::npos)
    entry.target = storage = unescape_json(entry.target);
  if (entry.status == 0 || !is_target(entry.target) || entry.method.size() > 16)
    return std::nullopt;
  return entry;
}

}  // namespace mainstay::logs
