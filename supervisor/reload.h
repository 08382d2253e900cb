// What a reload (HUP, `systemctl reload`) does: the ecosystem file takes the place of what is in
// force, as by `ctl apply`, and what came of it is told to the log and, by the keeper, to the
// service manager.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "control/configuration.h"
#include "process/keeper_client.h"

namespace mainstay {

// Loop thread only.
class Reload {
 public:
  using Say = std::function<void(const std::string&)>;

  // A controller that `only_watches` changes nothing.
  Reload(process::KeeperClient& keeper, control::Configuration& configuration, bool only_watches,
         Say say)
      : keeper_(keeper),
        configuration_(configuration),
        only_watches_(only_watches),
        say_(std::move(say)) {}

  // Begins with the next after_turn() in which no other change is under way. If this controller
  // ends before, nothing is answered, and the keeper asks the next one.
  void ask(std::uint32_t number) { asked_ = number; }
  void after_turn();

 private:
  void finish(const std::variant<control::Proposal, control::RpcFailure>& applied);
  void answer(const std::string& found);

  process::KeeperClient& keeper_;
  control::Configuration& configuration_;
  bool only_watches_;
  Say say_;
  std::optional<std::uint32_t> asked_;  // the latest that has not begun
  std::uint32_t number_ = 0;            // of the one that is answered next
};

}  // namespace mainstay
