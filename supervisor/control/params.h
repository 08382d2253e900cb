// The parameters of one request, read by name and type; the first problem is kept, later ones
// dropped.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "control/rpc.h"

namespace mainstay::control {

class Params {
 public:
  // `known`: every name the method takes; another one is a problem ("…; did you mean 'targets'?").
  Params(const ParsedParams& params, std::span<const std::string_view> known);

  // Absent and null are the same. A value of another type is a problem, and reads as absent.
  std::optional<std::string> text(std::string_view name);
  std::optional<std::int64_t> whole(std::string_view name, std::int64_t least, std::int64_t most);
  bool flag(std::string_view name, bool otherwise);
  std::optional<WallTime> time(std::string_view name);    // RFC 3339
  std::vector<std::string> texts(std::string_view name);  // a list of strings, or one string
  // "targets", which must be there: a change is never made to everything because a list was
  // forgotten.
  std::vector<std::string> required_targets();
  // The value as JSON text.
  std::optional<std::string> json(std::string_view name) const;
  bool is_number(std::string_view name) const;

  // Notes that `name` is missing or wrong: "targets: …".
  void refuse(std::string_view name, std::string_view why);
  const std::optional<RpcFailure>& problem() const { return problem_; }

 private:
  const ParsedParams& params_;
  std::optional<RpcFailure> problem_;
};

}  // namespace mainstay::control
