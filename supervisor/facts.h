// What the supervisor says of itself, and of how it came to be.
#pragma once

#include <filesystem>
#include <string_view>

#include "control/context.h"
#include "controller_options.h"
#include "inheritance.h"
#include "process/keeper_messages.h"
#include "runtime/controller.h"

namespace mainstay {

// `log_dir`: where the logs are.
control::Facts make_facts(const ControllerArguments& arguments,
                          const process::KeeperWelcome& welcome, const Inheritance& inherited,
                          const std::filesystem::path& log_dir);

// What the runtime is told of that; `note`: what was handed over with (Inheritance::note).
runtime::ControllerOptions make_options(const ControllerArguments& arguments,
                                        const process::KeeperWelcome& welcome,
                                        std::string_view note,
                                        std::optional<runtime::Renewal> renewal);

}  // namespace mainstay
