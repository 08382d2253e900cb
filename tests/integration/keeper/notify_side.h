// What the tests of notifications share.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "integration/keeper/runner_side.h"

namespace mainstay::test {

using Says = std::vector<model::Notification>;

inline constexpr RunId kRun{1};

// A service that is ready when it says so.
inline model::ServiceSpec notifying(const KeeperFixture& fixture, std::vector<std::string> words,
                                    int fd = 0) {
  model::ServiceSpec spec = service(fixture, std::move(words));
  spec.ready.emplace();
  spec.ready->probe = model::NotifyProbe{fd};
  return spec;
}

// All that the run says until its end.
inline Says says_of(Side& side, const model::ServiceSpec& spec, RunId run = kRun) {
  side.runner->start(request(spec, run.value));
  const auto& exited = side.await<runtime::Exited>(run);
  CHECK(exited.status == runtime::ExitStatus{runtime::ExitStatus::Kind::Code, 0, false});
  side.runner->release(run);
  return side.heard[run];
}

inline void await_says(Side& side, RunId run, std::size_t count) {
  side.fixture.until([&] { return side.heard[run].size() >= count; });
}

// A shell's command as a service.
inline void run_in_shell(model::ServiceSpec& spec, const std::string& text) {
  spec.command.argv = {{"/bin/sh"}, {"-c"}, {text}};
}

inline bool has_notice(const Side& side, const std::string& part) {
  for (const std::string& notice : side.notices) {
    if (notice.find(part) != std::string::npos) return true;
  }
  return false;
}

}  // namespace mainstay::test
