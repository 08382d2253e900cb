#include "control/port_clues.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <string>

#include "base/text.h"

namespace mainstay::control {

namespace {

constexpr std::size_t kMostPorts = 4;

std::optional<std::uint16_t> port_of(std::string_view digits) {
  std::uint16_t port = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, port);
  if (error != std::errc() || stop != end || port == 0) return std::nullopt;
  return port;
}

void add(std::vector<std::uint16_t>& ports, std::optional<std::uint16_t> port) {
  if (!port || ports.size() >= kMostPorts) return;
  if (std::find(ports.begin(), ports.end(), *port) == ports.end()) ports.push_back(*port);
}

// Whether what stands before a number makes it a port: "host:", "port ", "port: ", "port=", "', ".
bool introduces_port(std::string_view before) {
  if (before.ends_with("', ") || before.ends_with("\", ")) return true;
  if (before.ends_with(':')) return true;
  while (!before.empty() &&
         std::string_view(" :=\"'(").find(before.back()) != std::string_view::npos) {
    before.remove_suffix(1);
  }
  return before.ends_with("port");
}

// "12:34:56" is a time and "::1" an address: a port is not followed by more of either.
bool ends_port(std::string_view after) {
  return after.empty() ||
         (after.front() != ':' && after.front() != '.' &&
          !std::isalnum(static_cast<unsigned char>(after.front()))) ||
         (after.front() == '.' && (after.size() == 1 || !is_digit(after[1])));
}

// "10:00" is a time and "net:1900:16" a place in a file: there the colon follows a number of its
// own, which begins the word or follows a colon. In "127.0.0.1:8000" and "web1:8000" it does not.
bool follows_a_number(std::string_view before) {
  if (!before.ends_with(':')) return false;
  before.remove_suffix(1);
  const auto last = before.find_last_not_of("0123456789");
  if (last == before.size() - 1 || before.empty()) return false;
  return last == std::string_view::npos ||
         std::string_view(" \t[(:").find(before[last]) != std::string_view::npos;
}

// The last part of "[::1]" is not a port.
bool ends_an_address(std::string_view before, std::string_view after) {
  return before.ends_with("::") && after.starts_with(']');
}

bool is_port_name(std::string_view name) {
  return name == "PORT" || name.ends_with("_PORT");
}

std::optional<std::uint64_t> number_of(const model::Value& value) {
  const auto* text = std::get_if<model::Template>(&value);
  if (text == nullptr) return std::nullopt;
  const auto port = port_of(text->text);
  return port ? std::optional<std::uint64_t>(*port) : std::nullopt;
}

}  // namespace

bool says_address_in_use(std::string_view line) {
  constexpr std::array kPhrases{
      std::string_view("eaddrinuse"), std::string_view("address already in use"),
      std::string_view("address in use"), std::string_view("port is already allocated"),
      std::string_view("is already in use")};
  const std::string text = to_lower(line);
  return std::any_of(kPhrases.begin(), kPhrases.end(), [&text](std::string_view phrase) {
    return text.find(phrase) != std::string::npos;
  });
}

std::vector<std::uint16_t> ports_in(std::string_view line) {
  const std::string text = to_lower(line.substr(0, 4096));
  const std::string_view all = text;
  std::vector<std::uint16_t> ports;
  for (std::size_t i = 0; i < all.size();) {
    if (!is_digit(all[i])) {
      ++i;
      continue;
    }
    const auto end = std::min(all.find_first_not_of("0123456789", i), all.size());
    const auto before = all.substr(0, i);
    const auto after = all.substr(end);
    if (introduces_port(before) && !follows_a_number(before) && !ends_an_address(before, after) &&
        ends_port(after)) {
      add(ports, port_of(all.substr(i, end - i)));
    }
    i = end;
  }
  return ports;
}

std::vector<std::uint16_t> complained_ports(std::span<const std::string_view> lines) {
  std::vector<std::uint16_t> ports;
  constexpr std::size_t kBeside = 6;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!says_address_in_use(lines[i])) continue;
    for (const auto port : ports_in(lines[i]))
      add(ports, port);
    if (!ports.empty()) continue;
    const std::size_t last = std::min(lines.size(), i + kBeside + 1);
    for (std::size_t near = i > kBeside ? i - kBeside : 0; near < last; ++near) {
      for (const auto port : ports_in(lines[near]))
        add(ports, port);
    }
  }
  return ports;
}

std::vector<std::uint16_t> declared_ports(const model::ServiceSpec& spec, std::uint32_t index) {
  std::vector<std::uint16_t> ports;
  const auto& increments = spec.increment_env;
  for (const auto& [name, value] : spec.env) {
    const bool increments_it =
        std::find(increments.begin(), increments.end(), name) != increments.end();
    const auto number = is_port_name(name) || increments_it ? number_of(value) : std::nullopt;
    if (number) add(ports, port_of(std::to_string(*number + (increments_it ? index : 0))));
  }
  for (const auto& listen : spec.listen) {
    for (const auto port : ports_in(listen.address))
      add(ports, port);
  }
  return ports;
}

}  // namespace mainstay::control
