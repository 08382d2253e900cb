// Whether what was installed still fits the system: what `ctl boot status` tells.
#pragma once

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

// `own_program`: the supervisor beside this ctl, or empty.
Look look_at(Target target, bool user, const Host& host, const std::string& own_program);

Json json_of(const Look& look);
std::string text_of_look(const Look& look);

}  // namespace mainstay::ctl::boot
