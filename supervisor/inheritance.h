// What a controller finds with the keeper when another one was there before it, and leaves there
// for the next: the configuration in force, the instances' records, the control socket. Without a
// former one they are made anew.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "config/loader.h"
#include "model/ecosystem.h"
#include "process/event_ring.h"
#include "process/handover.h"
#include "process/keeper_client.h"
#include "process/state_store.h"

namespace mainstay {

inline constexpr const char* kLogSinkName = "log-sink";

class Inheritance {
 public:
  // A descriptor that the keeper had stored; an unknown name is dropped.
  void take(std::string_view name, UniqueFd fd);
  // What a controller whose keeper had died has handed over goes to this keeper; its runs are given
  // back. Nothing when there is no such thing. `notice` is told when it cannot be used.
  std::vector<process::HandedRun> take_handover(
      process::KeeperClient& keeper, const std::function<void(const std::string&)>& notice);
  // There was a controller before us, with another keeper.
  bool handed_over() const { return handed_over_; }
  // What it had to say about that.
  const std::string& note() const { return note_; }
  // Duplicates of what the keeper stores: one by name (empty if there is none), or all.
  UniqueFd copy(const std::string& name) const;
  std::vector<std::pair<std::string, UniqueFd>> copies() const;

  // The configuration in force, else the file. What is wrong with it is printed on stderr like a
  // compiler does; the error is its first line.
  // When a supervisor has died as a whole, and the file has errors now: what was in force then, if
  // the service manager has kept it; `notice` is told.
  Result<model::Ecosystem> load_configuration(
      const std::filesystem::path& file, process::KeeperClient& keeper,
      const std::function<void(const std::string&)>& notice);
  // Of what is in force: everything that was read, as a digest, and the file itself.
  const std::string& config_hash() const { return config_hash_; }
  const std::filesystem::path& config_file() const { return config_file_; }
  // The instances' records of a supervisor that died as a whole; empty where nobody kept them.
  // With them everything that was left is done with.
  std::vector<std::pair<std::uint32_t, std::string>> take_left_records(
      process::KeeperClient& keeper);
  // The keeper holds it under that name for the next controller.
  void keep(process::KeeperClient& keeper, const std::string& name, int fd);
  void drop(process::KeeperClient& keeper, const std::string& name);

  // Records of the former controller, else new ones: "state" (runtime/records.h), "losses" of logs
  // (logs/losses.h) or "checks" (runtime/looks.h). `on_loss` is told when they cannot be read: the
  // keeper's table is enough to go on with.
  Result<process::MemfdStateStore> open_state(
      const std::string& name, process::KeeperClient& keeper,
      const std::function<void(const std::string&)>& on_loss);
  // Its latest events, the same way.
  Result<process::MemfdEventRing> open_events(
      process::KeeperClient& keeper, const std::function<void(const std::string&)>& on_loss);
  // Of logs::UnlockedMoves; may be null.
  std::shared_ptr<const UniqueFd> log_sink() const { return log_sink_; }
  // Listening.
  Result<UniqueFd> open_control_socket(const std::filesystem::path& path,
                                       process::KeeperClient& keeper);
  // What the page is listened for on; none: nothing is bound yet.
  std::vector<UniqueFd> take_page();
  void keep_page(process::KeeperClient& keeper, std::span<const UniqueFd> sockets);
  // Nobody may wait there for a page that does not come.
  void drop_page(process::KeeperClient& keeper);

 private:
  Result<config::Loaded> load_new(const std::filesystem::path& file,
                                  const std::function<void(const std::string&)>& notice);
  template <typename Store>
  Result<Store> open_store(const std::string& name, process::KeeperClient& keeper,
                           const std::function<void(const std::string&)>& on_loss);

  UniqueFd config_;
  UniqueFd left_config_;
  UniqueFd left_state_;
  std::string config_hash_;
  std::filesystem::path config_file_;
  std::map<std::string, UniqueFd> stores_;
  UniqueFd control_;
  std::shared_ptr<const UniqueFd> log_sink_;
  std::vector<UniqueFd> page_;
  UniqueFd handover_;
  bool handed_over_ = false;
  std::string note_;
  std::map<std::string, UniqueFd> kept_;  // duplicates
};

// The keeper closes them when it ends; so do we, with what is returned.
std::vector<UniqueFd> leave_open(process::KeeperClient& keeper, std::vector<UniqueFd> fds);

// A configuration in memory, as it was encoded: everything that was read. Bounded.
Result<std::string> read_sources(int memfd);
// Of that: what tells one configuration from another.
std::string hash_of(std::string_view sources);

// The configuration that a supervisor keeps in memory (as "config").
Result<model::Ecosystem> load_configuration_from(int memfd);

}  // namespace mainstay
