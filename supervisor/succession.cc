#include "succession.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "io/clock.h"
#include "keeper/protocol.h"

namespace mainstay {

namespace {

// A keeper that dies at once is not started again at once, so that nothing spins.
constexpr Duration kShortLife = std::chrono::seconds{5};
constexpr int kPauseMilliseconds = 1000;

// What the dead keeper had found, and changed for itself and us.
void restore_soft_limit(__rlimit_resource_t resource, std::uint64_t soft) {
  rlimit limit{};
  if (getrlimit(resource, &limit) != 0) return;
  limit.rlim_cur = soft;
  setrlimit(resource, &limit);
}

}  // namespace

Error become_keeper(const ControllerArguments& own, const process::Handover& handover,
                    const process::KeeperWelcome& welcome) {
  const std::filesystem::path& program = own.programs.keeper;
  if (io::read_clocks().mono - welcome.started < kShortLife) poll(nullptr, 0, kPauseMilliseconds);
  std::size_t left_out = 0;
  const auto packed = process::pack(handover, left_out);
  if (packed) {
    fcntl(packed->get(), F_SETFD, 0);
    setenv(keeper::kHandoverVariable, fmt::to_string(packed->get()).c_str(), 1);
  }
  for (const auto& [name, value] : own.for_keeper)
    setenv(name.c_str(), value.c_str(), 1);
  restore_soft_limit(RLIMIT_NOFILE, welcome.files_soft);
  restore_soft_limit(RLIMIT_CORE, welcome.core_soft);
  std::vector<char*> arguments{const_cast<char*>(program.c_str())};
  for (const std::string& word : own.words)
    arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execv(program.c_str(), arguments.data());
  return system_error("cannot run " + program.string(), errno);
}

}  // namespace mainstay
