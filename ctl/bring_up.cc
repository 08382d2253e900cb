#include "ctl/bring_up.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "ctl/display_width.h"
#include "ctl/drain_text.h"
#include "ctl/json_fields.h"
#include "ctl/progress.h"
#include "ctl/waiting.h"
#include "io/clock.h"

namespace mainstay::ctl {

namespace {

// Uptimes and countdowns tick without events.
constexpr Duration kRefresh = std::chrono::seconds{1};

class Watch {
 public:
  Watch(Context& context, const Expectation& expected, MonoTime began)
      : context_(context), expected_(expected), began_(began), progress_(context.notices()) {}

  CtlExit until(MonoTime deadline) {
    for (;;) {
      // Events are numbered before the services are looked at, so none falls in between.
      if (auto failure = number_events()) return fail(*failure);
      Answer answer = context_.ask("services.list");
      if (!answer) return fail(answer.failure());
      list_ = std::move(answer.result());
      services_ = views_of(list_of(list_, "services"));
      std::erase_if(services_, [this](const ServiceView& service) { return !concerns(service); });
      report_arrived();
      const MonoTime now = io::read_clocks().mono;
      if (!show_pending(now) || now >= deadline) return finish(now);
      wait_for_event(std::min(kRefresh, deadline - now));
    }
  }

 private:
  bool concerns(const ServiceView& service) const {
    return expected_.only.empty() || expected_.only.contains(service.service);
  }

  std::optional<Failure> number_events() {
    const Answer answer = context_.ask("events.list", Json{{"limit", 1}});
    if (!answer) return answer.failure();
    next_event_ = whole_of(answer.result(), "next").value_or(0);
    return std::nullopt;
  }

  // Whatever ends the wait, the services are looked at again.
  void wait_for_event(Duration at_most) {
    Client events = context_.another_client();
    static_cast<void>(events.call("events.follow", Json{{"from", next_event_}}, at_most,
                                  [](const Json&) { return false; }));
  }

  std::size_t name_width() const {
    std::size_t width = 0;
    for (const ServiceView& service : services_) {
      width = std::max(width, display_width(service.name));
    }
    return width;
  }

  void report_arrived() {
    for (const ServiceView& service : services_) {
      if (arrival_of(service, expected_) != Arrival::Pending) report(service);
    }
  }

  void report(const ServiceView& service) {
    if (context_.json() || !reported_.insert(service.name).second) return;
    progress_.clear();
    Output& out = context_.out();
    out.line(arrival_line(service, expected_, name_width(), out.terminal()));
    static_cast<void>(out.flush());
  }

  bool show_pending(MonoTime now) {
    std::vector<ServiceView> pending;
    for (const ServiceView& service : services_) {
      if (arrival_of(service, expected_) == Arrival::Pending) pending.push_back(service);
    }
    waiting_.update(std::move(pending));
    if (waiting_.empty()) return false;
    // Less than a second is not worth a line.
    if (!context_.json() && now - began_ >= kRefresh) {
      progress_.show(waiting_.line(context_.notices().terminal()), waiting_.what());
    }
    return true;
  }

  CtlExit finish(MonoTime now) {
    progress_.clear();
    const CtlExit code = arrival_exit(services_, expected_);
    if (context_.json()) {
      if (!expected_.quiet) context_.print_json(list_);
      return code;
    }
    for (const ServiceView& service : services_)
      report(service);
    Output& out = context_.out();
    out.line(arrival_summary(services_, expected_, now - began_, page_of(list_), out.terminal()));
    if (code == CtlExit::TimedOut) {
      static_cast<void>(out.flush());
      return context_.fail(code, fmt::format("gave up waiting for {}; the start goes on, ctl "
                                             "status shows it",
                                             waiting_.names()));
    }
    return code;
  }

  CtlExit fail(const Failure& failure) {
    progress_.clear();
    if (failure.kind != Failure::Kind::Interrupted) return context_.fail(failure);
    return context_.interrupted("the start goes on; ctl status shows it, ctl down stops it");
  }

  Context& context_;
  const Expectation& expected_;
  MonoTime began_;
  Progress progress_;
  Waiting waiting_{"waiting for"};
  Json list_;
  std::vector<ServiceView> services_;
  std::set<std::string> reported_;
  std::int64_t next_event_ = 0;
};

}  // namespace

CtlExit await_arrivals(Context& context, const Expectation& expected, MonoTime began,
                       MonoTime deadline) {
  return Watch{context, expected, began}.until(deadline);
}

}  // namespace mainstay::ctl
