#include "facts.h"

#include <fmt/format.h>
#include <unistd.h>

#include <map>
#include <string>

#include "io/clock.h"
#include "mainstay/version.h"
#include "process/user_posix.h"
#include "upgrade.h"

namespace mainstay {

control::Facts make_facts(const ControllerArguments& arguments,
                          const process::KeeperWelcome& welcome, const Inheritance& inherited,
                          const std::filesystem::path& log_dir) {
  const Now now = io::read_clocks();
  control::Facts facts;
  facts.pid = welcome.keeper_pid;
  facts.controller_pid = getpid();
  facts.started = {welcome.started, now.wall_of(welcome.started)};
  facts.config = inherited.config_file();
  facts.state_dir = arguments.state_dir;
  facts.log_dir = log_dir;
  facts.socket = arguments.socket;
  facts.users = {{0, "root"}};
  const process::User own = process::current_user();
  facts.users.emplace(own.uid, own.name);
  if (const auto upgrade = decode_upgrade_note(inherited.note()))
    facts.upgrade = {upgrade->from, !arguments.fell_back, now.wall};
  if (const auto& drain = arguments.drain)
    facts.drain = {drain->crashes, now.wall, now.wall + drain->lasts};
  return facts;
}

namespace {

// The data of the event supervisor_restarted.
std::map<std::string, std::string> why_restarted(std::string_view note,
                                                 const ControllerArguments& arguments) {
  if (arguments.after_drain > 0)
    return {{"cause", "crash loop"}, {"crashes", fmt::to_string(arguments.after_drain)}};
  const auto upgrade = decode_upgrade_note(note);
  if (!upgrade) return {};
  if (arguments.fell_back) return {{"cause", "failed upgrade"}, {"who", upgrade->who}};
  return {{"cause", "upgrade"},
          {"from", upgrade->from},
          {"to", std::string{kVersion}},
          {"who", upgrade->who}};
}

}  // namespace

runtime::ControllerOptions make_options(const ControllerArguments& arguments,
                                        const process::KeeperWelcome& welcome,
                                        std::string_view note,
                                        std::optional<runtime::Renewal> renewal) {
  runtime::ControllerOptions options;
  options.jitter_seed = static_cast<std::uint64_t>(io::read_clocks().wall.since_epoch.count());
  options.next_run_id = welcome.largest_run + 1;
  options.restarted = why_restarted(note, arguments);
  if (renewal) options.restarted = {{"cause", "apply"}, {"who", renewal->who}};
  options.renewal = std::move(renewal);
  return options;
}

}  // namespace mainstay
