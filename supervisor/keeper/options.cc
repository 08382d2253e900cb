#include "keeper/options.h"

namespace mainstay::keeper {

const std::string_view kHelpText =
    R"(supervisor: keeps declared services running; ctl talks to it

usage: supervisor [options]
  --config FILE     the ecosystem file (default: /etc/mainstay/ecosystem.yaml as root, else ./ecosystem.yaml)
  --state-dir DIR   what must survive a restart, and the lock (one supervisor per directory)
  --log-dir DIR     where the output of services goes
  --socket PATH     the control socket that ctl connects to
  --foreground      accepted for clarity: it always runs in the foreground ('ctl up' starts it in the background)
  --core            lets a crash of the supervisor itself leave a core file; it has services' secrets in it
  --check           checks the ecosystem file and exits with 0 or 2
  --version         prints the version
  --help            prints this

exit codes: 0 asked to stop, 1 could not start, 2 bad arguments or ecosystem file, else the code of the
essential service that failed
)";

namespace {

constexpr std::string_view kWithValue[] = {"--config", "--state-dir", "--log-dir", "--socket"};

bool takes_value(std::string_view name) {
  for (const std::string_view known : kWithValue) {
    if (name == known) return true;
  }
  return false;
}

bool set_flag(Options& options, std::string_view name) {
  if (name == "--check") return options.check = true;
  if (name == "--version") return options.version = true;
  if (name == "--core") return options.core = true;
  if (name == "--help" || name == "-h") return options.help = true;
  return name == "--foreground";
}

Error usage(std::string what) {
  return Error{"cannot start: " + std::move(what) + "; see supervisor --help"};
}

}  // namespace

Result<Options> parse_options(std::span<char* const> arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    const std::size_t equals = argument.find('=');
    const std::string name{argument.substr(0, equals)};
    const bool has_equals = equals != std::string_view::npos;
    if (!takes_value(name)) {
      if (!has_equals && set_flag(options, name)) continue;
      return usage("unknown option '" + std::string{argument} + "'");
    }
    if (!has_equals && i + 1 == arguments.size()) return usage(name + " needs a value");
    const std::string_view value = has_equals ? argument.substr(equals + 1) : arguments[++i];
    if (value.empty()) return usage(name + " needs a value");
    if (name == "--state-dir") options.state_dir = value;
  }
  return options;
}

}  // namespace mainstay::keeper
