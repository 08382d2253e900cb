#include "ctl/boot/record.h"

#include <fmt/format.h>

#include <cstdint>

#include "base/json.h"
#include "ctl/json_fields.h"
#include "mainstay/version.h"

namespace mainstay::ctl::boot {

namespace {

constexpr std::string_view kMark = "ctl boot: {";
constexpr std::string_view kNoSum = "0000000000000000";
constexpr std::string_view kSumKey = "\"checksum\":\"";

// FNV-1a: it is to notice hands, not enemies, who could write a checksum as well.
std::string sum_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return fmt::format("{:016x}", hash);
}

std::size_t sum_place(std::string_view text) {
  const std::size_t mark = text.find(kMark);
  if (mark == std::string_view::npos) return std::string_view::npos;
  const std::size_t key = text.find(kSumKey, mark);
  if (key == std::string_view::npos || key + kSumKey.size() + kNoSum.size() > text.size())
    return std::string_view::npos;
  return key + kSumKey.size();
}

// XML comments have no "--" in them.
std::string without_dashes(std::string text) {
  for (std::size_t at = text.find('-'); at != std::string::npos; at = text.find('-', at + 6))
    text.replace(at, 1, "\\u002d");
  return text;
}

std::string_view line_at(std::string_view text, std::size_t place) {
  const std::size_t end = text.find('\n', place);
  std::string_view line = text.substr(place, end == std::string_view::npos ? end : end - place);
  const std::size_t close = line.rfind('}');
  return close == std::string_view::npos ? line : line.substr(0, close + 1);
}

}  // namespace

std::string record_line(const Plan& plan) {
  const Json record{{"checksum", std::string{kNoSum}},
                    {"version", std::string{kVersion}},
                    {"target", std::string{name_of(plan.target)}},
                    {"user", plan.user},
                    {"program", plan.program},
                    {"config", plan.config},
                    {"state_dir", plan.state_dir},
                    {"socket", plan.socket},
                    {"log_dir", plan.log_dir},
                    {"log_dir_is_named", plan.log_dir_is_named},
                    {"account", plan.account}};
  return "ctl boot: " + without_dashes(dump_json(record));
}

std::string seal(std::string text) {
  const std::string sum = sum_of(text);
  const std::size_t place = sum_place(text);
  if (place != std::string::npos) text.replace(place, kNoSum.size(), sum);
  return text;
}

std::optional<Record> read_record(std::string_view text) {
  const std::size_t place = sum_place(text);
  if (place == std::string_view::npos) return std::nullopt;
  const auto json = parse_json(line_at(text, text.find(kMark) + kMark.size() - 1), {});
  if (!json) return std::nullopt;
  const auto target = target_named(raw_text_of(*json, "target"));
  if (!target) return std::nullopt;
  Record record;
  record.plan = {*target,
                 flag_of(*json, "user"),
                 raw_text_of(*json, "program"),
                 raw_text_of(*json, "config"),
                 raw_text_of(*json, "state_dir"),
                 raw_text_of(*json, "socket"),
                 raw_text_of(*json, "log_dir"),
                 flag_of(*json, "log_dir_is_named"),
                 raw_text_of(*json, "account")};
  record.version = raw_text_of(*json, "version");
  std::string unsealed{text};
  unsealed.replace(place, kNoSum.size(), kNoSum);
  record.intact = sum_of(unsealed) == text.substr(place, kNoSum.size());
  return record;
}

}  // namespace mainstay::ctl::boot
