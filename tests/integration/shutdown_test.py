"""How a supervisor ends, and how it refuses to begin."""

import os
import shutil
import signal
import subprocess
import unittest

import mainstay
from mainstay import Supervisor, TestCase, alive, kill, until

# A service that says when it got TERM, and ends once it has.
POLITE = """['sh', '-c', "trap 'echo {name} >> ../order; exit 0' TERM; touch up-{name}; while :; do sleep 0.02; done"]"""


class Ending(TestCase):
    def test_term_stops_everything_in_reverse_order_and_exits_with_0(self):
        yaml = f"""
services:
  database: {{command: {POLITE.format(name="database")}}}
  backend: {{command: {POLITE.format(name="backend")}, depends_on: [database]}}
  web: {{command: {POLITE.format(name="web")}, depends_on: [backend]}}
""".replace("../order", "order")
        with Supervisor(yaml) as s:
            for name in ("database", "backend", "web"):
                until(lambda: (s.folder / f"up-{name}").exists(), f"{name} is up")
            self.assertEqual(s.stop(signal.SIGTERM), 0)
            self.assertEqual((s.folder / "order").read_text().split(), ["web", "backend", "database"])

    def test_a_second_signal_hurries(self):
        yaml = "services: {a: {command: ['sh', '-c', \"trap '' TERM; touch up; while :; do sleep 0.02; done\"], stop: {timeout: 1h}}}"
        with Supervisor(yaml) as s:
            until(lambda: (s.folder / "up").exists(), "a is up")
            pid = s.service("a")["pid"]
            s.process.send_signal(signal.SIGINT)
            s.wait_state("a", "stopping")
            s.process.send_signal(signal.SIGINT)
            self.assertEqual(s.process.wait(mainstay.DEADLINE), 0)
            self.assertFalse(alive(pid))

    def test_an_essential_service_that_fails_takes_everything_down_with_its_code(self):
        yaml = """
services:
  other: {command: sleep 1000}
  vital: {command: sh -c 'exit 42', essential: true, restart: {policy: never}}
"""
        s = Supervisor(yaml, start=False)
        try:
            s.process = subprocess.Popen(s.command(), cwd=s.folder, stderr=subprocess.DEVNULL)
            self.assertEqual(s.process.wait(mainstay.DEADLINE), 42)
        finally:
            self.assertEqual(s.close(), [])

    def test_ctl_down_stops_everything_and_waits_until_the_supervisor_is_gone(self):
        with Supervisor("services: {a: {command: sleep 1000}}") as s:
            pid = s.wait_state("a", "running")["pid"]
            s.ctl("down", check=0)
            self.assertFalse(alive(pid))
            self.assertEqual(s.process.wait(mainstay.DEADLINE), 0)

    @unittest.skipUnless(mainstay.as_root() and shutil.which("unshare"), "needs root and unshare(1)")
    def test_as_process_1_it_reaps_strangers_and_forwards_term(self):
        yaml = """
services:
  a: {command: ['sh', '-c', "trap 'touch got-term; exit 0' TERM; (sh -c 'sleep 0.1; exit 3' &); touch up; while :; do sleep 0.02; done"]}
"""
        s = Supervisor(yaml, start=False)
        try:
            s.process = subprocess.Popen(["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", *s.command()],
                                         cwd=s.folder, stderr=subprocess.DEVNULL)
            until(lambda: (s.folder / "up").exists(), "a is up")
            children = f"/proc/{s.process.pid}/task/{s.process.pid}/children"
            with open(children, encoding="ascii") as f:
                first = int(f.read().split()[0])

            def zombies():
                done = subprocess.run(["ps", "-o", "stat=", "--ppid", str(first)], capture_output=True, text=True, check=False)
                return [line for line in done.stdout.split() if line.startswith("Z")]

            until(lambda: not zombies(), "no zombie is left")
            os.kill(first, signal.SIGTERM)
            self.assertEqual(s.process.wait(mainstay.DEADLINE), 0)
            self.assertTrue((s.folder / "got-term").exists())
        finally:
            self.assertEqual(s.close(), [])

    def test_a_controller_that_hangs_is_replaced_and_the_stop_goes_on(self):
        with Supervisor("services: {a: {command: sleep 1000, stop: {timeout: 100ms}}}") as s:
            pid = s.wait_state("a", "running")["pid"]
            os.kill(s.controller_pid(), signal.SIGSTOP)
            s.process.send_signal(signal.SIGTERM)
            self.assertEqual(s.process.wait(mainstay.DEADLINE), 0)
            self.assertFalse(alive(pid))
            self.assertIn("gives no sign of life", s.stderr())

    def test_a_keeper_without_any_controller_ends_everything_by_itself(self):
        with Supervisor("services: {a: {command: sleep 1000, stop: {timeout: 100ms}}}", own_programs=True) as s:
            pid = s.wait_state("a", "running")["pid"]
            controller = s.controller_pid()
            s.program("libexec/mainstay/mainstay-controller").unlink()
            os.kill(controller, signal.SIGKILL)
            until(lambda: not alive(controller), "the controller is dead")
            self.assertTrue(alive(pid))
            s.process.send_signal(signal.SIGTERM)
            s.process.wait(mainstay.DEADLINE)
            self.assertFalse(alive(pid))


