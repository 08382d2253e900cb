#include "mainstay/endpoint.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

namespace mainstay {
namespace {

Endpoint of_user(const std::map<std::string, std::string>& variables) {
  return default_endpoint(false, [&](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(std::string{name});
    if (found == variables.end()) return std::nullopt;
    return found->second;
  });
}

TEST_CASE("root's places are the system's, whatever the environment says") {
  const Endpoint at =
      default_endpoint(true, [](std::string_view) { return std::string{"/tmp/evil"}; });
  CHECK(at.socket == "/run/mainstay/control.sock");
  CHECK(at.state_dir == "/var/lib/mainstay");
  CHECK(at.log_dir == "/var/log/mainstay");
  CHECK(at.config == "/etc/mainstay/ecosystem.yaml");
}

TEST_CASE("a user's places follow XDG") {
  const Endpoint at =
      of_user({{"HOME", "/home/u"}, {"XDG_RUNTIME_DIR", "/run/user/7"}, {"XDG_STATE_HOME", "/s"}});
  CHECK(at.socket == "/run/user/7/mainstay/control.sock");
  CHECK(at.state_dir == "/s/mainstay");
  CHECK(at.log_dir == "/s/mainstay/log");
  CHECK(at.config == "ecosystem.yaml");
}

TEST_CASE("without XDG everything is below the home, the socket too, and never in /tmp") {
  const Endpoint at = of_user({{"HOME", "/home/u"}});
  CHECK(at.socket == "/home/u/.local/state/mainstay/run/control.sock");
  CHECK(at.state_dir == "/home/u/.local/state/mainstay");
}

TEST_CASE("empty and relative variables are ignored") {
  CHECK(of_user({{"HOME", "/h"}, {"XDG_STATE_HOME", ""}}).state_dir == "/h/.local/state/mainstay");
  CHECK(of_user({{"HOME", "/h"}, {"XDG_STATE_HOME", "s"}}).state_dir == "/h/.local/state/mainstay");
  CHECK(of_user({{"HOME", "/h"}, {"XDG_RUNTIME_DIR", "run"}}).socket ==
        "/h/.local/state/mainstay/run/control.sock");
  CHECK(of_user({}).state_dir == "/.local/state/mainstay");
  CHECK(of_user({{"HOME", ""}}).state_dir == "/.local/state/mainstay");
}

}  // namespace
}  // namespace mainstay
