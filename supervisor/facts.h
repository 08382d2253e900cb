// What the supervisor says of itself, and of how it came to be.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "control/context.h"
#include "controller_options.h"
#include "process/keeper_messages.h"
#include "runtime/controller.h"

namespace mainstay {

// `note`: what was handed over with (Inheritance::note); `log_dir`: where the logs are.
control::Facts make_facts(const ControllerArguments& arguments,
                          const process::KeeperWelcome& welcome, std::string_view note,
                          const std::filesystem::path& log_dir);

runtime::ControllerOptions make_options(const ControllerArguments& arguments,
                                        const process::KeeperWelcome& welcome,
                                        std::string_view note);

// The data of the event supervisor_restarted.
std::map<std::string, std::string> why_restarted(std::string_view note, bool fell_back);

}  // namespace mainstay
