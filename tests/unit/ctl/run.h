// Runs ctl in this process against a fake supervisor.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "base/units.h"
#include "ctl/context.h"
#include "ctl/verb.h"
#include "unit/ctl/fake_supervisor.h"

namespace mainstay::ctl {

using Words = std::vector<std::string>;

struct Ran {
  CtlExit code = CtlExit::Done;
  std::string out;
  std::string err;
};

// Runs one command line against `socket`, as main() does, without terminals.
inline Ran run(const std::filesystem::path& socket, const Words& words) {
  Interrupts interrupts;
  Output out{-1, {}};
  Output err{-1, {}};
  auto parsed = parse_arguments(words, all_verbs());
  REQUIRE(std::holds_alternative<Arguments>(parsed));
  auto& arguments = std::get<Arguments>(parsed);
  const Verb& verb = *arguments.verb;
  Endpoint endpoint;
  endpoint.socket = socket;
  endpoint.state_dir = socket.parent_path();
  endpoint.log_dir = socket.parent_path();
  endpoint.config = socket.parent_path() / "ecosystem.yaml";
  std::optional<Duration> timeout;
  if (arguments.has("timeout")) timeout = parse_duration(*arguments.value("timeout")).value();
  Context context{{std::move(arguments), endpoint, timeout,
                   [](std::string_view) { return std::nullopt; }, &out, &err, &interrupts}};
  const CtlExit code = verb.run(context);
  return {code, out.text(), err.text()};
}

inline Ran run(const FakeSupervisor& supervisor, const Words& words) {
  return run(supervisor.socket(), words);
}

}  // namespace mainstay::ctl