class Beginning(TestCase):
    def refused(self, s):
        done = subprocess.run(s.command(), cwd=s.folder, capture_output=True, text=True, timeout=mainstay.DEADLINE,
                              stdin=subprocess.DEVNULL, check=False)
        return done.returncode, done.stderr

    def test_a_second_supervisor_says_who_holds_the_state_and_exits_with_1(self):
        with Supervisor("services: {a: {command: sleep 1000}}") as s:
            pid = s.wait_state("a", "running")["pid"]
            code, said = self.refused(s)
            self.assertEqual(code, 1)
            self.assertIn(str(s.process.pid), said)
            self.assertIn(str(s.state), said)
            self.assertTrue(alive(pid))
            self.assertTrue(s.call("supervisor.ping")["pong"])

    def test_a_supervisor_with_the_socket_of_another_is_refused_and_disturbs_nothing(self):
        with Supervisor("services: {a: {command: sleep 1000}}") as s:
            s.wait_state("a", "running")
            other = Supervisor("services: {b: {command: sleep 1000}}", start=False)
            other.socket = s.socket
            try:
                code, said = self.refused(other)
                self.assertEqual(code, 1)
                self.assertIn(str(s.socket), said)
            finally:
                self.assertEqual(other.close(), [])
            self.assertTrue(s.call("supervisor.ping")["pong"])

    def test_a_stale_socket_is_replaced(self):
        s = Supervisor("services: {a: {command: sleep 1000}}")
        with s:
            os.kill(s.controller_pid(), signal.SIGSTOP)
            s.process.kill()
            s.process.wait()
            kill(s.survivors())
            until(lambda: not s.survivors(), "all are gone")
            self.assertTrue(s.socket.exists())
            s.start()
            self.assertTrue(s.call("supervisor.ping")["pong"])

    def test_bad_arguments_exit_with_2(self):
        done = subprocess.run([mainstay.BIN / "supervisor", "--confg", "x"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--confg", done.stderr)

    def test_a_bad_file_exits_with_2_and_starts_nothing(self):
        s = Supervisor("services: {a: {comand: touch started}}", start=False)
        try:
            code, said = self.refused(s)
            self.assertEqual(code, 2)
            self.assertIn("ecosystem.yaml:1:", said)
            self.assertIn("did you mean 'command'?", said)
            self.assertFalse((s.folder / "started").exists())
        finally:
            self.assertEqual(s.close(), [])

    def test_a_log_folder_that_cannot_be_made_is_named(self):
        s = Supervisor("services: {a: {command: sleep 1000}}", {"log": "a file where the folder should be"}, start=False)
        try:
            code, said = self.refused(s)
            self.assertEqual(code, 1)
            self.assertIn(str(s.logs), said)
        finally:
            self.assertEqual(s.close(), [])


if __name__ == "__main__":
    mainstay.main()
