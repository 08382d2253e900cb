#include "ready_pipe.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <string>

#include "mainstay/endpoint.h"

namespace mainstay {

namespace {

bool is_pipe(int fd) {
  struct stat status {};
  return fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
}

}  // namespace

ReadyPipe ReadyPipe::from_environment() {
  ReadyPipe pipe;
  const char* text = std::getenv(kReadyVariable);
  if (text == nullptr) return pipe;
  const std::string value = text;
  unsetenv(kReadyVariable);
  int fd = -1;
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), fd);
  if (parsed.ec != std::errc{} || fd <= STDERR_FILENO || !is_pipe(fd)) return pipe;
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  pipe.fd_ = UniqueFd{fd};
  return pipe;
}

void ReadyPipe::say_ready() {
  say("ready\n");
}

void ReadyPipe::say_error(std::string_view message) {
  say(fmt::format("error: {}\n", message));
}

void ReadyPipe::say(std::string_view line) {
  if (!fd_) return;
  // Shorter than PIPE_BUF or cut by the kernel: either way whoever reads gets a reason.
  [[maybe_unused]] const ssize_t written = write(fd_.get(), line.data(), line.size());
  fd_.reset();
}

}  // namespace mainstay
