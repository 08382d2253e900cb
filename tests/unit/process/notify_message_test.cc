// sd_notify(3) messages as text: what services send, and what others might.
#include <doctest/doctest.h>

#include <string>

#include "process/notify_message.h"
#include "process/notify_pace.h"

using namespace mainstay;
using namespace mainstay::model;
using process::parse_notify_message;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Says = std::vector<Notification>;

process::NotifyMessage parsed(std::string_view text) {
  const auto message = parse_notify_message(text);
  REQUIRE(message.ok());
  return *message;
}

Says says(std::string_view text) {
  return parsed(text).says;
}

// A value that makes no sense says nothing and is shown.
void check_refused(const std::string& line) {
  CAPTURE(line);
  const auto message = parsed(line + "\nREADY=1\n");
  CHECK(message.says == Says{NotifyReady{}});
  CHECK(message.not_understood == line);
}

}  // namespace

TEST_CASE("Each thing that sd_notify(3) knows is understood") {
  using namespace std::chrono_literals;
  CHECK(says("READY=1") == Says{NotifyReady{}});
  CHECK(says("STOPPING=1\n") == Says{NotifyStopping{}});
  CHECK(says("RELOADING=1") == Says{NotifyReloading{}});
  CHECK(says("RELOADING=1\nMONOTONIC_USEC=2500000") == Says{NotifyReloading{MonoTime{2500ms}}});
  CHECK(says("STATUS=Warming up: 40%") == Says{NotifyStatus{"Warming up: 40%"}});
  CHECK(says("STATUS=") == Says{NotifyStatus{""}});
  CHECK(says("ERRNO=2") == Says{NotifyErrno{2}});
  CHECK(says("BUSERROR=org.freedesktop.DBus.Error.TimedOut") ==
        Says{NotifyBusError{"org.freedesktop.DBus.Error.TimedOut"}});
  CHECK(says("MAINPID=4711") == Says{NotifyMainPid{4711}});
  CHECK(says("WATCHDOG=1") == Says{NotifyWatchdog{}});
  CHECK(says("WATCHDOG=trigger") == Says{NotifyWatchdogTrigger{}});
  CHECK(says("WATCHDOG_USEC=20000000") == Says{NotifyWatchdogTime{20s}});
  CHECK(says("EXTEND_TIMEOUT_USEC=1500000") == Says{NotifyExtendTimeout{1500ms}});
  CHECK(parsed("FDSTORE=1\nFDNAME=listener").stores_descriptors);
}

TEST_CASE("A message of several lines is put into the order in which it is acted upon") {
  CHECK(says("WATCHDOG=1\nSTATUS=ok\nREADY=1\nMAINPID=7\n") ==
        Says{NotifyMainPid{7}, NotifyReady{}, NotifyStatus{"ok"}, NotifyWatchdog{}});
  // As systemd does: the last word on readiness counts, the first of everything else.
  CHECK(says("READY=1\nRELOADING=1\nSTOPPING=1") == Says{NotifyStopping{}});
  CHECK(says("STATUS=first\nSTATUS=second") == Says{NotifyStatus{"first"}});
}

TEST_CASE("What is empty, unknown or half a line says nothing") {
  for (const char* text : {"", "\n", "\n\n\n", "=", "=1", "READY", "READY=", "READY=0", "READY=1 ",
                           "ready=1", "X_MINE=1", "BARRIER=1", "FDNAME=a", "NOTIFYACCESS=all",
                           "MONOTONIC_USEC=1", "FDSTORE=2", " READY=1"}) {
    CAPTURE(text);
    const auto message = parsed(text);
    CHECK(message.says.empty());
    CHECK(message.not_understood.empty());
    CHECK(!message.stores_descriptors);
  }
}

TEST_CASE("A value that makes no sense is told, and the rest of the message counts") {
  for (const char* line : {"MAINPID=", "MAINPID=0", "MAINPID=-1", "MAINPID=1x", "MAINPID= 1",
                           "MAINPID=99999999999999999999", "ERRNO=-2", "ERRNO=x", "ERRNO=4096",
                           "BUSERROR=", "BUSERROR=a b", "WATCHDOG=0", "WATCHDOG=yes",
                           "WATCHDOG_USEC=1s", "WATCHDOG_USEC=", "EXTEND_TIMEOUT_USEC=-1"}) {
    check_refused(line);
  }
  check_refused("BUSERROR=" + std::string(256, 'a'));
}

TEST_CASE("A NUL ends no message early, and is refused inside") {
  using namespace std::string_view_literals;
  CHECK(says("READY=1\0"sv) == Says{NotifyReady{}});
  CHECK(says("\0"sv).empty());
  CHECK(parse_notify_message("READY=1\0STATUS=x"sv).error().message == "it has a NUL byte inside");
  CHECK(!parse_notify_message("READY=1\0\0"sv).ok());
}

TEST_CASE("Times are never too long for a clock") {
  const auto all = says("WATCHDOG_USEC=18446744073709551615");
  REQUIRE(all.size() == 1);
  CHECK(std::get<NotifyWatchdogTime>(all[0]).within > std::chrono::hours{24 * 365 * 200});
  check_refused("WATCHDOG_USEC=18446744073709551616");
}

TEST_CASE("A status is one line of valid text of bounded length") {
  const auto status = [](const std::string& text) {
    return std::get<NotifyStatus>(says("STATUS=" + text).at(0)).text;
  };
  CHECK(status("a\x1b[31mred\x07\tb\x7f\r") == "a [31mred  b  ");
  CHECK(status("c\xc2\x9b"
               "31m") == "c 31m");  // CSI as one character
  CHECK(status("bad \xff byte") == "bad \xef\xbf\xbd byte");
  CHECK(status("größer") == "größer");
  CHECK(status(std::string(3000, 'x')) == std::string(kMaxStatusBytes, 'x'));
  std::string wide;
  while (wide.size() < 2000)
    wide += "€";
  const std::string cut = status(wide);
  CHECK(cut.size() == kMaxStatusBytes - kMaxStatusBytes % 3);
  CHECK(cut.ends_with("€"));
}

TEST_CASE("A run that says too much rests until the stretch is over, and may go on then") {
  using namespace std::chrono_literals;
  process::NotifyPace pace;
  const MonoTime begin{1h};
  for (int i = 0; i < process::NotifyPace::kMostInStretch; ++i)
    REQUIRE_FALSE(pace.take(begin + i * 100us));
  CHECK(pace.take(begin + 10ms) == 40ms);
  CHECK(pace.take(begin + 49ms) == 1ms);
  CHECK_FALSE(pace.take(begin + 50ms));
  CHECK_FALSE(pace.take(begin + 1h));
}

TEST_CASE("what turns the direction of text around is no part of a status") {
  const auto message = parse_notify_message(
      "STATUS=a\xd8\x9c"
      "b");
  REQUIRE(message);
  REQUIRE(message->says.size() == 1);
  CHECK(std::get<model::NotifyStatus>(message->says.front()).text == "a b");
}

TEST_CASE("The fuzz target accepts every message of these tests") {
  for (const std::string text :
       {"", "READY=1\nSTATUS=x\n", "STATUS=\xff\xfe\x1b", "MAINPID=\nMAINPID=1", "WATCHDOG=trigger",
        "RELOADING=1\nMONOTONIC_USEC=18446744073709551615", "FDSTORE=1\nFDNAME=\xc3"}) {
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  }
}
