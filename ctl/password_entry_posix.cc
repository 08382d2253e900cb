#include <crypt.h>
#include <fmt/format.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

#include "base/whole_file.h"
#include "ctl/password_entry.h"
#include "mainstay/access.h"

namespace mainstay::ctl {

namespace {

// What is typed is not shown while it lives; the end of the line is.
class Hidden {
 public:
  explicit Hidden(int fd) : fd_(fd), valid_(tcgetattr(fd, &before_) == 0) {
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    hidden.c_lflag |= ECHONL;
    if (valid_) tcsetattr(fd_, TCSAFLUSH, &hidden);
  }
  ~Hidden() {
    if (valid_) tcsetattr(fd_, TCSAFLUSH, &before_);
  }
  Hidden(const Hidden&) = delete;
  Hidden& operator=(const Hidden&) = delete;

 private:
  int fd_;
  termios before_{};
  bool valid_;
};

// False: interrupted.
bool wait_for(const PasswordEntry& entry) {
  std::array<pollfd, 2> watched{{{entry.fd, POLLIN, 0}, {entry.interrupted_fd, POLLIN, 0}}};
  while (poll(watched.data(), watched.size(), -1) < 0 && errno == EINTR) {
  }
  return watched[1].revents == 0;
}

// Up to the end of the line, which is not part of it, or of the file. Byte by byte: what follows
// belongs to somebody else.
Result<std::string> read_line(const PasswordEntry& entry) {
  std::string line;
  while (line.size() <= kLongestPassword) {
    if (!wait_for(entry)) return system_error("no password was entered", EINTR);
    char c = 0;
    const ssize_t got = read(entry.fd, &c, 1);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) return system_error("cannot read the password", errno);
    if (got == 0 && line.empty()) return Error{"no password was entered: the input is empty"};
    if (got == 0 || c == '\n') break;
    line.push_back(c);
  }
  return line;
}

Result<std::string> ask(const PasswordEntry& entry, const std::string& prompt) {
  static_cast<void>(write_all(entry.prompt_fd, prompt));
  return read_line(entry);
}

Result<std::string> ask_twice(const PasswordEntry& entry, std::string_view user) {
  // Before the prompt: from then on people type.
  const Hidden hidden{entry.fd};
  auto first = ask(entry, fmt::format("password for {}: ", user));
  if (!first) return first;
  if (const auto problem = problem_of_password(*first); !problem.empty()) return Error{problem};
  const auto second = ask(entry, "once more: ");
  if (!second) return second;
  if (*first != *second) return Error{"the two passwords differ; nothing was changed"};
  return first;
}

}  // namespace

std::string problem_of_password(std::string_view password) {
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  const auto letters = password.size() - static_cast<std::size_t>(std::count_if(
                                             password.begin(), password.end(), continues));
  if (letters < kShortestPassword) {
    return fmt::format("a password needs {} characters at least; this one has {}",
                       kShortestPassword, letters);
  }
  if (password.size() > kLongestPassword)
    return fmt::format("a password may have {} bytes; this one is longer", kLongestPassword);
  if (password.find('\0') != password.npos) return "a password cannot have a zero byte in it";
  return "";
}

Result<std::string> hash_password(const std::string& password) {
  std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
  const char* made =
      crypt_gensalt_rn("$y$", 0, nullptr, 0, setting.data(), static_cast<int>(setting.size()));
  if (made == nullptr) return system_error("cannot make a salt for the password", errno);
  const auto room = std::make_unique<crypt_data>();
  const char* hash = crypt_r(password.c_str(), made, room.get());
  const std::string text = hash != nullptr ? hash : "";
  if (text.starts_with(kPasswordHashStart)) return text;
  return Error{
      "cannot hash the password: this system's libcrypt has no yescrypt of the usual cost"};
}

Result<std::string> enter_password(const PasswordEntry& entry, std::string_view user) {
  if (isatty(entry.fd) == 1) return ask_twice(entry, user);
  auto line = read_line(entry);
  if (!line) return line;
  if (line->ends_with('\r')) line->pop_back();
  if (const auto problem = problem_of_password(*line); !problem.empty()) return Error{problem};
  return line;
}

}  // namespace mainstay::ctl
