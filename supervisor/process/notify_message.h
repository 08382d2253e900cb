// The text of sd_notify(3) messages: lines of KEY=VALUE. Pure; the text is hostile.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/notification.h"

namespace mainstay::process {

// As long as systemd takes them (its NOTIFY_BUFFER_MAX).
inline constexpr std::size_t kMaxNotifyBytes = 4096;

struct NotifyMessage {
  // At most one of each kind, in the order in which they are to be acted upon; of READY=1,
  // RELOADING=1 and STOPPING=1 the last one counts, of everything else the first.
  std::vector<model::Notification> says;
  bool stores_descriptors = false;  // FDSTORE=1
  // The first line whose key is known and whose value makes no sense, which is ignored: for the
  // log, not yet made fit for it.
  std::string not_understood;
};

// What is empty or has only unknown keys says nothing, and is no error. An error: there is a NUL
// byte in it (one at the end is fine).
Result<NotifyMessage> parse_notify_message(std::string_view bytes);

}  // namespace mainstay::process
