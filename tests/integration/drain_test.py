"""Controllers crash again and again: drain mode, in which nothing is decided and nothing is lost."""

import os
import signal

import mainstay
from mainstay import CONTROLLER, RpcError, Supervisor, TestCase, alive, install, until

# A controller that crashes at once, unless it only drains. What tries it before an upgrade finds nothing wrong.
CRASHES = """#!/bin/bash
case "$*" in *--check*) exit 0;; *--drain=*) exec -a {program} {real} "$@";; esac
kill -SEGV $$
"""

YAML = """
services:
  writer: {command: [python3, writer.py]}
  steady: {command: sleep 1000}
  dies: {command: sleep 1000, restart: {backoff: 10ms}}
  slow: {command: [python3, slow.py], ready: {notify: true, timeout: 10m}}
"""

# Says that it is ready once it gets USR1.
SLOW = """
import os, signal, socket
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
print("there", flush=True)
signal.sigwait([signal.SIGUSR1])
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])
signal.pause()
"""

# Numbered lines, until TERM: far more than a pipe holds in the time of some crashes.
WRITER = """
import signal, sys, time
stopped = []
signal.signal(signal.SIGTERM, lambda *_: stopped.append(1))
number = 0
while not stopped:
    print(f"{number:08d} " + "x" * 90, flush=True)
    number += 1
    time.sleep(0.001)
"""


class Drain(TestCase):
    def supervisor(self, seconds):
        return Supervisor(YAML, {"writer.py": WRITER, "slow.py": SLOW}, own_programs=True,
                          environment={"MAINSTAY_TEST_DRAIN_SECONDS": str(seconds)})

    def break_controller(self, s):
        """From now on every whole controller crashes; returns when the supervisor drains."""
        for name in ("writer", "steady", "dies"):
            s.wait_state(name, "running")
        real = s.folder / "real"
        if not real.exists():
            os.link(s.program(CONTROLLER), real)
        install(s, CONTROLLER, CRASHES.format(program=s.program(CONTROLLER), real=real))
        os.kill(s.controller_pid(), signal.SIGKILL)
        return until(lambda: self.drain_of(s), "drain mode")

    def drain_of(self, s):
        try:
            return s.call("supervisor.info")["drain"]
        except (ConnectionError, OSError):
            return None

    def whole_again(self, s):
        def whole():
            try:
                return s.call("supervisor.info")["drain"] is None
            except (ConnectionError, OSError):
                return False

        until(whole, "a whole controller")

    def check_numbers(self, s):
        numbers = [int(line[:8]) for line in s.log("writer.out.log").splitlines()]
        self.assertEqual(numbers, list(range(len(numbers))))

    def test_services_go_on_nothing_is_decided_and_it_ends_by_itself(self):
        with self.supervisor(15) as s:
            pids = {name: s.wait_state(name, "running")["pid"] for name in ("writer", "steady", "dies")}
            drain = self.break_controller(s)
            self.assertGreaterEqual(drain["crashes"], 5)
            install(s, CONTROLLER)  # what is tried next is good again
            os.kill(pids["dies"], signal.SIGUSR1)
            dead = s.wait_state("dies", "exited")
            self.assertEqual((dead["last_exit"]["signal"], dead["pid"], dead["restarts"]), ("USR1", None, 0))
            written = len(s.log("writer.out.log"))
            until(lambda: len(s.log("writer.out.log")) > written, "output is read on")
            with self.assertRaises(RpcError) as refused:
                s.call("services.restart", targets=["steady"])
            self.assertEqual(refused.exception.data["code"], "draining")
            for said in (str(refused.exception), s.ctl("status").stdout.replace("\n", " "), s.ctl("why", "dies").stdout,
                         s.stderr()):
                self.assertIn("drain mode since", said)
                self.assertIn("ctl upgrade", said)
            self.assertIn("ended with signal 10 (USR1)", s.ctl("why", "dies").stdout)
            self.assertIn("CRASHES AGAIN AND AGAIN (5 times): drain mode for 15 s", s.stderr())
            self.assertTrue(alive(pids["steady"]))

            self.whole_again(s)
            again = s.wait("dies", lambda o: o["state"] == "running" and o["restarts"] == 1, "restarted after all")
            self.assertNotEqual(again["pid"], pids["dies"])
            self.assertEqual(again["last_exit"]["signal"], "USR1")
            for name in ("writer", "steady"):
                self.assertEqual(s.service(name)["pid"], pids[name])
            events = [e for e in s.call("events.list")["events"] if e["kind"] == "supervisor_restarted"]
            self.assertEqual(events[-1]["data"]["cause"], "crash loop")
            self.assertNotIn("drain mode since", s.ctl("status").stdout)
            self.check_numbers(s)

    def test_a_service_that_says_it_is_ready_meanwhile_is_ready_afterwards(self):
        with self.supervisor(8) as s:
            until(lambda: s.log("slow.out.log") == b"there\n", "the service is there")
            pid = s.service("slow")["pid"]
            self.break_controller(s)
            install(s, CONTROLLER)
            self.assertEqual(s.service("slow")["state"], "starting")
            os.kill(pid, signal.SIGUSR1)
            s.wait_state("slow", "running")
            self.whole_again(s)
            slow = s.service("slow")
            self.assertEqual((slow["state"], slow["pid"], slow["restarts"]), ("running", pid, 0))

    def test_a_trial_that_crashes_leads_back_at_once_for_longer(self):
        with self.supervisor(1) as s:
            self.break_controller(s)
            until(lambda: s.stderr().count("drain mode for 2 s") > 0, "the second drain mode")
            until(lambda: self.drain_of(s), "it answers again")
            install(s, CONTROLLER)
            self.whole_again(s)
            self.check_numbers(s)

    def test_an_upgrade_is_the_way_out(self):
        with self.supervisor(600) as s:
            pid = s.wait_state("steady", "running")["pid"]
            dies = s.wait_state("dies", "running")["pid"]
            self.break_controller(s)
            os.kill(dies, signal.SIGUSR1)
            s.wait_state("dies", "exited")
            install(s, CONTROLLER)
            s.ctl("upgrade", check=0)
            self.assertIsNone(s.call("supervisor.info")["drain"])
            self.assertEqual(s.service("steady")["pid"], pid)
            again = s.wait("dies", lambda o: o["pid"] not in (None, dies), "restarted")
            self.assertEqual((again["last_exit"]["signal"], again["restarts"]), ("USR1", 1))
            self.check_numbers(s)

    def test_down_stops_everything_in_order_when_a_whole_controller_can(self):
        with self.supervisor(600) as s:
            self.break_controller(s)
            install(s, CONTROLLER)
            s.ctl("down", check=0)
            self.assertEqual(s.process.wait(mainstay.DEADLINE), 0)
            self.assertEqual(s.survivors(), [])
            self.check_numbers(s)

    def test_the_keeper_kills_what_no_controller_can_stop(self):
        with self.supervisor(600) as s:
            self.break_controller(s)
            self.assertEqual(s.stop(), 0)
            self.assertIn("cannot stop the services; killing them", s.stderr())
            self.assertEqual(s.survivors(), [])


if __name__ == "__main__":
    mainstay.main()
