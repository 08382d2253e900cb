#include "ctl/boot/render.h"

#include <fmt/format.h>

#include "base/text.h"
#include "ctl/boot/quoting.h"
#include "ctl/boot/record.h"
#include "ctl/boot/templates.h"

namespace mainstay::ctl::boot {

namespace {

constexpr std::string_view kNote =
    "Made by ctl boot, which renews it at the next install. What it stands for: ctl boot status";

using Values = TemplateValues;

std::string_view template_of(const Plan& plan) {
  switch (plan.target) {
    case Target::Systemd:
      return plan.user ? kSystemdUser : kSystemdSystem;
    case Target::Launchd:
      return plan.user ? kLaunchdAgent : kLaunchdDaemon;
    case Target::WindowsTask:
      return kWindowsTask;
    case Target::OpenRc:
      return kOpenRc;
  }
  return "";
}

template <typename Quote>
std::string quoted(const std::vector<std::string>& words, const Quote& quote) {
  std::vector<std::string> out;
  for (const std::string& word : words)
    out.push_back(quote(word));
  return join(out, " ");
}

std::vector<std::string> arguments_of(const Plan& plan) {
  std::vector<std::string> words = command_words(plan);
  words.erase(words.begin());
  return words;
}

void add_systemd(const Plan& plan, Values& values) {
  const auto word = [](const std::string& text) { return systemd_word(text, false); };
  values["command"] = systemd_word(plan.program, true) + " " + quoted(arguments_of(plan), word);
  values["ctl"] = systemd_word(ctl_of(plan), true);
  values["config"] = word(plan.config);
}

void add_launchd(const Plan& plan, Values& values) {
  std::vector<std::string> lines;
  for (const std::string& word : command_words(plan))
    lines.push_back("    <string>" + xml_text(word) + "</string>");
  values["arguments"] = join(lines, "\n");
  values["own_log"] = xml_text(plan.log_dir + "/supervisor.log");
}

// LocalSystem, else the account whether it is logged on or not (S4U: without its password).
std::string principal_of(const Plan& plan) {
  if (!plan.user) {
    return "      <UserId>S-1-5-18</UserId>\n      <RunLevel>HighestAvailable</RunLevel>";
  }
  return fmt::format(
      "      <UserId>{}</UserId>\n      <LogonType>S4U</LogonType>\n"
      "      <RunLevel>LeastPrivilege</RunLevel>",
      xml_text(plan.account));
}

void add_windows(const Plan& plan, Values& values) {
  values["program"] = xml_text(plan.program);
  values["arguments"] = xml_text(quoted(arguments_of(plan), windows_word));
  values["principal"] = principal_of(plan);
}

// openrc-run evaluates command and command_args once more.
void add_openrc(const Plan& plan, Values& values) {
  values["program"] = shell_word(shell_word(plan.program));
  values["arguments"] = shell_word(quoted(arguments_of(plan), shell_word));
  values["ctl"] = shell_word(ctl_of(plan));
  values["config"] = shell_word(plan.config);
  values["log_dir"] = shell_word(plan.log_dir);
  values["own_log"] = shell_word(plan.log_dir + "/supervisor.log");
}

Values values_of(const Plan& plan) {
  Values values{{"note", std::string{kNote}},
                {"unit", std::string{unit_of(plan.target)}},
                {"record", record_line(plan)}};
  switch (plan.target) {
    case Target::Systemd:
      add_systemd(plan, values);
      break;
    case Target::Launchd:
      add_launchd(plan, values);
      break;
    case Target::WindowsTask:
      add_windows(plan, values);
      break;
    case Target::OpenRc:
      add_openrc(plan, values);
      break;
  }
  return values;
}

}  // namespace

std::string fill_template(std::string_view text, const TemplateValues& values) {
  std::string out;
  for (std::size_t open = 0; (open = text.find("{{")) != std::string_view::npos;) {
    const std::size_t close = text.find("}}", open);
    out += text.substr(0, open);
    out += values.at(std::string{text.substr(open + 2, close - open - 2)});
    text.remove_prefix(close + 2);
  }
  return out.append(text);
}

Result<std::string> render(const Plan& plan) {
  for (const std::string& word :
       {plan.program, plan.config, plan.state_dir, plan.socket, plan.log_dir, plan.account}) {
    if (!is_writable(word)) {
      return Error{
          fmt::format("cannot write '{}' into a file for {}: it has control characters "
                      "or is no UTF-8; use another path",
                      escape_for_terminal(word, false), name_of(plan.target))};
    }
  }
  return seal(fill_template(template_of(plan), values_of(plan)));
}

}  // namespace mainstay::ctl::boot
