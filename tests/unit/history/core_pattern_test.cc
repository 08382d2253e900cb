#include "history/core_pattern.h"

#include <doctest/doctest.h>

namespace mainstay::history {

namespace {

struct Case {
  const char* pattern;
  bool uses_pid;
  const char* path;
  const char* handler;
};

CorePlace place(const char* pattern, bool uses_pid) {
  return place_of_core({pattern, uses_pid}, {4711, 11, "web1", "/srv/shop"});
}

}  // namespace

TEST_CASE("core patterns are expanded as core(5) says") {
  for (const Case& c : {
           Case{"core\n", false, "/srv/shop/core", ""},
           Case{"core\n", true, "/srv/shop/core.4711", ""},
           Case{"core.%p", true, "/srv/shop/core.4711", ""},
           Case{"/var/cores/core.%h.%p.%s", false, "/var/cores/core.web1.4711.11", ""},
           Case{"/var/cores/%e-%t-%p", false, "/var/cores/*-*-4711", ""},
           Case{"%u/%g/%i/%P", true, "/srv/shop/*/*/*/*.4711", ""},
           Case{"100%%", false, "/srv/shop/100%", ""},
           Case{"core%", false, "/srv/shop/core", ""},
           Case{"core%q", false, "/srv/shop/core", ""},
           Case{"", false, "", ""},
           Case{"|/lib/systemd/systemd-coredump %P %u\n", true, "",
                "systemd-coredump: coredumpctl info 4711"},
           Case{"|/usr/share/apport/apport -p%p", false, "", "given to /usr/share/apport/apport"},
           Case{"@@/run/cores.sock", false, "", "sent to socket /run/cores.sock"},
       }) {
    CAPTURE(c.pattern);
    CHECK(place(c.pattern, c.uses_pid).path == c.path);
    CHECK(place(c.pattern, c.uses_pid).handler == c.handler);
  }
}

TEST_CASE("what is not known of the process becomes a star") {
  CHECK(place_of_core({"core.%s.%h", false}, {1, {}, "", "/"}).path == "/core.*.*");
}

}  // namespace mainstay::history
