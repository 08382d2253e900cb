#include "controller_options.h"

#include <fmt/format.h>

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

Status apply(ControllerArguments& out, std::string_view name, const std::string& value) {
  if (name == "--config") {
    out.config = value;
  } else if (name == "--state-dir") {
    out.state_dir = value;
  } else if (name == "--log-dir") {
    out.log_dir = value;
  } else if (name == "--socket") {
    out.socket = value;
  } else if (int* fd = descriptor_option(out, name)) {
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), *fd);
    if (error != std::errc{} || end != value.data() + value.size()) {
      return Error{fmt::format("{}: '{}' is not a number", name, value)};
    }
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
    const bool is_ours = argument.starts_with("--keeper-fd");
    if (!is_ours) out.words.emplace_back(argument);
    if (argument == "--check" || argument == "--foreground") {
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
    if (apart && !is_ours) out.words.push_back(value);
    if (const Status applied = apply(out, name, value); !applied) return applied.error();
  }
  return out;
}

}  // namespace mainstay
