"""Keeper and controller die together; the next supervisor finds what they left."""

import concurrent.futures
import os
import signal

import mainstay
from mainstay import Supervisor, TestCase, alive, until
from numbered import check_exact_while
from saved import wait_until_saved

COUNTER = """
import sys, time
i = 0
while True:
    i += 1
    print(i, flush=True)
    time.sleep(0.001)
"""


class Survival(TestCase):
    def test_services_go_on_with_their_pids_counts_and_logs(self):
        yaml = """
services:
  writer: {command: [python3, counter.py]}
  crashed: {command: sleep 1000, restart: {min_uptime: 1ms}}
  waiting: {command: 'false', restart: {backoff: 1h}}
  held: {command: sleep 1000}
"""
        with Supervisor(yaml, {"counter.py": COUNTER}) as s:
            s.wait_state("writer", "running")
            first = s.wait_state("crashed", "running")["pid"]
            os.kill(first, signal.SIGKILL)
            crashed = s.wait("crashed", lambda a: a["pid"] not in (None, first), "restarted")
            s.wait_state("waiting", "backoff")
            s.ctl("stop", "held", check=0)
            before = s.service("writer")
            until(lambda: b"\n100\n" in s.log("writer.out.log"), "some output")
            wait_until_saved(s)
            s.die()
            size = len(s.log("writer.out.log"))
            s.start()
            after = s.service("writer")
            self.assertEqual((after["pid"], after["started_at"]), (before["pid"], before["started_at"]))
            self.assertEqual(s.service("crashed")["pid"], crashed["pid"])
            self.assertEqual(s.service("crashed")["restarts"], 1)
            self.assertEqual(s.service("waiting")["state"], "backoff")
            self.assertEqual(s.service("held")["state"], "stopped")
            until(lambda: len(s.log("writer.out.log")) > size + 1000, "more output")
            s.ctl("stop", "writer", check=0)
            numbers = [int(line) for line in s.log("writer.out.log").split()]
            self.assertEqual(numbers, list(range(1, len(numbers) + 1)))

    def test_a_run_that_nobody_had_time_to_save_is_found_too(self):
        with Supervisor("services: {a: {command: sleep 1000, autostart: false}}") as s:
            s.ctl("start", "a", check=0)
            pid = s.service("a")["pid"]
            s.die()
            for name in ("run.state", "run.state.old"):
                (s.state / name).unlink(missing_ok=True)
            s.start()
            found = s.service("a")
            self.assertEqual((found["state"], found["pid"]), ("running", pid))
            s.ctl("stop", "a", check=0)
            self.assertFalse(alive(pid))

    def test_an_end_that_nobody_saw_is_unknown_and_never_success(self):
        with Supervisor("services: {a: {command: sleep 1000, restart: {policy: on-failure, backoff: 1h}}, "
                        "b: {command: sleep 1000}}") as s:
            a = s.wait_state("a", "running")["pid"]
            b = s.wait_state("b", "running")["pid"]
            wait_until_saved(s)
            s.die()
            os.kill(a, signal.SIGTERM)
            until(lambda: not alive(a), "a is dead")
            s.start()
            self.assertEqual(s.service("b")["pid"], b)
            ended = s.wait_state("a", "backoff")
            self.assertIsNone(ended["last_exit"]["code"])
            self.assertIsNone(ended["last_exit"]["signal"])

    def test_a_taken_over_service_that_ends_is_restarted_with_what_the_kernel_knows(self):
        with Supervisor("services: {a: {command: sleep 1000, restart: {min_uptime: 1ms}}}") as s:
            pid = s.wait_state("a", "running")["pid"]
            s.die()
            s.start()
            self.assertEqual(s.service("a")["pid"], pid)
            os.kill(pid, signal.SIGKILL)
            again = s.wait("a", lambda o: o["pid"] not in (None, pid), "restarted")
            self.assertEqual(again["restarts"], 1)
            # Linux tells since 6.15, once the process was reaped.
            self.assertIn(again["last_exit"]["signal"], ("KILL", None))
            self.assertIsNone(again["last_exit"]["code"])
            s.kill_controller()
            self.assertEqual(s.service("a")["pid"], again["pid"])

    def test_fifty_ups_at_once_after_it_died_make_one_supervisor_and_no_second_copy(self):
        with Supervisor("services: {a: {command: sleep 1000}}") as s:
            pid = s.wait_state("a", "running")["pid"]
            s.die()
            options = ("--state-dir", s.state, "--log-dir", s.logs)
            with concurrent.futures.ThreadPoolExecutor(50) as pool:
                results = list(pool.map(lambda _: s.ctl("up", s.config, *options), range(50)))
            try:
                self.assertEqual([r.returncode for r in results], [0] * 50, [r.stderr for r in results if r.returncode])
                self.assertEqual(s.service("a")["pid"], pid)
                self.assertEqual(s.survivors_named("sleep"), [pid])
                self.assertEqual(len(s.survivors_named("supervisor")), 1)
            finally:
                s.ctl("down", check=0)

    def test_a_stop_by_hand_and_disable_last_over_the_end_of_the_supervisor(self):
        yaml = "services: {a: {command: sleep 1000}, b: {command: sleep 1000}, c: {command: sleep 1000}}"
        with Supervisor(yaml) as s:
            s.ctl("stop", "a", check=0)
            s.ctl("disable", "b", check=0)
            self.assertEqual(s.stop(), 0)
            s.start()
            s.wait_state("c", "running")
            self.assertEqual([o["state"] for o in s.call("services.list")["services"]],
                             ["stopped", "stopped", "running"])
            s.ctl("enable", "a", "b", check=0)
            self.assertEqual(s.stop(), 0)
            s.start()
            for name in "abc":
                s.wait_state(name, "running")

    def test_a_state_that_cannot_be_read_is_kept_and_said(self):
        with Supervisor("services: {a: {command: sleep 1000}}") as s:
            s.stop()
            (s.state / "run.state").write_bytes(b"damaged")
            s.start()
            s.wait_state("a", "running")
            self.assertIn("it is kept as run.state.unreadable-", s.stderr())
            kept = [p for p in s.state.iterdir() if "unreadable" in p.name]
            self.assertEqual([p.read_bytes() for p in kept], [b"damaged"])


