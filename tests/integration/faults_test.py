"""System calls fail under the supervisor's hands (strace injects the errors): it goes on, and loses nothing."""

import shutil
import signal
import subprocess
import unittest

import mainstay
from mainstay import Supervisor, TestCase, until

NUMBERS = "#!/bin/sh\nwhile [ ! -e go ]; do sleep 0.02; done\nseq 1 20000\nsleep 1000\n"


def can_trace():
    if shutil.which("strace") is None:
        return False
    tried = subprocess.run(["strace", "-o", "/dev/null", "-e", "inject=getpid:error=EAGAIN", "true"],
                           stderr=subprocess.DEVNULL, check=False)
    return tried.returncode == 0


class Inject:
    """While it is entered, a system call of the process fails with an errno."""

    def __init__(self, pid, call, error):
        self.pid = pid
        self.arguments = ["strace", "-f", "-q", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                          f"inject={call}:error={error}", "-p", str(pid)]
        self.strace = None

    def is_traced(self):
        with open(f"/proc/{self.pid}/status", encoding="utf-8") as status:
            return "TracerPid:\t0\n" not in status.read()

    def __enter__(self):
        self.strace = subprocess.Popen(self.arguments, stderr=subprocess.DEVNULL)
        until(self.is_traced, "strace has attached itself")
        return self

    def __exit__(self, *_):
        self.strace.send_signal(signal.SIGINT)
        self.strace.wait(mainstay.DEADLINE)
        until(lambda: not self.is_traced(), "strace has let go")


@unittest.skipUnless(can_trace(), "needs strace(1), and the right to use it")
class Faults(TestCase):
    def test_a_start_for_which_there_is_no_process_is_tried_again_and_not_counted(self):
        for error in ("EAGAIN", "ENOMEM"):
            with Supervisor("services: {a: {command: sleep 1000, autostart: false, restart: {backoff: 100ms}}}") as s:
                with Inject(s.process.pid, "clone3,clone,fork,vfork", error):
                    s.ctl("start", "a", "--no-wait", check=0)
                    held = s.wait("a", lambda a: a["last_exit"] is not None, "not started")
                    self.assertIn(held["state"], ("backoff", "starting"))
                    self.assertEqual(held["unstable_runs"], 0)
                    self.assertEqual(held["last_exit"]["reason"], "start failed")
                running = s.wait_state("a", "running")
                self.assertEqual(running["unstable_runs"], 0)

    def test_output_that_cannot_be_written_follows_when_it_can(self):
        for error in ("ENOSPC", "EIO"):
            yaml = "services: {a: {command: ./a.sh, logs: {on_full: block}}}"
            with Supervisor(yaml, {"a.sh": NUMBERS}) as s:
                s.wait_state("a", "running")
                with Inject(s.controller_pid(), "splice", error):
                    (s.folder / "go").touch()
                    until(lambda: (s.service("a").get("log_trouble") or {}).get("reason"), "the trouble is told")
                    self.assertEqual(s.service("a")["state"], "running")
                wanted = b"".join(b"%d\n" % i for i in range(1, 20001))
                until(lambda: s.log("a.out.log") == wanted, "everything is written")
                self.assertIsNone(s.service("a").get("log_trouble"))

    def test_a_log_for_which_there_is_no_descriptor_is_written_when_there_is(self):
        with Supervisor("services: {a: {command: ./a.sh}}", {"a.sh": NUMBERS}) as s:
            s.wait_state("a", "running")
            with Inject(s.controller_pid(), "openat", "EMFILE"):
                (s.folder / "go").touch()
                until(lambda: (s.service("a").get("log_trouble") or {}).get("reason"), "the trouble is told")
            until(lambda: s.log("a.out.log").endswith(b"\n20000\n"), "everything is written")
            self.assertEqual(s.log("a.out.log"), b"".join(b"%d\n" % i for i in range(1, 20001)))

    def test_clients_that_cannot_be_let_in_wait_and_nothing_spins(self):
        with Supervisor("services: {a: {command: sleep 1000}}") as s:
            s.wait_state("a", "running")
            pid = s.controller_pid()

            def cpu_ticks():
                with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
                    fields = stat.read().rsplit(")", 1)[1].split()
                return int(fields[11]) + int(fields[12])

            with Inject(pid, "accept4,accept", "EMFILE"):
                before = cpu_ticks()
                waiting = [subprocess.Popen([str(mainstay.BIN / "ctl"), "--socket", str(s.socket), "ping"],
                                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(5)]
                watched = subprocess.run(["sleep", "1"], check=True)
                self.assertEqual(watched.returncode, 0)
                self.assertLess(cpu_ticks() - before, 20, "it spins")
            for client in waiting:
                client.wait(mainstay.DEADLINE)
            s.ctl("ping", check=0)


if __name__ == "__main__":
    mainstay.main()
