#include "policy/run_end.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace mainstay::policy {

bool is_success(const model::RestartPolicy& policy, const ExitStatus& status) {
  if (status.kind != ExitStatus::Kind::Code) return false;
  return std::ranges::find(policy.success_codes, status.number) != policy.success_codes.end();
}

std::string describe(const ExitStatus& status) {
  switch (status.kind) {
    case ExitStatus::Kind::Code:
      return fmt::format("code {}", status.number);
    case ExitStatus::Kind::Signal:
      return fmt::format("signal {} ({}){}", status.number, signal_name(status.number),
                         status.core_dumped ? ", core dumped" : "");
    case ExitStatus::Kind::Unknown:
      return "an unknown status";
  }
  return {};
}

int failure_code(const ExitStatus& status) {
  switch (status.kind) {
    case ExitStatus::Kind::Code:
      return status.number == 0 ? 1 : status.number;
    case ExitStatus::Kind::Signal:
      return 128 + status.number;
    case ExitStatus::Kind::Unknown:
      return 1;
  }
  return 1;
}

}  // namespace mainstay::policy
