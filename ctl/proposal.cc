#include "ctl/proposal.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "ctl/json_fields.h"

namespace mainstay::ctl {

Json file_params(const Context& context) {
  if (context.words().empty()) return Json::object();
  std::error_code error;
  const std::filesystem::path file{context.words()[0]};
  const auto whole = std::filesystem::absolute(file, error).lexically_normal();
  return Json{{"file", (error ? file : whole).native()}};
}

std::optional<bool> would_change(Client& client, std::string_view file, Duration patience) {
  const Answer plan = client.call("config.plan", Json{{"file", file}}, patience);
  if (!plan) return std::nullopt;
  return flag_of(plan.result(), "changes");
}

CtlExit fail_proposal(Context& context, const Failure& failure) {
  if (failure.code != "invalid_config") return context.fail(failure);
  std::string_view rest = failure.message;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    context.notices().line(safe_line(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  static_cast<void>(context.notices().flush());
  return CtlExit::Usage;
}

}  // namespace mainstay::ctl
