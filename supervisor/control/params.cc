#include "control/params.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "control/parsed_params.h"

namespace mainstay::control {

namespace {

// Names from a client are shortened before they are said back.
std::string shown(std::string_view name) {
  constexpr std::size_t kLongest = 64;
  return to_valid_utf8(name.substr(0, kLongest)) + (name.size() > kLongest ? "…" : "");
}

std::string unknown_name(std::string_view name, std::span<const std::string_view> known) {
  const std::vector<std::string> names(known.begin(), known.end());
  const std::string takes = names.empty() ? "it takes none" : "it takes " + join(names, ", ");
  const std::string meant = name.size() <= 64 ? did_you_mean(name, names) : std::string();
  return fmt::format("unknown parameter '{}'{}", shown(name), meant.empty() ? "; " + takes : meant);
}

// Null when it is absent or null.
const Json* member(const ParsedParams& params, std::string_view name) {
  const auto found = params.object.find(std::string(name));
  return found == params.object.end() || found->is_null() ? nullptr : &*found;
}

}  // namespace

Params::Params(const ParsedParams& params, std::span<const std::string_view> known)
    : params_(params) {
  for (const auto& member : params.object.items()) {
    if (std::find(known.begin(), known.end(), member.key()) != known.end()) continue;
    problem_ = {RpcError::InvalidParams, "invalid_params", unknown_name(member.key(), known)};
    return;
  }
}

std::optional<std::string> Params::json(std::string_view name) const {
  const Json* found = member(params_, name);
  if (found == nullptr) return std::nullopt;
  return dump_json(*found);
}

bool Params::is_number(std::string_view name) const {
  const Json* found = member(params_, name);
  return found != nullptr && found->is_number();
}

std::optional<WallTime> Params::time(std::string_view name) {
  const auto written = text(name);
  if (!written) return std::nullopt;
  const auto parsed = parse_rfc3339(*written);
  if (parsed) return *parsed;
  refuse(name, parsed.error().message);
  return std::nullopt;
}

void Params::refuse(std::string_view name, std::string_view why) {
  if (problem_) return;
  problem_ = {RpcError::InvalidParams, "invalid_params", fmt::format("{}: {}", name, why)};
}

std::optional<std::string> Params::text(std::string_view name) {
  const Json* found = member(params_, name);
  if (found == nullptr) return std::nullopt;
  if (found->is_string()) return found->get<std::string>();
  refuse(name, fmt::format("must be a string, not {}", json_kind(*found)));
  return std::nullopt;
}

std::optional<std::int64_t> Params::whole(std::string_view name, std::int64_t least,
                                          std::int64_t most) {
  const Json* found = member(params_, name);
  if (found == nullptr) return std::nullopt;
  if (!found->is_number_integer()) {
    refuse(name, fmt::format("must be a whole number, not {}", json_kind(*found)));
    return std::nullopt;
  }
  // Above the signed range the value would come back negative.
  const bool huge = found->is_number_unsigned() && found->get<std::uint64_t>() > INT64_MAX;
  const auto number = huge ? INT64_MAX : found->get<std::int64_t>();
  if (!huge && number >= least && number <= most) return number;
  refuse(name, most == INT64_MAX ? fmt::format("must be {} or more", least)
                                 : fmt::format("must be between {} and {}", least, most));
  return std::nullopt;
}

bool Params::flag(std::string_view name, bool otherwise) {
  const Json* found = member(params_, name);
  if (found == nullptr) return otherwise;
  if (found->is_boolean()) return found->get<bool>();
  refuse(name, fmt::format("must be true or false, not {}", json_kind(*found)));
  return otherwise;
}

std::vector<std::string> Params::texts(std::string_view name) {
  const Json* found = member(params_, name);
  if (found == nullptr) return {};
  if (found->is_string()) return {found->get<std::string>()};
  if (!found->is_array()) {
    refuse(name, fmt::format("must be a list of strings, not {}", json_kind(*found)));
    return {};
  }
  std::vector<std::string> texts;
  for (const Json& element : *found) {
    if (!element.is_string()) {
      refuse(name, fmt::format("must be a list of strings, but one is {}", json_kind(element)));
      return {};
    }
    texts.push_back(element.get<std::string>());
  }
  return texts;
}

std::vector<std::string> Params::required_targets() {
  auto targets = texts("targets");
  if (targets.empty()) refuse("targets", "is missing; name services, or \"all\"");
  return targets;
}

}  // namespace mainstay::control
