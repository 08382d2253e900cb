#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

#include "ctl/launch.h"
#include "ctl/spawn_settings_posix.h"
#include "io/clock.h"
#include "mainstay/endpoint.h"

extern char** environ;

namespace mainstay::ctl {

namespace {

namespace fs = std::filesystem;

// Where the supervisor finds the pipe; any number that is free in a new process would do.
constexpr int kReadyFd = 3;
constexpr std::size_t kLongestAnswer = 4096;
constexpr std::chrono::milliseconds kLockInterval{20};

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words)
    pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> environment_with_ready_fd() {
  const std::string name = fmt::format("{}=", kReadyVariable);
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!std::string_view{*entry}.starts_with(name)) all.emplace_back(*entry);
  }
  all.push_back(fmt::format("{}{}", name, kReadyFd));
  return all;
}

Status make_folder(const fs::path& path) {
  std::error_code error;
  const mode_t before = ::umask(0077);
  fs::create_directories(path, error);
  ::umask(before);
  if (error) return system_error(fmt::format("cannot create {}", path.native()), error.value());
  return {};
}

Result<UniqueFd> open_log(const LaunchPlan& plan) {
  if (auto made = make_folder(plan.log_dir); !made) return made.error();
  const fs::path path = plan.log_dir / "supervisor.log";
  UniqueFd log{::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640)};
  if (!log) return system_error(fmt::format("cannot open {}", path.native()), errno);
  // The supervisor's 1 and 2 are this descriptor: above them, so that dup2 makes it inheritable.
  const int high = ::fcntl(log.get(), F_DUPFD_CLOEXEC, kReadyFd + 1);
  if (high < 0) return system_error("cannot start the supervisor", errno);
  return UniqueFd{high};
}

int milliseconds_left(MonoTime deadline) {
  const Duration left = std::max(Duration{0}, deadline - io::read_clocks().mono);
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::min<std::int64_t>(ms, 1'000'000'000));
}

// The supervisor closed its end without a word: its exit status is all there is.
std::string end_of(pid_t pid, const LaunchPlan& plan) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  const std::string how = WIFSIGNALED(status)
                              ? fmt::format("died by signal {}", WTERMSIG(status))
                              : fmt::format("ended with code {}", WEXITSTATUS(status));
  return fmt::format("cannot start the supervisor: it {}; see {}", how,
                     (plan.log_dir / "supervisor.log").native());
}

Launched verdict_of(std::string_view answer, pid_t pid, const LaunchPlan& plan) {
  const std::string_view line = answer.substr(0, answer.find('\n'));
  if (line == "ready") return {};
  constexpr std::string_view kError = "error: ";
  if (line.starts_with(kError)) {
    return {LaunchFailure::CannotStart, std::string{line.substr(kError.size())}};
  }
  return {LaunchFailure::CannotStart, end_of(pid, plan)};
}

Launched await_verdict(int pipe, pid_t pid, const LaunchPlan& plan, MonoTime deadline,
                       int interrupt_fd) {
  std::string answer;
  while (answer.find('\n') == std::string::npos && answer.size() < kLongestAnswer) {
    std::array<pollfd, 2> watched{pollfd{pipe, POLLIN, 0}, pollfd{interrupt_fd, POLLIN, 0}};
    const int ready = ::poll(watched.data(), watched.size(), milliseconds_left(deadline));
    if (ready == 0) return {LaunchFailure::TimedOut, "the supervisor is not ready yet"};
    if (ready > 0 && watched[1].revents != 0) return {LaunchFailure::Interrupted, ""};
    if (ready < 0) continue;
    std::array<char, 512> buffer;
    const ssize_t got = ::read(pipe, buffer.data(), buffer.size());
    if (got == 0) break;
    if (got > 0) answer.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return verdict_of(answer, pid, plan);
}

Launched cannot_start(const Error& error) {
  return {LaunchFailure::CannotStart, error.message};
}

}  // namespace

Result<fs::path> supervisor_beside_me() {
  std::error_code error;
  const fs::path me = fs::read_symlink("/proc/self/exe", error);
  if (error) return system_error("cannot find where ctl itself is (/proc/self/exe)", error.value());
  const fs::path program = me.parent_path() / "supervisor";
  if (::access(program.c_str(), X_OK) != 0) {
    return system_error(fmt::format("cannot run {}", program.native()), errno);
  }
  return program;
}

std::vector<std::string> command_line(const LaunchPlan& plan, bool foreground) {
  std::vector<std::string> words = {
      plan.program.native(),   "--config",  plan.config.native(),  "--state-dir",
      plan.state_dir.native(), "--log-dir", plan.log_dir.native(), "--socket",
      plan.socket.native()};
  if (foreground) words.emplace_back("--foreground");
  return words;
}

Error run_in_foreground(const LaunchPlan& plan) {
  std::vector<std::string> words = command_line(plan, true);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE})
    ::signal(number, SIG_DFL);
  ::execv(plan.program.c_str(), pointers_to(words).data());
  return system_error(fmt::format("cannot run {}", plan.program.native()), errno);
}

Launched launch(const LaunchPlan& plan, Duration patience, int interrupt_fd) {
  const MonoTime deadline = io::read_clocks().mono + patience;
  auto log = open_log(plan);
  if (!log) return cannot_start(log.error());
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return cannot_start(system_error("cannot start the supervisor", errno));
  }
  UniqueFd read_end{ends[0]};
  UniqueFd write_end{ends[1]};
  std::vector<std::string> words = command_line(plan, false);
  std::vector<std::string> variables = environment_with_ready_fd();
  pid_t pid = 0;
  SpawnSettings settings{log->get()};
  settings.give(write_end.get(), kReadyFd);
  settings.detach();
  const int error =
      ::posix_spawn(&pid, plan.program.c_str(), settings.files(), settings.attributes(),
                    pointers_to(words).data(), pointers_to(variables).data());
  if (error != 0) {
    return cannot_start(system_error(fmt::format("cannot run {}", plan.program.native()), error));
  }
  write_end.reset();
  return await_verdict(read_end.get(), pid, plan, deadline, interrupt_fd);
}

Result<UniqueFd> lock_launch(const fs::path& state_dir, Duration patience, int interrupt_fd) {
  if (auto made = make_folder(state_dir); !made) return made.error();
  const fs::path path = state_dir / "up.lock";
  UniqueFd fd{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!fd) return system_error(fmt::format("cannot open {}", path.native()), errno);
  const MonoTime deadline = io::read_clocks().mono + patience;
  // flock(2) knows no time limit, so it is asked again and again.
  while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return system_error(fmt::format("cannot lock {}", path.native()), errno);
    }
    pollfd interrupt{interrupt_fd, POLLIN, 0};
    const bool interrupted = ::poll(&interrupt, 1, static_cast<int>(kLockInterval.count())) > 0;
    if (interrupted || milliseconds_left(deadline) == 0) {
      return system_error("another ctl up is still at work", interrupted ? EINTR : ETIMEDOUT);
    }
  }
  return fd;
}

}  // namespace mainstay::ctl
