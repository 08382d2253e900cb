// Any bytes as an sd_notify message: what comes out is bounded, and fit to be shown.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>

#include "base/text.h"
#include "process/notify_message.h"

namespace {

namespace model = mainstay::model;

bool is_fit(const std::string& text) {
  return text.size() <= model::kMaxStatusBytes && mainstay::is_valid_utf8(text) &&
         text.find('\t') == std::string::npos && text.find('\n') == std::string::npos &&
         mainstay::escape_for_terminal(text, false) == text;
}

bool is_sound(const model::Notification& said) {
  if (const auto* status = std::get_if<model::NotifyStatus>(&said)) return is_fit(status->text);
  if (const auto* error = std::get_if<model::NotifyBusError>(&said)) return is_fit(error->name);
  if (const auto* main = std::get_if<model::NotifyMainPid>(&said)) return main->pid > 0;
  if (const auto* time = std::get_if<model::NotifyWatchdogTime>(&said))
    return time->within >= mainstay::Duration{0};
  if (const auto* time = std::get_if<model::NotifyExtendTimeout>(&said))
    return time->by >= mainstay::Duration{0};
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message =
      mainstay::process::parse_notify_message({reinterpret_cast<const char*>(data), size});
  if (!message) return 0;
  std::set<std::size_t> kinds;
  for (const model::Notification& said : message->says) {
    if (!is_sound(said) || !kinds.insert(said.index()).second) std::abort();
  }
  if (message->not_understood.size() > size) std::abort();
  return 0;
}
