#include "ctl/screen.h"

#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "base/text.h"

namespace mainstay::ctl {

namespace {

// A signal handler can reach nothing else. Written before g_active is set, only read after.
volatile std::sig_atomic_t g_active = 0;
int g_keys = -1;
int g_screen = -1;
termios g_before{};
termios g_during{};

constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l\x1b[H\x1b[2J";
constexpr std::string_view kLeave = "\x1b[?25h\x1b[?1049l";

void send(std::string_view text) {
  static_cast<void>(!::write(g_screen, text.data(), text.size()));
}

}  // namespace

Screen::Screen(int keys, int screen) {
  g_keys = keys;
  g_screen = screen;
  if (::tcgetattr(keys, &g_before) != 0) return;
  g_during = g_before;
  // Ctrl-C and Ctrl-Z stay signals.
  g_during.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  g_during.c_cc[VMIN] = 0;
  g_during.c_cc[VTIME] = 0;
  g_active = 1;
  take_terminal_again();
}

Screen::~Screen() {
  restore_terminal_now();
  g_active = 0;
}

void restore_terminal_now() {
  if (g_active == 0) return;
  send(kLeave);
  ::tcsetattr(g_keys, TCSANOW, &g_before);
}

void take_terminal_again() {
  if (g_active == 0) return;
  ::tcsetattr(g_keys, TCSANOW, &g_during);
  send(kEnter);
}

std::string frame_of(std::string_view text, std::size_t rows) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  std::string out = "\x1b[H";
  std::size_t row = 0;
  for (const std::string_view line : split(text, '\n')) {
    if (row == rows) break;
    if (row++ != 0) out += "\r\n";
    out.append(line).append("\x1b[K");
  }
  return out + "\x1b[J";
}

}  // namespace mainstay::ctl
