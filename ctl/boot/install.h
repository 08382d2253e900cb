// Decides what install and remove have to do, and whether they may.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ctl/boot/host.h"
#include "ctl/boot/plan.h"
#include "ctl/boot/steps.h"
#include "mainstay/exit_codes.h"

namespace mainstay::ctl::boot {

// Why there is no --user with it.
inline constexpr std::string_view kOpenRcForUsers = "OpenRC starts nothing for single users here";

// Why not: one line, and what to do instead.
struct Refusal {
  CtlExit code = CtlExit::Failed;
  std::string message;
  std::string hint;
};

// Does the target start services on this system, and is --user meant as it was typed?
std::optional<Refusal> refuse(Target target, bool user, const Host& host);

// No steps: everything is as it should be.
std::variant<std::vector<Step>, Refusal> install_steps(const Plan& plan, const Host& host);
std::variant<std::vector<Step>, Refusal> remove_steps(Target target, bool user, const Host& host);

}  // namespace mainstay::ctl::boot
