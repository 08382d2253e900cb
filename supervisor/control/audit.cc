#include "control/audit.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "base/utf8.h"

namespace mainstay::control {

namespace {

constexpr std::size_t kLongestText = 300;

std::string verb_of(std::string_view method) {
  const auto dot = method.find('.');
  const std::string_view family = method.substr(0, dot);
  const std::string_view verb = method.substr(dot + 1);
  const bool plain = family == "services" || family == "supervisor";
  return plain ? std::string{verb} : fmt::format("{} {}", family, verb);
}

// What clients write is hostile, and may be long.
std::string clean(std::string_view text) {
  return to_valid_utf8(cut_utf8(text, kLongestText));
}

}  // namespace

Audit::Audit(runtime::Controller& controller, std::string_view method, const Asker& asker)
    : controller_(controller) {
  data_ = {{"verb", verb_of(method)}, {"who", clean(asker.who)}, {"from", "control socket"}};
  if (asker.web) {
    data_["via"] = "web";
    data_["from"] = asker.web->from.empty() ? "gateway" : clean(asker.web->from);
  }
  if (!asker.user.empty()) data_["user"] = asker.user;
  if (asker.pid != 0) data_["pid"] = std::to_string(asker.pid);
}

void Audit::set_targets(const std::vector<std::string>& targets,
                        std::vector<InstanceId> instances) {
  set("targets", join(targets, " "));
  about_ = std::move(instances);
}

void Audit::set(const std::string& key, std::string_view value) {
  data_[key] = clean(value);
}

Audit::Data Audit::told(std::string_view result) const {
  Data data = data_;
  data["result"] = result;
  return data;
}

void Audit::accept(Result result) {
  if (over_ || std::exchange(accepted_, true)) return;
  over_ = result == Result::IsNotAwaited;
  controller_.audit(about_, told("accepted"));
}

void Audit::end(std::string_view result, std::string_view reason) {
  if (std::exchange(over_, true)) return;
  Data data = told(result);
  if (!reason.empty()) data["reason"] = clean(reason);
  controller_.audit(about_, std::move(data));
}

Audit::Data Audit::take_accepted() {
  over_ = true;
  return told("accepted");
}

}  // namespace mainstay::control
