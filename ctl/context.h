// What a verb works with: its arguments, where its text goes, and the way to the supervisor.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/time.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/interrupts.h"
#include "ctl/output.h"
#include "mainstay/endpoint.h"
#include "mainstay/exit_codes.h"

namespace mainstay::ctl {

// For requests that the supervisor answers at once: longer means that it hangs.
inline constexpr Duration kAnswerTime = std::chrono::seconds{10};
// For services to come up: `up`, `start`, `restart`, `scale`.
inline constexpr Duration kStartTime = std::chrono::seconds{60};

class Context {
 public:
  struct Parts {
    Arguments arguments;
    Endpoint endpoint;                // what was asked for, else the defaults of the mode
    std::optional<Duration> timeout;  // --timeout
    EnvironmentLookup environment;
    Output* out = nullptr;      // results
    Output* notices = nullptr;  // everything else
    Interrupts* interrupts = nullptr;
  };

  explicit Context(Parts parts);

  const Arguments& arguments() const { return parts_.arguments; }
  const std::vector<std::string>& words() const { return parts_.arguments.words; }
  bool has(std::string_view option) const { return parts_.arguments.has(option); }
  std::optional<std::string> value(std::string_view option) const {
    return parts_.arguments.value(option);
  }
  bool json() const { return has("json"); }
  Duration timeout_or(Duration otherwise) const { return parts_.timeout.value_or(otherwise); }
  const Endpoint& endpoint() const { return parts_.endpoint; }
  const EnvironmentLookup& environment() const { return parts_.environment; }
  Output& out() { return *parts_.out; }
  Output& notices() { return *parts_.notices; }
  Interrupts& interrupts() { return *parts_.interrupts; }
  Client& client() { return client_; }
  // One more connection, for what goes on beside the first.
  Client another_client() const;

  // A request that is answered at once, with --timeout or kAnswerTime.
  Answer ask(std::string_view method, Json params = Json::object());
  // {"targets": the words} when there are any, from word `from` on.
  Json targets(std::size_t from = 0) const;

  CtlExit print_json(const Json& result);
  // "ctl: message", then at most one line more.
  CtlExit fail(CtlExit code, std::string_view message, std::string_view hint = {});
  CtlExit fail_usage(std::string_view message);
  CtlExit fail(const Failure& failure);
  // After Ctrl-C: what goes on without us. main() then ends by the signal.
  CtlExit interrupted(std::string_view what_goes_on);
  // This verb goes on until Ctrl-C, which is then its proper end.
  void ends_by_interrupt() { ends_by_interrupt_ = true; }
  bool is_ended_by_interrupt() const { return ends_by_interrupt_; }
  // The terminal shows ^C where the cursor was: takes it away.
  void wipe_echo();
  // "ctl: text" on stderr, now.
  void notice(std::string_view text);

 private:
  Parts parts_;
  Client client_;
  bool ends_by_interrupt_ = false;
};

}  // namespace mainstay::ctl
