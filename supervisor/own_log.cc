#include "own_log.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <string>

#include "base/text.h"

namespace mainstay {

namespace {

// A reader of our stderr that has stopped reading must not stop us: the line is dropped then. What
// fits in PIPE_BUF is written whole once the descriptor is writable.
void write_line(std::string text) {
  constexpr std::size_t kMost = 4000;
  if (text.size() > kMost) text.resize(kMost);
  text.push_back('\n');
  pollfd stderr_now{STDERR_FILENO, POLLOUT, 0};
  if (poll(&stderr_now, 1, 0) != 1 || (stderr_now.revents & POLLOUT) == 0) return;
  if (write(STDERR_FILENO, text.data(), text.size()) < 0) return;
}

}  // namespace

void OwnLog::on_event(const runtime::Event& event) {
  std::string text;
  const std::string& subject = event.instance.empty() ? event.service : event.instance;
  if (!subject.empty()) text += subject + ": ";
  text += to_string(event.kind);
  for (const auto& [key, value] : event.data)
    text += fmt::format(" {}={}", key, value);
  line(event.at, text);
}

void OwnLog::line(WallTime at, std::string_view text) {
  write_line(fmt::format("{} {}", format_local_date_clock(at), escape_for_terminal(text, false)));
  if (on_line_) on_line_();
}

}  // namespace mainstay
