// What install and remove would do, as a list: decided first, then done or only shown.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "ctl/boot/host.h"

namespace mainstay::ctl::boot {

struct Step {
  enum class Kind { Write, Remove, Run };

  Kind kind = Kind::Run;
  std::string path;  // Write, Remove
  std::string text;  // Write
  unsigned mode = 0644;
  std::vector<std::string> command;  // Run
  std::string otherwise;             // Run: what to do when it fails, which then ends nothing
};

Step write_step(std::string path, std::string text, unsigned mode = 0644);
Step remove_step(std::string path);
Step run_step(std::vector<std::string> command, std::string otherwise = {});

// "write /etc/systemd/system/mainstay.service", "run systemctl daemon-reload".
std::string text_of_step(const Step& step);
// {"write": path}, {"remove": path} or {"run": [words]}.
Json json_of_step(const Step& step);

// `notes` gets what to do about a step that failed and may.
Status carry_out(const Host& host, const std::vector<Step>& steps, std::vector<std::string>& notes);

}  // namespace mainstay::ctl::boot
