#include "history/kernel_log.h"

#include <doctest/doctest.h>

namespace mainstay::history {

TEST_CASE("the kernel's words about a kill are understood, of old and new kernels") {
  struct Case {
    const char* record;
    int pid;
    bool in_group;
  };
  for (const Case& c : {
           Case{"3,812,5140900,-;Out of memory: Killed process 4711 (python3) total-vm:9kB\n", 4711,
                false},
           Case{"3,812,5140900,-;Memory cgroup out of memory: Killed process 17 (x), UID 1\n", 17,
                true},
           Case{"3,8,5140900,c;Killed process 9 (a b) total-vm:1kB\n SUBSYSTEM=x\n", 9, false},
           Case{"6,8,5140900,-,caller=T1;oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),"
                "task_memcg=/a,task=x,pid=4711,uid=0",
                4711, false},
           Case{"6,8,5140900,-;oom-kill:constraint=CONSTRAINT_MEMCG,oom_memcg=/a,task_memcg=/a,"
                "task=python3,pid=4711,uid=1000",
                4711, true},
       }) {
    CAPTURE(c.record);
    const auto kill = parse_memory_kill(c.record);
    REQUIRE(kill);
    CHECK(kill->pid == c.pid);
    CHECK(kill->in_group == c.in_group);
    CHECK(kill->at.since_boot == std::chrono::microseconds{5'140'900});
    CHECK(kill->message.find('\n') == std::string::npos);
  }
}

TEST_CASE("a process cannot say by its name that another one was killed") {
  const auto named = parse_memory_kill("3,8,1,-;Out of memory: Killed process 77 (,pid=1,uid=0)");
  REQUIRE(named);
  CHECK(named->pid == 77);
  const auto summary = parse_memory_kill(
      "6,8,1,-;oom-kill:constraint=CONSTRAINT_NONE,task=,pid=1,uid=0,,pid=77,uid=0");
  REQUIRE(summary);
  CHECK(summary->pid == 77);
}

TEST_CASE("what is not the kernel's word about a kill is nothing") {
  for (const char* record :
       {"", ";", "3,8,1,-", "x,8,1,-;Killed process 9 (a)", "3,8,x,-;Killed process 9 (a)",
        "3,8;Killed process 9 (a)",
        // Facility 1, user: anybody with a logger may have written that.
        "12,8,1,-;Out of memory: Killed process 9 (a)",
        "3,8,1,-;x Out of memory: Killed process 9 (a)", "3,8,1,-;Killed process x (a)",
        "3,8,1,-;Killed process 99999999999999999999 (a)", "3,8,1,-;Killed process -9 (a)",
        "3,8,1,-;Killed process 9", "6,8,1,-;oom-kill:constraint=X,pid=9",
        "6,8,1,-;oom-kill:constraint=X,task=a,uid=0",
        "3,8,1,-;usb 1-1: new device\n Out of memory: Killed process 9 (a)"}) {
    CAPTURE(record);
    CHECK_FALSE(parse_memory_kill(record).has_value());
  }
}

TEST_CASE("a nonsensical time is no time") {
  CHECK_FALSE(parse_memory_kill("3,8,18446744073709551615,-;Killed process 9 (a)").has_value());
}

TEST_CASE("control groups count their kills in both versions") {
  CHECK(parse_group_kills("low 0\nhigh 0\nmax 12\noom 2\noom_kill 2\noom_group_kill 1\n") == 2);
  CHECK(parse_group_kills("oom_kill_disable 0\nunder_oom 0\noom_kill 5\n") == 5);
  CHECK_FALSE(parse_group_kills("oom_kill_disable 0\nunder_oom 0\n").has_value());
  CHECK_FALSE(parse_group_kills("oom_kill x\n").has_value());
  CHECK_FALSE(group_kills("/nonexistent").has_value());
}

}  // namespace mainstay::history
