#include "history/crash_record.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "base/json.h"
#include "base/text.h"

namespace mainstay::history {

namespace {

using Data = std::map<std::string, std::string>;

std::optional<std::int64_t> number(const Data& data, const std::string& key) {
  const auto found = data.find(key);
  if (found == data.end()) return std::nullopt;
  const std::string& digits = found->second;
  std::int64_t value = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool all = parsed.ec == std::errc{} && parsed.ptr == digits.data() + digits.size();
  return all ? std::optional{value} : std::nullopt;
}

std::string said(const Data& data, const std::string& key) {
  const auto found = data.find(key);
  return found == data.end() ? std::string{} : found->second;
}

Duration milliseconds(const Data& data, const std::string& key) {
  return std::chrono::milliseconds{number(data, key).value_or(0)};
}

std::uint32_t index_of(std::string_view shown_name) {
  const auto colon = shown_name.rfind(':');
  std::uint32_t index = 0;
  if (colon == std::string_view::npos) return index;
  std::from_chars(shown_name.data() + colon + 1, shown_name.data() + shown_name.size(), index);
  return index;
}

// Stops and planned restarts name themselves, and "killed" is how they end when the service does
// not follow. What counts like a crash is named here.
bool is_abnormal(const CrashRecord& end, const Data& data, const model::RestartPolicy& restart) {
  for (const char* cause : {"unhealthy", "memory limit", "not ready in time"})
    if (end.cause == cause) return true;
  // A start is also given up, as failed, when the service is stopped meanwhile.
  if (end.cause == "start failed") return said(data, "wanted") != "down";
  if (end.cause != "exited") return false;
  if (!end.code) return true;
  return !policy::is_success(restart, {runtime::ExitStatus::Kind::Code, *end.code, false});
}

double seconds_with_millis(Duration length) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(length).count();
  return static_cast<double>(ms) / 1000.0;
}

Json json_of(const LastOutput& output) {
  Json lines = Json::array();
  for (const std::string& line : output.lines)
    lines.push_back(line);
  Json json{{"stream", output.stream}, {"lines", std::move(lines)}};
  if (output.cut) json["cut"] = true;
  return json;
}

void add_if(Json& json, const char* name, const std::string& value) {
  if (!value.empty()) json[name] = value;
}

const Json* find(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::string text(const Json& object, const char* name) {
  const Json* value = find(object, name);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string{};
}

template <typename Whole>
Whole whole(const Json& object, const char* name) {
  const Json* value = find(object, name);
  if (value == nullptr || !value->is_number_integer()) return 0;
  const auto wide = value->get<std::int64_t>();
  return std::in_range<Whole>(wide) ? static_cast<Whole>(wide) : Whole{0};
}

bool flag(const Json& object, const char* name) {
  const Json* value = find(object, name);
  return value != nullptr && value->is_boolean() && value->get<bool>();
}

// Longer than any run, and far from what a Duration can hold.
Duration seconds(const Json& object, const char* name) {
  constexpr double kMost = 4e9;
  const Json* value = find(object, name);
  const double length = value != nullptr && value->is_number() ? value->get<double>() : 0;
  if (!(length > 0 && length < kMost)) return Duration{0};
  return std::chrono::milliseconds{static_cast<std::int64_t>(length * 1000 + 0.5)};
}

LastOutput output_of(const Json& json) {
  LastOutput output{text(json, "stream"), {}, flag(json, "cut")};
  const Json* lines = find(json, "lines");
  if (lines == nullptr || !lines->is_array()) return output;
  for (const Json& line : *lines)
    if (line.is_string()) output.lines.push_back(line.get<std::string>());
  return output;
}

}  // namespace

std::optional<CrashRecord> crash_of(const runtime::Event& event,
                                    const model::RestartPolicy& restart) {
  if (event.kind != EventKind::ServiceExited) return std::nullopt;
  const Data& data = event.data;
  CrashRecord record;
  record.cause = said(data, "cause");
  if (const auto code = number(data, "code")) record.code = static_cast<int>(*code);
  if (!is_abnormal(record, data, restart)) return std::nullopt;
  record.at = event.at + -milliseconds(data, "late_ms");
  record.service = event.service;
  record.instance = event.instance;
  record.index = index_of(event.instance);
  record.run = RunId{static_cast<std::uint64_t>(number(data, "run").value_or(0))};
  record.pid = static_cast<int>(number(data, "pid").value_or(0));
  record.signal = said(data, "signal");
  record.core_dumped = data.contains("core");
  record.error = said(data, "error");
  record.run_time = milliseconds(data, "run_ms");
  record.cpu = milliseconds(data, "cpu_ms");
  record.peak_memory_bytes =
      static_cast<std::uint64_t>(number(data, "peak_memory_bytes").value_or(0));
  return record;
}

std::string ending(const CrashRecord& record) {
  if (!record.signal.empty())
    return record.signal.starts_with("signal ") ? record.signal : "signal " + record.signal;
  if (record.code) return fmt::format("code {}", *record.code);
  return record.cause == "exited" ? "an unknown status" : record.cause;
}

std::string encode(const CrashRecord& record) {
  Json json{{"at", format_rfc3339_micros(record.at)},
            {"service", record.service},
            {"instance", record.instance},
            {"index", record.index},
            {"run", record.run.value}};
  json["pid"] = record.pid == 0 ? Json() : Json(record.pid);
  json["code"] = record.code ? Json(*record.code) : Json();
  json["signal"] = record.signal.empty() ? Json() : Json(record.signal);
  if (record.core_dumped) json["core_dumped"] = true;
  add_if(json, "core", record.core);
  json["reason"] = record.cause;
  add_if(json, "error", record.error);
  json["run_seconds"] = seconds_with_millis(record.run_time);
  json["cpu_seconds"] = seconds_with_millis(record.cpu);
  json["peak_memory_bytes"] =
      record.peak_memory_bytes == 0 ? Json() : Json(record.peak_memory_bytes);
  add_if(json, "out_of_memory", record.out_of_memory);
  if (record.left_out > 0) json["left_out"] = record.left_out;
  json["output"] = Json::array();
  for (const LastOutput& output : record.output)
    json["output"].push_back(json_of(output));
  return dump_json(json);
}

Result<CrashRecord> decode_crash(std::string_view line) {
  constexpr JsonLimits kLimits{8, 128};
  const auto parsed = parse_json(line, kLimits);
  if (!parsed) return parsed.error();
  const Json& json = *parsed;
  if (!json.is_object()) return Error{"it is no object"};
  const auto at = parse_rfc3339(text(json, "at"));
  if (!at) return Error{"at: " + at.error().message};
  CrashRecord record;
  record.at = *at;
  record.service = text(json, "service");
  record.instance = text(json, "instance");
  record.index = whole<std::uint32_t>(json, "index");
  record.run = RunId{whole<std::uint64_t>(json, "run")};
  record.pid = whole<int>(json, "pid");
  const Json* code = find(json, "code");
  if (code != nullptr && code->is_number_integer()) record.code = whole<int>(json, "code");
  record.signal = text(json, "signal");
  record.core_dumped = flag(json, "core_dumped");
  record.core = text(json, "core");
  record.cause = text(json, "reason");
  record.error = text(json, "error");
  record.run_time = seconds(json, "run_seconds");
  record.cpu = seconds(json, "cpu_seconds");
  record.peak_memory_bytes = whole<std::uint64_t>(json, "peak_memory_bytes");
  record.out_of_memory = text(json, "out_of_memory");
  record.left_out = whole<std::uint64_t>(json, "left_out");
  const Json* output = find(json, "output");
  for (const Json& stream : output != nullptr && output->is_array() ? *output : Json::array())
    record.output.push_back(output_of(stream));
  return record;
}

}  // namespace mainstay::history