class KeeperDeath(TestCase):
    def test_the_controller_takes_its_place_and_no_service_notices(self):
        yaml = """
services:
  steady: {command: sleep 1000, instances: 2}
  crashed: {command: sleep 1000, restart: {min_uptime: 1ms}}
  waiting: {command: 'false', restart: {backoff: 1h}}
  held: {command: sleep 1000}
"""
        with Supervisor(yaml) as s:
            first = s.wait_state("crashed", "running")["pid"]
            os.kill(first, signal.SIGKILL)
            s.wait("crashed", lambda a: a["pid"] not in (None, first), "restarted")
            for name, state in (("waiting", "backoff"), ("steady:0", "running"), ("steady:1", "running")):
                s.wait_state(name, state)
            s.ctl("stop", "held", check=0)
            keys = ("state", "pid", "restarts", "unstable_runs", "started_at", "last_exit", "held_down", "next_start_at")
            before = {o["name"]: {key: o[key] for key in keys} for o in s.call("services.list")["services"]}
            for _ in range(2):
                s.kill_keeper()
                after = {o["name"]: {key: o[key] for key in keys} for o in s.call("services.list")["services"]}
                self.assertEqual(after, before)
            s.ctl("restart", "steady", "crashed", check=0)
            s.ctl("down", check=0)
            until(lambda: not alive(s.successor), "the supervisor has ended")
            self.assertEqual(s.survivors(), [])

    def test_logs_lose_and_double_nothing(self):
        ended, _ = check_exact_while(self, Supervisor.kill_keeper, 4)
        self.assertEqual(ended["signal"], None)

    def test_last_words_and_the_end_of_what_dies_meanwhile_are_kept(self):
        yaml = """
services:
  a: {command: ./a.sh, restart: {policy: never}}
  b: {command: sleep 1000}
"""
        script = "#!/bin/sh\ntrap 'echo last words; exit 9' USR1\necho up\nwhile :; do sleep 0.02; done\n"
        with Supervisor(yaml, {"a.sh": script}) as s:
            until(lambda: s.log("a.out.log") == b"up\n", "a is up")
            a = s.service("a")["pid"]
            controller = s.controller_pid()
            os.kill(controller, signal.SIGSTOP)  # so that a ends when there is no keeper any more
            s.process.kill()
            s.process.wait()
            os.kill(a, signal.SIGUSR1)
            until(lambda: not alive(a), "a is dead")
            os.kill(controller, signal.SIGCONT)
            until(lambda: self.answers(s, controller), "there is a keeper again")
            s.successor = controller
            ended = s.wait_state("a", "exited")
            self.assertIn(ended["last_exit"]["code"], (9, None))  # Linux tells since 6.15
            self.assertIsNone(ended["last_exit"]["signal"])
            self.assertEqual(s.log("a.out.log"), b"up\nlast words\n")

    @staticmethod
    def answers(s, keeper):
        try:
            return s.call("supervisor.info")["pid"] == keeper
        except (ConnectionError, OSError):
            return False

    def test_output_of_a_grandchild_that_outlived_its_run_is_kept(self):
        with Supervisor(mainstay.LATE_GRANDCHILD) as s:
            s.wait_state("a", "exited")
            s.kill_keeper()
            (s.folder / "go").touch()
            until(lambda: s.log("a.out.log") == b"late\n", "the late output")

    def test_a_stop_that_was_begun_is_finished(self):
        yaml = """
services:
  a: {command: "sh -c 'trap : TERM; touch up; while :; do sleep 0.02; done'", stop: {timeout: 4s}}
"""
        with Supervisor(yaml) as s:
            until(lambda: (s.folder / "up").exists(), "a is up")
            s.ctl("stop", "a", "--no-wait", check=0)
            s.wait_state("a", "stopping")
            s.kill_keeper()
            self.assertLess(s.service("a").get("kill_in_seconds") or 0, 4.0)
            s.wait_state("a", "stopped")
            self.assertEqual(s.survivors_named("sh"), [])


if __name__ == "__main__":
    mainstay.main()
