#include "controller_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "mainstay/endpoint.h"

namespace mainstay {

namespace {

int* descriptor_option(ControllerArguments& out, std::string_view name) {
  if (name == "--keeper-fd") return &out.keeper_fd;
  if (name == "--config-fd") return &out.config_fd;
  if (name == "--state-fd") return &out.state_fd;
  return nullptr;
}

template <typename Number>
bool read_number(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

// "5,60": crashes, seconds.
bool read_drain(std::string_view text, ControllerArguments& out) {
  const auto comma = std::min(text.find(','), text.size());
  Drain drain;
  std::int64_t seconds = 0;
  const bool sound = read_number(text.substr(0, comma), drain.crashes) &&
                     read_number(text.substr(std::min(comma + 1, text.size())), seconds);
  drain.lasts = std::chrono::seconds{seconds};
  if (sound) out.drain = drain;
  return sound;
}

// Of what only our keeper says. Nothing: none of these.
std::optional<bool> apply_ours(ControllerArguments& out, std::string_view name,
                               std::string_view value) {
  if (int* fd = descriptor_option(out, name)) return read_number(value, *fd);
  if (name == "--after-drain") return read_number(value, out.after_drain);
  if (name == "--drain") return read_drain(value, out);
  return std::nullopt;
}

bool is_ours(std::string_view argument) {
  return argument.starts_with("--keeper-fd") || argument.starts_with("--drain") ||
         argument.starts_with("--after-drain");
}

Status apply(ControllerArguments& out, std::string_view name, const std::string& value) {
  if (name == "--config") {
    out.config = value;
  } else if (name == "--state-dir") {
    out.state_dir = value;
  } else if (name == "--log-dir") {
    out.log_dir = value;
  } else if (name == "--socket") {
    out.socket = value;
  } else if (const auto sound = apply_ours(out, name, value)) {
    if (!*sound) return Error{fmt::format("{}: '{}' is not a number", name, value)};
  } else {
    return Error{fmt::format("unknown option '{}'", name)};
  }
  return {};
}

}  // namespace

Result<ControllerArguments> parse_controller_arguments(std::span<char* const> arguments,
                                                       bool as_root) {
  const Endpoint endpoint = default_endpoint(as_root, process_environment);
  ControllerArguments out;
  out.config = endpoint.config;
  out.state_dir = endpoint.state_dir;
  out.default_log_dir = endpoint.log_dir;
  out.socket = endpoint.socket;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    const bool ours = is_ours(argument);
    if (!ours) out.words.emplace_back(argument);
    if (argument == "--check" || argument == "--foreground" || argument == "--core") {
      out.check = out.check || argument == "--check";
      continue;
    }
    const std::size_t equals = argument.find('=');
    const std::string_view name = argument.substr(0, equals);
    if (equals == std::string_view::npos && i + 1 >= arguments.size()) {
      return Error{fmt::format("{} needs a value", name)};
    }
    const bool apart = equals == std::string_view::npos;
    const std::string value{apart ? std::string_view{arguments[++i]} : argument.substr(equals + 1)};
    if (apart && !ours) out.words.push_back(value);
    if (const Status applied = apply(out, name, value); !applied) return applied.error();
  }
  return out;
}

}  // namespace mainstay
