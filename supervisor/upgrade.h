// `ctl upgrade`: the programs that are installed now take the place of those that run.
//
// They are tried first, on what they would have to take over. Then the keeper pauses, so that every
// exit is known here, gets everything in a handover, and replaces its own program; the controller
// that the new one starts takes the handover. Should that not be ready in 5 seconds the keeper goes
// back to the old programs. Services notice nothing. Loop thread only.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "inheritance.h"
#include "io/loop.h"
#include "process/keeper_client.h"
#include "process/runner.h"
#include "programs.h"

namespace mainstay {

class Upgrade {
 public:
  // With the version that is installed, or why it cannot take over.
  using Tried = std::function<void(Result<std::string>)>;

  Upgrade(io::Loop& loop, process::KeeperClient& keeper, process::ProcessRunner& runner,
          Inheritance& inherited, Programs programs);

  // Tries the installed programs in a worker. When they are good the upgrade begins by itself with
  // the next after_turn(); what was asked for meanwhile is refused.
  void begin(const std::string& who, Tried tried);
  // Nothing may be settled any more.
  bool under_way() const { return step_ != Step::None && step_ != Step::Trying; }
  // After every turn of the loop; `drained`: every client has its answers. True when everything is
  // handed over and this process should end.
  bool after_turn(bool drained);
  void on_paused() { step_ = Step::Paused; }

 private:
  enum class Step { None, Trying, Good, Pausing, Paused, Over };

  void hand_over();

  io::Loop& loop_;
  process::KeeperClient& keeper_;
  process::ProcessRunner& runner_;
  Inheritance& inherited_;
  Programs programs_;
  Step step_ = Step::None;
  std::string note_;
};

// What a handover's note says of an upgrade.
struct UpgradeNote {
  std::string from;
  std::string who;
};
std::string encode(const UpgradeNote& note);
std::optional<UpgradeNote> decode_upgrade_note(std::string_view text);

// For `mainstay-controller --check --config-fd N --state-fd M`: can this program take over from one
// whose configuration and records these are? 0, or 1 after saying why not.
int check_takeover(int config_fd, int state_fd);

}  // namespace mainstay
