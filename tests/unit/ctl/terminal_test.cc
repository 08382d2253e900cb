#include "ctl/terminal.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <string>

#include "base/fd.h"
#include "ctl/output.h"
#include "ctl/progress.h"
#include "ctl/screen.h"
#include "unit/ctl/canned.h"

namespace mainstay::ctl {

namespace {

struct Pty {
  UniqueFd master{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
  UniqueFd slave;

  Pty() {
    REQUIRE(master);
    REQUIRE(::grantpt(master.get()) == 0);
    REQUIRE(::unlockpt(master.get()) == 0);
    slave.reset(::open(::ptsname(master.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
    REQUIRE(slave);
    const winsize size{30, 100, 0, 0};
    REQUIRE(::ioctl(master.get(), TIOCSWINSZ, &size) == 0);
  }
};

EnvironmentLookup environment(std::map<std::string, std::string, std::less<>> values) {
  return [values = std::move(values)](std::string_view name) -> std::optional<std::string> {
    const auto at = values.find(name);
    if (at == values.end()) return std::nullopt;
    return at->second;
  };
}

}  // namespace

TEST_CASE("a pipe is no terminal: no colour, no symbols, no width") {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const UniqueFd read_end{ends[0]};
  const UniqueFd write_end{ends[1]};
  const Terminal terminal =
      detect_terminal(write_end.get(), false, environment({{"LANG", "en_US.UTF-8"}}));
  CHECK_FALSE(terminal.interactive);
  CHECK_FALSE(terminal.colour);
  CHECK_FALSE(terminal.symbols);
  CHECK_FALSE(terminal.width.has_value());
}

TEST_CASE("a terminal has its size, and colour unless somebody says no") {
  const Pty pty;
  const auto colour = [&](bool no_color, std::map<std::string, std::string, std::less<>> values) {
    return detect_terminal(pty.slave.get(), no_color, environment(std::move(values))).colour;
  };
  const Terminal terminal = detect_terminal(pty.slave.get(), false, environment({}));
  CHECK(terminal.interactive);
  CHECK(terminal.width == 100);
  CHECK(terminal.height == 30);
  CHECK(colour(false, {}));
  CHECK(colour(false, {{"NO_COLOR", ""}}));
  CHECK_FALSE(colour(false, {{"NO_COLOR", "1"}}));
  CHECK_FALSE(colour(true, {}));
  CHECK_FALSE(colour(false, {{"TERM", "dumb"}}));
}

TEST_CASE("symbols are for UTF-8 locales, the first variable that is set decides") {
  const Pty pty;
  const auto symbols = [&](std::map<std::string, std::string, std::less<>> values) {
    return detect_terminal(pty.slave.get(), false, environment(std::move(values))).symbols;
  };
  CHECK(symbols({{"LANG", "de_DE.UTF-8"}}));
  CHECK(symbols({{"LANG", "C.utf8"}}));
  CHECK_FALSE(symbols({}));
  CHECK_FALSE(symbols({{"LC_ALL", "C"}, {"LANG", "en_US.UTF-8"}}));
  CHECK(symbols({{"LC_ALL", ""}, {"LANG", "en_US.UTF-8"}}));
}

TEST_CASE("a reader that has gone is no error, a full disk is one") {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  ::close(ends[0]);
  const UniqueFd write_end{ends[1]};
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  Output out{write_end.get(), {}};
  out.line("nobody reads this");
  CHECK(out.flush().ok());
  CHECK(out.gone());
  ::signal(SIGPIPE, before);

  const UniqueFd full{::open("/dev/full", O_WRONLY | O_CLOEXEC)};
  REQUIRE(full);
  Output lost{full.get(), {}};
  lost.line("no room");
  const Status written = lost.flush();
  REQUIRE_FALSE(written.ok());
  CHECK(written.error().message == "cannot write the output: no space left on device");
}

TEST_CASE("progress is redrawn in place on a terminal and wiped in the end") {
  Output out{-1, plain_terminal(20)};
  {
    Progress progress{out};
    progress.show("stopping 1 … worker (TERM sent)", "stopping");
    progress.show("stopping 1 …", "stopping");
  }
  CHECK(out.text() == "\rstopping 1 … worke…\x1b[K\rstopping 1 …\x1b[K\r\x1b[K");
}

TEST_CASE("elsewhere progress is a line per change") {
  Output out{-1, plain_terminal(0)};
  {
    Progress progress{out};
    progress.show("worker (KILL in 6 s)", "worker");
    progress.show("worker (KILL in 5 s)", "worker");
    progress.show("backend (running)", "backend");
  }
  CHECK(out.text() == "worker (KILL in 6 s)\nbackend (running)\n");
}

TEST_CASE("a frame draws over the former one and no further than the screen") {
  CHECK(frame_of("a\nb\n", 5) == "\x1b[Ha\x1b[K\r\nb\x1b[K\x1b[J");
  CHECK(frame_of("a\nb\nc\n", 2) == "\x1b[Ha\x1b[K\r\nb\x1b[K\x1b[J");
}

TEST_CASE("the screen is restored: alternate screen left, cursor shown, keys as before") {
  Pty pty;
  termios before{};
  REQUIRE(::tcgetattr(pty.slave.get(), &before) == 0);
  {
    const Screen screen{pty.slave.get(), pty.slave.get()};
    termios during{};
    REQUIRE(::tcgetattr(pty.slave.get(), &during) == 0);
    CHECK((during.c_lflag & ICANON) == 0);
    CHECK((during.c_lflag & ECHO) == 0);
    CHECK((during.c_lflag & ISIG) != 0);
  }
  termios after{};
  REQUIRE(::tcgetattr(pty.slave.get(), &after) == 0);
  CHECK(after.c_lflag == before.c_lflag);
  // What was written arrives in pieces; after the last one reading fails, as nobody can write more.
  pty.slave.reset();
  std::string written;
  char bytes[256];
  for (ssize_t got = 0; (got = ::read(pty.master.get(), bytes, sizeof bytes)) > 0;)
    written.append(bytes, static_cast<std::size_t>(got));
  CHECK(written.ends_with("\x1b[?25h\x1b[?1049l"));
}

}  // namespace mainstay::ctl
