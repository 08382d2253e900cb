// What a person asked to be changed, for the list of events: who, from where, what, and how it
// ended.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "control/rpc.h"
#include "runtime/controller.h"

namespace mainstay::control {

// Who asks: "uid 1000", "bob" (empty: not known), the process on the other end; or somebody over
// the page.
struct Asker {
  std::string who;
  std::string user;
  int pid = 0;
  std::optional<OnBehalf> web{};
};

// Of one request. Its event is numbered before anything is done, so that a death in between does
// not lose it: "accepted", and a second one once the result is known; or one alone, when it is
// known at once.
class Audit {
 public:
  using Data = std::map<std::string, std::string>;

  // `method`: "services.restart", told as "restart". `controller` outlives this.
  Audit(runtime::Controller& controller, std::string_view method, const Asker& asker);
  Audit(const Audit&) = delete;
  Audit& operator=(const Audit&) = delete;

  void set_targets(const std::vector<std::string>& targets, std::vector<InstanceId> instances);
  void set(const std::string& key, std::string_view value);

  enum class Result { Follows, IsNotAwaited };
  // It is going to be done.
  void accept(Result result);
  // How it ended; only the first time counts.
  void end(std::string_view result, std::string_view reason = {});
  // Somebody else makes the event, from this.
  Data take_accepted();

 private:
  Data told(std::string_view result) const;

  runtime::Controller& controller_;
  Data data_;
  std::vector<InstanceId> about_;
  bool accepted_ = false;
  bool over_ = false;
};

}  // namespace mainstay::control
