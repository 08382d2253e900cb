// What a controller finds with the keeper when another one was there before it, and leaves there
// for the next: the configuration in force, the instances' records, the control socket. Without a
// former one they are made anew.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"
#include "model/ecosystem.h"
#include "process/keeper_client.h"
#include "process/state_store.h"

namespace mainstay {

class Inheritance {
 public:
  // A descriptor that the keeper had stored; an unknown name is dropped.
  void take(std::string_view name, UniqueFd fd);

  // The configuration in force, else the file. What is wrong with it is printed on stderr like a
  // compiler does; the error is its first line.
  Result<model::Ecosystem> load_configuration(const std::filesystem::path& file,
                                              process::KeeperClient& keeper);
  // `on_loss` is told when the records cannot be read: the keeper's table is enough to go on with.
  Result<process::MemfdStateStore> open_state(
      process::KeeperClient& keeper, const std::function<void(const std::string&)>& on_loss);
  // What logs have lost (logs/losses.h), in the same way.
  Result<process::MemfdStateStore> open_losses(
      process::KeeperClient& keeper, const std::function<void(const std::string&)>& on_loss);
  // Listening.
  Result<UniqueFd> open_control_socket(const std::filesystem::path& path,
                                       process::KeeperClient& keeper);

 private:
  UniqueFd config_;
  UniqueFd state_;
  UniqueFd losses_;
  UniqueFd control_;
};

}  // namespace mainstay
