// Where each system looks for what it starts, and what it says about it.
#pragma once

#include <string>
#include <vector>

#include "ctl/boot/host.h"
#include "ctl/boot/plan.h"

namespace mainstay::ctl::boot {

// The file that install writes, on the system itself.
std::string file_of(Target target, bool user, const Host& host);
// The one in force: that, or what a package brought; empty when there is none.
std::string installed_file(Target target, bool user, const Host& host);
bool is_from_package(const std::string& file);

// "systemctl" or "systemctl --user", and `more`.
std::vector<std::string> systemctl(bool user, std::vector<std::string> more);

// What the system's own program answers, trimmed; empty when it cannot be asked.
std::string answer_of(const Host& host, const std::vector<std::string>& words);
bool is_enabled(Target target, bool user, const Host& host);
// Of user managers: does the one of this user run without a login?
bool is_lingering(const Host& host);

// What to type to start it now, and to look at why it does not.
std::string start_command(Target target, bool user, const Host& host);
std::string look_command(Target target, bool user);

}  // namespace mainstay::ctl::boot
