#include "process/proc_linux.h"

#include <doctest/doctest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/cgroup_linux.h"
#include "process/listening_linux.h"
#include "process/orphans_linux.h"

using namespace std::string_view_literals;

namespace mainstay::process {

TEST_CASE("a stat line is read whatever the process calls itself") {
  for (const auto name :
       {"sh"sv, ")"sv, ") R 1 1 1"sv, "a\nb)"sv, "((("sv, ""sv, "\xff\x1b[2J"sv}) {
    CAPTURE(name);
    const std::string line =
        "4711 (" + std::string{name} +
        ") S 17 4700 4690 0 -1 4194560 1 2 3 4 50 6 70 8 20 0 3 0 12345 1000000 "
        "250 18446744073709551615 1 2\n";
    const auto stat = parse_stat(line);
    REQUIRE(stat);
    CHECK(stat->pid == 4711);
    CHECK(stat->state == 'S');
    CHECK(stat->ppid == 17);
    CHECK(stat->pgrp == 4700);
    CHECK(stat->session == 4690);
    CHECK(stat->own_ticks == 56);
    CHECK(stat->children_ticks == 78);
    CHECK(stat->threads == 3);
    CHECK(stat->start_time == 12345);
    CHECK(stat->resident_pages == 250);
  }
}

TEST_CASE("a stat line that is cut or foreign is refused or reads as zeros, never beyond its end") {
  const std::string line =
      "4711 (sh) S 17 4700 4690 0 -1 4194560 1 2 3 4 50 6 70 8 20 0 3 0 12345 1 250";
  for (std::size_t length = 0; length < line.size(); ++length) {
    const auto stat = parse_stat(line.substr(0, length));
    if (stat) CHECK(stat->pid == 4711);
  }
  for (const auto text :
       {""sv, ")("sv, "x (y) S 1"sv, "-5 (y) S 1 1"sv, "5 (y)"sv, "(y) S 1 2 3"sv}) {
    CHECK_FALSE(parse_stat(text));
  }
}

TEST_CASE("what a process reads and writes is read whole or not at all") {
  const std::string text =
      "rchar: 100\nwchar: 20\nsyscr: 9\nsyscw: 9\nread_bytes: 4096\nwrite_bytes: 8192\n"
      "cancelled_write_bytes: 5\n";
  const auto io = parse_io(text);
  REQUIRE(io);
  CHECK(io->asked == 120);
  CHECK(io->read == 4096);
  CHECK(io->written == 8192);
  for (const auto other :
       {""sv, "rchar: 1\nwchar: 2\n"sv, "rchar: 1\nwchar: 2\nread_bytes: \nwrite_bytes: 3"sv,
        "rchar: 1\nwchar: 2\nread_bytes: 3\ncancelled_write_bytes: 5\n"sv})
    CHECK_FALSE(parse_io(other));
  CHECK(Proc{}.io(getpid()));
  CHECK_FALSE(Proc{}.io(0));
}

TEST_CASE("a zombie is dead unless its other threads go on") {
  ProcStat stat;
  stat.state = 'Z';
  stat.threads = 1;
  CHECK_FALSE(stat.alive());
  stat.threads = 2;
  CHECK(stat.alive());
  stat.state = 'T';
  CHECK(stat.alive());
}

TEST_CASE("the first entry of that exact name counts, and one without an end does not") {
  const auto block = "A=1\0NAMES=2\0NAME\0NAME=first\0NAME=second\0"sv;
  CHECK(find_in_environ(block, "NAME") == "first"sv);
  CHECK(find_in_environ(block, "A") == "1"sv);
  CHECK_FALSE(find_in_environ(block, "B"));
  CHECK_FALSE(find_in_environ("NAME=cut"sv, "NAME"));
  CHECK(find_in_environ("\0\0NAME=\0"sv, "NAME") == ""sv);
}

TEST_CASE("our own process is found with its children, its name and its descriptors") {
  const Proc proc;
  const int child = fork();
  if (child == 0) {
    prctl(PR_SET_NAME, ") R 1 (\n");
    for (;;)
      pause();
  }
  std::vector<int> children;
  REQUIRE(proc.children(getpid(), children));
  CHECK(children == std::vector{child});
  const auto stat = proc.stat(child);
  REQUIRE(stat);
  CHECK(stat->ppid == getpid());
  CHECK(proc.open_files(getpid()) >= 3);
  CHECK_FALSE(proc.stat(0));
  CHECK_FALSE(proc.children(-1, children));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}

TEST_CASE(
    "cookies say whose orphan it is, instance names with slashes in the value do not confuse") {
  CHECK(cookie_prefix("mainstay-1f/", "backend:0") == "mainstay-1f/backend:0/");
}

TEST_CASE("cgroup mounts are found among all others, escapes undone") {
  const auto mounts = parse_cgroup_mounts(
      "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
      "37 31 0:34 / /sys/fs/cgroup/freezer rw,relatime shared:9 - cgroup cgroup rw,freezer\n"
      "36 31 0:35 / /sys/fs/cgroup/blkio rw,relatime - cgroup cgroup rw,blkio\n"
      "41 31 0:38 /docker/ab /mnt/with\\040space rw,relatime - cgroup2 cgroup2 rw\n"
      "nonsense\n41 31 -\n");
  REQUIRE(mounts.size() == 2);
  CHECK(mounts[0].folder == "/sys/fs/cgroup/freezer");
  CHECK(mounts[0].has("freezer"));
  CHECK_FALSE(mounts[0].v2);
  CHECK(mounts[1].folder == "/mnt/with space");
  CHECK(mounts[1].root == "/docker/ab");
  CHECK(mounts[1].v2);
}

TEST_CASE("our group is found in both hierarchies") {
  const auto text = "9:name=systemd:/a\n6:cpu,freezer:/f\n0::/system.slice/x.service\n"sv;
  CHECK(own_cgroup(text, "") == "/system.slice/x.service");
  CHECK(own_cgroup(text, "freezer") == "/f");
  CHECK(own_cgroup(text, "cpu") == "/f");
  CHECK_FALSE(own_cgroup(text, "memory"));
  CHECK_FALSE(own_cgroup("9:name=systemd:/a\n"sv, ""));
}

TEST_CASE("a process is in an instance's group or below it, by whole names only") {
  const std::string root = "mainstay-1f/";
  CHECK(instance_in_group("4:x:/\n0::/mainstay-1f/back.end.0\n", root) == "back.end:0");
  CHECK(instance_in_group("0::/a/mainstay-1f/backend.12/inner/0\n", root) == "backend:12");
  CHECK(instance_in_group("0::/mainstay-1f\n", root).empty());
  CHECK(instance_in_group("0::/mainstay-1fe/backend.0\n", root).empty());
  CHECK(instance_in_group("", root).empty());
}

TEST_CASE("a group has the instance's name, in one path component") {
  CHECK(group_name("backend:0") == "backend.0");
  CHECK(group_name("a.b:12") == "a.b.12");
  CHECK(group_name("../../etc:0") == ".._.._etc.0");
  CHECK(state_dir_hash("/var/lib/mainstay") != state_dir_hash("/var/lib/mainstay2"));
  CHECK(state_dir_hash("/var/lib/mainstay").size() == 16);
}

TEST_CASE("listening sockets are taken from the tables, connections and nonsense are not") {
  std::vector<ListeningSocket> found;
  parse_listening(
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
      "inode\n"
      "   0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 "
      "4242 1 ff 100 0\n"
      "   1: 0100007F:1F41 0100007F:9999 01 00000000:00000000 00:00000000 00000000  1000        0 "
      "4243 1 ff 100 0\n"
      "   2: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A "
      "00000000:00000000 "
      "00:00000000 00000000    33        0 4244 1\n"
      "   3: garbage\n\n   4: 0100007F:FFFFF 00000000:0000 0A 0:0 00:0 0 0 0 1\n",
      PortProtocol::Tcp, found);
  REQUIRE(found.size() == 2);
  CHECK(found[0] == ListeningSocket{4242, 8000, PortProtocol::Tcp, 1000});
  CHECK(found[1] == ListeningSocket{4244, 80, PortProtocol::Tcp, 33});
}

}  // namespace mainstay::process
