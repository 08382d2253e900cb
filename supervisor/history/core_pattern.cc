#include "history/core_pattern.h"

#include <fmt/format.h>

#include <cctype>

namespace mainstay::history {

namespace {

// One letter after a `%`; nothing for one that core(5) does not list.
std::string expanded(char letter, const DumpedProcess& process) {
  switch (letter) {
    case '%':
      return "%";
    case 'p':
      return std::to_string(process.pid);
    case 's':
      return process.signal ? std::to_string(*process.signal) : "*";
    case 'h':
      return process.host.empty() ? "*" : process.host;
    case 'C':
    case 'c':  // the processor, the limit and mode of the process, its names, its ids, the moment,
               // and
    case 'd':  // numbers in another namespace or of a thread
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'i':
    case 'I':
    case 'P':
    case 't':
    case 'u':
      return "*";
    default:
      return "";
  }
}

std::string expand(std::string_view pattern, const DumpedProcess& process) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%') {
      out += pattern[i];
    } else if (++i < pattern.size()) {
      out += expanded(pattern[i], process);
    }
  }
  return out;
}

std::string handler_of(std::string_view command, int pid) {
  while (command.starts_with(' '))
    command.remove_prefix(1);
  const std::string_view program = command.substr(0, command.find(' '));
  if (program.ends_with("systemd-coredump")) {
    return fmt::format("systemd-coredump: coredumpctl info {}", pid);
  }
  return fmt::format("given to {}", program);
}

}  // namespace

CorePlace place_of_core(const CorePattern& pattern, const DumpedProcess& process) {
  std::string_view text = pattern.pattern;
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0)
    text.remove_suffix(1);
  if (text.starts_with('|')) return {{}, handler_of(text.substr(1), process.pid)};
  if (text.starts_with('@')) {
    return {{}, fmt::format("sent to socket {}", text.substr(text.find_first_not_of('@')))};
  }
  if (text.empty() && !pattern.uses_pid) return {};
  std::string path = expand(text, process);
  if (pattern.uses_pid && text.find("%p") == std::string_view::npos)
    path += fmt::format(".{}", process.pid);
  return {(process.cwd / path).string(), {}};
}

}  // namespace mainstay::history
