#include "process/start_failure.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/fd.h"
#include "base/text.h"

namespace mainstay::process {

namespace {

using keeper::Stage;

std::string reason(int error_number) {
  return system_error("", error_number).message.substr(2);
}

// What follows "#!" in the first line of a file, or nothing.
std::string interpreter_of(const std::string& path) {
  const UniqueFd fd{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  std::array<char, 256> start{};
  const ssize_t size = fd ? read(fd.get(), start.data(), start.size()) : 0;
  const std::string_view text{start.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  if (!text.starts_with("#!")) return "";
  const std::size_t begin = text.find_first_not_of(" \t", 2);
  if (begin == std::string_view::npos) return "";
  return std::string{text.substr(begin, text.find_first_of(" \t\r\n", begin) - begin)};
}

std::string decisive_candidate(const AttemptedStart& start, std::uint32_t index) {
  return index < start.candidates.size() ? start.candidates[index] : start.program;
}

// ENOENT of execve(2): the file, or the interpreter that it names, is not there.
std::string why_not_found(const AttemptedStart& start) {
  for (const std::string& candidate : start.candidates) {
    struct stat about {};
    if (stat(candidate.c_str(), &about) != 0) continue;
    const std::string interpreter = interpreter_of(candidate);
    if (interpreter.empty()) return "the loader that " + candidate + " needs does not exist";
    return "its interpreter '" + interpreter + "' does not exist";
  }
  const bool searched = start.program.find('/') == std::string::npos;
  if (searched) return "no such program in PATH " + start.path;
  return start.candidates.empty() ? "no such program" : start.candidates[0] + " does not exist";
}

std::string why_not_permitted(const AttemptedStart& start, const std::string& candidate) {
  struct stat about {};
  if (stat(candidate.c_str(), &about) == 0) {
    if (S_ISDIR(about.st_mode)) return candidate + " is a directory";
    if ((about.st_mode & 0111) == 0) {
      return candidate + " is not executable; chmod +x it, or put its interpreter before it";
    }
  }
  const std::string who =
      start.user.empty() ? "the supervisor's user" : "user '" + start.user + "'";
  return candidate + " may not be run by " + who;
}

std::string why_not_run(const AttemptedStart& start, const keeper::StageFailure& failure) {
  const std::string candidate = decisive_candidate(start, failure.index);
  switch (failure.error) {
    case ENOENT:
    case ENOTDIR:
      return why_not_found(start);
    case EACCES:
      return why_not_permitted(start, candidate);
    case ENOEXEC:
      return candidate + " has no '#!' line and is no program";
    case E2BIG:
      return "its arguments and environment are too large";
    default:
      return candidate + ": " + reason(failure.error);
  }
}

std::string why_not_cwd(const AttemptedStart& start, int error_number) {
  const std::string who = start.user.empty() ? "us" : "user '" + start.user + "'";
  const std::string cwd = "cwd " + start.cwd;
  if (error_number == ENOENT) return cwd + " does not exist";
  if (error_number == ENOTDIR) return cwd + " is not a directory";
  if (error_number == EACCES) return cwd + " may not be entered by " + who;
  return cwd + ": " + reason(error_number);
}

std::string limit_name(const AttemptedStart& start, std::uint32_t index) {
  if (index >= start.limits.size()) return "a limit";
  const keeper::RunLimit& limit = start.limits[index];
  const std::string name = limit.resource == RLIMIT_NOFILE  ? "limits.open_files "
                           : limit.resource == RLIMIT_NPROC ? "limits.processes "
                                                            : "limits.core ";
  return name + std::to_string(limit.soft);
}

std::string why_not_limit(const AttemptedStart& start, const keeper::StageFailure& failure) {
  const std::string name = limit_name(start, failure.index);
  if (failure.error == EPERM) return name + " is above the hard limit, which only root may raise";
  return "cannot set " + name + ": " + reason(failure.error);
}

struct StageText {
  const char* name;
  std::string why;
};

StageText describe(const keeper::StageFailure& failure, const AttemptedStart& start) {
  const std::string because = ": " + reason(failure.error);
  switch (failure.stage) {
    case Stage::Request:
      return {"request", "its run request was not understood" + because};
    case Stage::Output:
      return {"output", "cannot open its output pipes" + because};
    case Stage::Cgroup: {
      const bool known = failure.index < start.cgroups.size();
      return {"cgroup",
              "cannot enter " + (known ? start.cgroups[failure.index] : "its cgroup") + because};
    }
    case Stage::Limits:
      return {"limits", why_not_limit(start, failure)};
    case Stage::Nice:
      return {"nice", "cannot set its nice value" + because};
    case Stage::OomScore:
      return {"oom score", "cannot set its OOM score" + because};
    case Stage::Session:
      return {"session", "cannot make its session" + because};
    case Stage::Groups:
    case Stage::Group:
    case Stage::User:
      return {"user", "cannot become user '" + start.user + "'" + because};
    case Stage::Privileges:
      return {"privileges", "cannot give up privileges" + because};
    case Stage::Directory:
      return {"chdir", why_not_cwd(start, failure.error)};
    case Stage::Descriptors:
      return {"descriptors", "cannot arrange its descriptors" + because};
    case Stage::Run:
      break;
  }
  return {"run", why_not_run(start, failure)};
}

runtime::StartFailure make(std::string stage, int error_number, std::string message) {
  return {failure_kind(error_number), std::move(stage), error_number, std::move(message)};
}

}  // namespace

AttemptedStart attempted(const SpawnRequest& request, std::string_view shown_name) {
  const auto path = request.environment.find("PATH");
  return {std::string{shown_name},
          request.arguments.empty() ? "" : request.arguments[0],
          request.candidates,
          path == request.environment.end() ? "" : path->second,
          request.cwd,
          request.user ? request.user->name : "",
          request.limits,
          request.cgroups};
}

runtime::StartFailure explain_failure(const keeper::StageFailure& failure,
                                      const AttemptedStart& start) {
  StageText text = describe(failure, start);
  const std::string begin = failure.stage == Stage::Run
                                ? "cannot run '" + start.program + "' for " + start.shown_name
                                : "cannot start " + start.shown_name;
  return make(text.name, failure.error, begin + ": " + text.why);
}

runtime::StartFailure explain_refusal(keeper::RefusedAt at, int error_number,
                                      const AttemptedStart& start) {
  const std::string begin = "cannot start " + start.shown_name + ": ";
  const std::string because = ": " + reason(error_number);
  switch (at) {
    case keeper::RefusedAt::Table:
      return make(
          "fork", error_number,
          begin + "the supervisor runs " + std::to_string(keeper::kMaxRuns) + " processes already");
    case keeper::RefusedAt::Pipes:
      return make("output", error_number, begin + "cannot make its pipes" + because);
    case keeper::RefusedAt::Fork:
      return make("fork", error_number, begin + "cannot make a process" + because);
    case keeper::RefusedAt::Request:
      break;
  }
  return make("request", error_number, begin + "the keeper refused the request" + because);
}

runtime::StartFailureKind failure_kind(int error_number) {
  const bool about_machine = error_number == EAGAIN || error_number == ENOMEM ||
                             error_number == EMFILE || error_number == ENFILE;
  return about_machine ? runtime::StartFailureKind::Resource : runtime::StartFailureKind::Program;
}

std::string how_it_ended(int wait_status) {
  if (WIFSIGNALED(wait_status)) return "was ended by signal " + signal_name(WTERMSIG(wait_status));
  return "ended with code " + std::to_string(WEXITSTATUS(wait_status));
}

}  // namespace mainstay::process
