#include "ctl/status_watch.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "base/text.h"
#include "ctl/drain_text.h"
#include "ctl/json_fields.h"
#include "ctl/screen.h"
#include "ctl/status_text.h"
#include "io/clock.h"

namespace mainstay::ctl {

namespace {

constexpr int kRefreshMs = 1000;
constexpr std::string_view kKeys = "q: end";

// What makes a new table worth printing; numbers that tick do not.
std::string essence_of(const std::vector<ServiceView>& services) {
  std::string essence;
  for (const ServiceView& s : services) {
    essence +=
        fmt::format("{} {} {} {} {}\n", s.name, s.state, s.health, s.pid.value_or(0), s.restarts);
  }
  return essence;
}

class Watcher {
 public:
  explicit Watcher(Context& context)
      : context_(context),
        live_(context.out().terminal().interactive && !context.json()),
        keys_(::isatty(STDIN_FILENO) != 0 ? STDIN_FILENO : STDOUT_FILENO) {}

  CtlExit run() {
    // Errors before the first table are ordinary ones.
    if (const auto failure = look()) return context_.fail(*failure);
    std::optional<Screen> screen;
    if (live_) screen.emplace(keys_, STDOUT_FILENO);
    for (;;) {
      if (!show()) return CtlExit::Done;
      if (!wait()) return CtlExit::Done;
      const auto failure = look();
      if (failure && failure->kind == Failure::Kind::Interrupted) return CtlExit::Done;
      if (failure && failure->kind != Failure::Kind::Unreachable &&
          failure->kind != Failure::Kind::TimedOut) {
        screen.reset();
        return context_.fail(*failure);
      }
    }
  }

 private:
  // Keeps the last table when there is no answer: it is shown with how old it is.
  std::optional<Failure> look() {
    Answer answer = context_.ask("services.list", context_.targets());
    if (!answer) return answer.failure();
    result_ = std::move(answer.result());
    services_ = views_of(list_of(result_, "services"));
    seen_at_ = io::read_clocks().wall;
    return std::nullopt;
  }

  bool show() {
    Output& out = context_.out();
    if (live_) {
      out.write(frame());
    } else if (const std::string essence = essence_of(services_) + supervisor_text(result_, {});
               essence != shown_) {
      if (context_.json()) {
        context_.print_json(result_);
      } else {
        if (!shown_.empty()) out.line("");
        out.write(status_text(services_, seen_at_, out.terminal()) +
                  supervisor_text(result_, out.terminal()));
      }
      shown_ = essence;
    }
    return out.flush().ok() && !out.gone();
  }

  std::string frame() const {
    const Terminal& terminal = context_.out().terminal();
    const WallTime now = io::read_clocks().wall;
    const std::size_t rows = terminal.height.value_or(24);
    const bool old = now - seen_at_ > std::chrono::seconds{3};
    const std::string head =
        old ? fmt::format("{}  not live since {}, trying again  {}", format_local_clock(now),
                          format_local_clock(seen_at_), kKeys)
            : fmt::format("{}  {}", format_local_clock(now), kKeys);
    // The footer is worth more than the last rows of a table that is too long.
    const std::string table = status_table(services_, now, terminal);
    const std::string footer =
        status_footer(services_, terminal) + supervisor_text(result_, terminal);
    const auto used = static_cast<std::size_t>(std::count(footer.begin(), footer.end(), '\n')) + 1;
    return frame_of(first_lines(table, rows > used ? rows - used : 1) + footer + head, rows);
  }

  static std::string first_lines(const std::string& text, std::size_t count) {
    std::size_t at = 0;
    for (std::size_t i = 0; i < count && at != std::string::npos; ++i) {
      at = text.find('\n', at);
      if (at != std::string::npos) ++at;
    }
    return text.substr(0, at);
  }

  // A second, or until a key or a signal; false: it is over.
  bool wait() {
    std::array<pollfd, 3> watched{pollfd{context_.interrupts().fd(), POLLIN, 0},
                                  pollfd{context_.interrupts().resized_fd(), POLLIN, 0},
                                  pollfd{live_ ? keys_ : -1, POLLIN, 0}};
    const int ready = ::poll(watched.data(), watched.size(), kRefreshMs);
    if (ready < 0) return errno == EINTR;
    if (watched[0].revents != 0) return false;
    if (watched[1].revents != 0) resize();
    return watched[2].revents == 0 || !is_end_key();
  }

  bool is_end_key() {
    std::array<char, 64> keys{};
    const ssize_t got = ::read(keys_, keys.data(), keys.size());
    // A terminal that has gone away is an end, too.
    if (got < 0) return errno != EINTR;
    if (got == 0) return true;
    const std::string_view typed{keys.data(), static_cast<std::size_t>(got)};
    return typed.find_first_of("qQ\x04") != std::string_view::npos;
  }

  void resize() {
    context_.interrupts().take_resized();
    context_.out().set_terminal(
        detect_terminal(STDOUT_FILENO, context_.has("no-color"), context_.environment()));
  }

  Context& context_;
  bool live_;
  int keys_;
  Json result_;
  std::vector<ServiceView> services_;
  WallTime seen_at_;
  std::string shown_;
};

}  // namespace

CtlExit watch_status(Context& context) {
  context.ends_by_interrupt();
  return Watcher{context}.run();
}

}  // namespace mainstay::ctl
