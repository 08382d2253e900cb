#include "ctl/boot/run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "base/fd.h"
#include "ctl/spawn_settings_posix.h"
#include "io/clock.h"

extern char** environ;

namespace mainstay::ctl::boot {

namespace {

constexpr std::size_t kMostOutput = 64 * 1024;

// Until its end; false when the time is over before.
bool read_output(int pipe, MonoTime deadline, std::string& output) {
  for (;;) {
    const Duration left = std::max(Duration{0}, deadline - io::read_clocks().mono);
    pollfd watched{pipe, POLLIN, 0};
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    const int ready = ::poll(&watched, 1, static_cast<int>(std::min<std::int64_t>(ms, 1'000'000)));
    if (ready == 0 && left == Duration{0}) return false;
    if (ready <= 0) continue;
    std::array<char, 4096> buffer;
    const ssize_t got = ::read(pipe, buffer.data(), buffer.size());
    if (got == 0 || (got < 0 && errno != EINTR)) return true;
    const auto size = static_cast<std::size_t>(std::max<ssize_t>(got, 0));
    output.append(buffer.data(),
                  std::min(size, kMostOutput - std::min(kMostOutput, output.size())));
  }
}

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Result<Ran> run_program(const std::vector<std::string>& words, Duration patience) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return system_error("cannot run " + words[0], errno);
  const UniqueFd read_end{ends[0]};
  UniqueFd write_end{ends[1]};
  std::vector<std::string> copies = words;
  std::vector<char*> arguments;
  for (std::string& word : copies)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const SpawnSettings settings{write_end.get()};
  pid_t pid = 0;
  const int error = ::posix_spawnp(&pid, arguments[0], settings.files(), settings.attributes(),
                                   arguments.data(), environ);
  if (error != 0) return system_error("cannot run " + words[0], error);
  write_end.reset();
  Ran ran;
  const bool ended = read_output(read_end.get(), io::read_clocks().mono + patience, ran.output);
  if (!ended) ::kill(pid, SIGKILL);
  ran.code = wait_for(pid);
  if (!ended) return Error{fmt::format("{} gave no answer and was killed", words[0]), ETIMEDOUT};
  return ran;
}

}  // namespace mainstay::ctl::boot
