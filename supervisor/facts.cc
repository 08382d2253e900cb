#include "facts.h"

#include <unistd.h>

#include "io/clock.h"
#include "mainstay/version.h"
#include "upgrade.h"

namespace mainstay {

control::Facts make_facts(const ControllerArguments& arguments,
                          const process::KeeperWelcome& welcome, std::string_view note,
                          const std::filesystem::path& log_dir) {
  const Now now = io::read_clocks();
  control::Facts facts;
  facts.pid = welcome.keeper_pid;
  facts.controller_pid = getpid();
  facts.started = {welcome.started, now.wall_of(welcome.started)};
  facts.config = arguments.config;
  facts.state_dir = arguments.state_dir;
  facts.log_dir = log_dir;
  facts.socket = arguments.socket;
  if (const auto upgrade = decode_upgrade_note(note))
    facts.upgrade = {upgrade->from, !arguments.fell_back, now.wall};
  return facts;
}

runtime::ControllerOptions make_options(const ControllerArguments& arguments,
                                        const process::KeeperWelcome& welcome,
                                        std::string_view note) {
  runtime::ControllerOptions options;
  options.jitter_seed = static_cast<std::uint64_t>(io::read_clocks().wall.since_epoch.count());
  options.next_run_id = welcome.largest_run + 1;
  options.restarted = why_restarted(note, arguments.fell_back);
  return options;
}

std::map<std::string, std::string> why_restarted(std::string_view note, bool fell_back) {
  const auto upgrade = decode_upgrade_note(note);
  if (!upgrade) return {};
  if (fell_back) return {{"cause", "failed upgrade"}, {"who", upgrade->who}};
  return {{"cause", "upgrade"},
          {"from", upgrade->from},
          {"to", std::string{kVersion}},
          {"who", upgrade->who}};
}

}  // namespace mainstay
