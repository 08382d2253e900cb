// Whether what was installed still fits the system: what `ctl boot status` tells.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "ctl/boot/host.h"
#include "ctl/boot/plan.h"
#include "ctl/boot/record.h"

namespace mainstay::ctl::boot {

struct Finding {
  std::string code;  // a word for programs: "not_enabled"
  std::string message;
  std::string hint;
};

struct Look {
  Target target = Target::Systemd;
  bool user = false;
  std::string file;              // empty: not installed
  std::optional<Record> record;  // nothing: not of our making
  bool enabled = false;
  std::string
      activity;  // as the system says it: "active", "failed"; empty where it cannot be asked
  std::vector<Finding> findings;
};

// Asks the supervisor on `socket` whether applying `file` would change anything. Nothing: it cannot
// be asked, or does not tell.
using WouldChange =
    std::function<std::optional<bool>(const std::string& socket, const std::string& file)>;

// `own_program`: the supervisor beside this ctl, or empty.
Look look_at(Target target, bool user, const Host& host, const std::string& own_program,
             const WouldChange& would_change);

Json json_of(const Look& look);
std::string text_of_look(const Look& look);

}  // namespace mainstay::ctl::boot
