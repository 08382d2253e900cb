// What services say of themselves goes to the checks, or to the runtime.
#include <fmt/format.h>

#include <optional>
#include <system_error>
#include <variant>

#include "io/clock.h"
#include "parts.h"

namespace mainstay {

namespace {

using checks::Said;

// For the checks that wait for it.
struct ForChecks {
  using Answer = std::optional<Said>;
  Answer operator()(const model::NotifyReady&) const { return Said{.what = Said::What::Ready}; }
  Answer operator()(const model::NotifyWatchdog&) const { return Said{.what = Said::What::Alive}; }
  Answer operator()(const model::NotifyWatchdogTrigger&) const {
    return Said{.what = Said::What::Trigger};
  }
  Answer operator()(const model::NotifyWatchdogTime& time) const {
    return Said{Said::What::WatchdogTime, time.within};
  }
  template <typename Other>
  Answer operator()(const Other&) const {
    return std::nullopt;
  }
};

constexpr const char* kReloading = "reloading";

// For people.
struct AsStatus {
  using Answer = std::optional<std::string>;
  Answer operator()(const model::NotifyStatus& status) const { return status.text; }
  Answer operator()(const model::NotifyReloading&) const { return kReloading; }
  Answer operator()(const model::NotifyStopping&) const { return "stopping"; }
  Answer operator()(const model::NotifyErrno& error) const {
    return "error: " + std::generic_category().message(error.number);
  }
  Answer operator()(const model::NotifyBusError& error) const { return "error: " + error.name; }
  Answer operator()(const model::NotifyMainPid& main) const {
    return fmt::format("its main process is {}", main.pid);
  }
  template <typename Other>
  Answer operator()(const Other&) const {
    return std::nullopt;
  }
};

}  // namespace

void Parts::hear(RunId run, const model::Notification& told) {
  if (const auto said = std::visit(ForChecks{}, told)) engine.heard(run, *said);
  if (std::holds_alternative<model::NotifyReady>(told)) end_reload(run);
  if (auto text = std::visit(AsStatus{}, told)) {
    controller.post(runtime::SaidStatus{run, std::move(*text)});
  }
  if (const auto* more = std::get_if<model::NotifyExtendTimeout>(&told)) {
    controller.post(runtime::MoreTime{run, more->by});
  }
}

// READY=1 after RELOADING=1. What the service has said in words stays.
void Parts::end_reload(RunId run) {
  const auto instance = controller.instance_of(run);
  if (instance && controller.status(*instance, io::read_clocks()).said == kReloading)
    controller.post(runtime::SaidStatus{run, ""});
}

}  // namespace mainstay
