// The files of packaging/, put into the program when it is built: {{name}} stands for a value.
#pragma once

#include <string_view>

namespace mainstay::ctl::boot {

extern const std::string_view kSystemdSystem, kSystemdUser, kLaunchdDaemon, kLaunchdAgent,
    kWindowsTask, kOpenRc;

}  // namespace mainstay::ctl::boot
