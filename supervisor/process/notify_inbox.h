// The two ways in which a service can notify: datagrams that stay in their socket until they are
// dealt with, and a newline in a pipe. Neither call blocks.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/fd.h"
#include "process/notify_message.h"

namespace mainstay::process {

struct NotifySender {
  int pid = 0;  // 0: in a pid namespace that we cannot see
  uid_t uid = 0;
};

struct NotifyDatagram {
  std::string_view bytes;  // valid until the next call
  bool whole = true;       // it was no longer than kMaxNotifyBytes
  std::optional<NotifySender> sender;
};

// Descriptors that come with a message are never received: the kernel closes them with the message.
class NotifySocket {
 public:
  // Looks at the first message without taking it; nothing when there is none. An empty message is
  // one.
  std::optional<NotifyDatagram> first(int socket);
  // Takes it off.
  static void take(int socket);

 private:
  std::array<char, kMaxNotifyBytes> buffer_;
};

enum class NotifyPipeSays : std::uint8_t { Nothing, Ready, Empty, Ended };

// Looks for a newline in a pipe (s6's notification descriptor), in as much as a page. What comes
// before it is taken out; the newline stays, so that whoever reads the pipe after us sees it too.
NotifyPipeSays look_into_pipe(int pipe);
// The same in all that there is, though not in what somebody writes for ever.
NotifyPipeSays look_through_pipe(int pipe);
// Takes out what there is, up to a page; false: it has ended.
bool empty_pipe(int pipe);

}  // namespace mainstay::process
