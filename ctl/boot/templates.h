// The files of packaging/, put into the program when it is built: {{name}} stands for a value.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace mainstay::ctl::boot {

extern const std::string_view kSystemdSystem, kSystemdUser, kLaunchdDaemon, kLaunchdAgent,
    kWindowsTask, kOpenRc, kBashCompletion, kZshCompletion;

using TemplateValues = std::map<std::string, std::string, std::less<>>;

// Every name in the template must have a value; what a value holds is not looked into again.
std::string fill_template(std::string_view text, const TemplateValues& values);

}  // namespace mainstay::ctl::boot
