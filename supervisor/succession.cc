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

// What the dead keeper had found, and raised for itself and us.
void restore_file_limit(const process::KeeperWelcome& welcome) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || welcome.files_soft == 0) return;
  limit.rlim_cur = welcome.files_soft;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

Error become_keeper(const std::filesystem::path& program, const std::vector<std::string>& words,
                    const process::Handover& handover, const process::KeeperWelcome& welcome) {
  if (io::read_clocks().mono - welcome.started < kShortLife) poll(nullptr, 0, kPauseMilliseconds);
  std::size_t left_out = 0;
  const auto packed = process::pack(handover, left_out);
  if (packed) {
    fcntl(packed->get(), F_SETFD, 0);
    setenv(keeper::kHandoverVariable, fmt::to_string(packed->get()).c_str(), 1);
  }
  restore_file_limit(welcome);
  std::vector<char*> arguments{const_cast<char*>(program.c_str())};
  for (const std::string& word : words)
    arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execv(program.c_str(), arguments.data());
  return system_error("cannot run " + program.string(), errno);
}

}  // namespace mainstay
