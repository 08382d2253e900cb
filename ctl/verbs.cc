#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "base/text.h"
#include "ctl/commands/commands.h"
#include "ctl/verb.h"

namespace mainstay::ctl {

namespace {

constexpr std::array<const Verb*, 30> kVerbs = {
    &kUp,      &kDown,    &kStatus,       &kShow,   &kWhy,         &kStart, &kStop,     &kRestart,
    &kReload,  &kEnable,  &kDisable,      &kSignal, &kReset,       &kScale, &kLogs,     &kAnalyze,
    &kEvents,  &kHistory, &kAvailability, &kAudit,  &kMonitors,    &kCheck, &kPassword, &kToken,
    &kUpgrade, &kBoot,    &kCompletion,   &kPing,   &kVersionVerb, &kHelp};

constexpr std::string_view kTargets =
    "A TARGET is a name, name:instance, a glob such as 'web-*', @tag, or all.\n";

constexpr std::string_view kExitCodes =
    "Exit codes: 0 done, 1 failed, 2 usage, 3 not running or not healthy, 4 no such target,\n"
    "5 supervisor unreachable, 6 denied, 7 timed out.\n";

std::string option_text(const OptionSpec& option) {
  std::string name = option.letter != 0 ? fmt::format("-{}, ", option.letter) : "    ";
  name += fmt::format("--{}", option.name);
  if (!option.value.empty()) name += fmt::format(" {}", option.value);
  return fmt::format("  {:<22}{}\n", name, option.help);
}

std::string options_text(std::string_view title, std::span<const OptionSpec> options) {
  if (options.empty()) return "";
  std::string out = fmt::format("\n{}\n", title);
  for (const OptionSpec& option : options)
    out += option_text(option);
  return out;
}

bool has_alias(const Verb& verb, std::string_view name) {
  return std::find(verb.aliases.begin(), verb.aliases.end(), name) != verb.aliases.end();
}

}  // namespace

std::span<const Verb* const> all_verbs() {
  return kVerbs;
}

const Verb* find_verb(std::string_view name, std::span<const Verb* const> verbs) {
  const auto at = std::find_if(verbs.begin(), verbs.end(), [&](const Verb* verb) {
    return verb->name == name || has_alias(*verb, name);
  });
  return at == verbs.end() ? nullptr : *at;
}

std::string did_you_mean_verb(std::string_view name, std::span<const Verb* const> verbs) {
  std::vector<std::string> names;
  for (const Verb* verb : verbs) {
    names.emplace_back(verb->name);
    for (const std::string_view alias : verb->aliases)
      names.emplace_back(alias);
  }
  return did_you_mean(name, names);
}

std::string help_text(std::span<const Verb* const> verbs) {
  std::string out = "usage: ctl VERB [ARGUMENTS] [OPTIONS]\n\n";
  for (const Verb* verb : verbs)
    out += fmt::format("  {:<14}{}\n", verb->name, verb->summary);
  out += options_text("With every verb:", global_options());
  return out.append("\n")
      .append(kTargets)
      .append(kExitCodes)
      .append("More about one: ctl help VERB\n");
}

std::string help_text(const Verb& verb) {
  std::string out = fmt::format("usage: ctl {}\n\n{}.\n", verb.usage, verb.summary);
  out[out.find("\n\n") + 2] = static_cast<char>(std::toupper(verb.summary[0]));
  if (!verb.details.empty()) out += fmt::format("{}\n", verb.details);
  if (verb.usage.find("TARGET") != std::string_view::npos) out += kTargets;
  if (!verb.aliases.empty()) {
    out += "Also called";
    for (const std::string_view alias : verb.aliases) {
      out += fmt::format("{} {}", alias == verb.aliases.front() ? "" : ",", alias);
    }
    out += ".\n";
  }
  out += options_text("Options:", verb.options);
  return out + options_text("With every verb:", global_options());
}

}  // namespace mainstay::ctl
