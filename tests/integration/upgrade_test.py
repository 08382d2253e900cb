"""The running supervisor is replaced by the installed programs; no service notices."""

import os
import shutil
import signal

import mainstay
from mainstay import BIN, CONTROLLER, Supervisor, TestCase, alive, install, until
from numbered import check_exact_while

# Passes what it is tried with, and then is no controller.
HANGS = "#!/bin/sh\ncase \"$*\" in *--check*) exit 0;; esac\nexec sleep 1000\n"
DIES = "#!/bin/sh\ncase \"$*\" in *--check*) exit 0;; esac\nexit 3\n"
REFUSES = "#!/bin/sh\necho 'cannot read record 3 of the state'\nexit 1\n"

class Upgrade(TestCase):
    KEYS = ("state", "pid", "restarts", "unstable_runs", "started_at", "last_exit", "held_down", "next_start_at")

    def services(self, s):
        return {o["name"]: {key: o[key] for key in self.KEYS} for o in s.call("services.list")["services"]}

    def test_services_go_on_with_everything_and_the_supervisor_keeps_its_pid(self):
        yaml = """
services:
  steady: {command: sleep 1000, instances: 2}
  crashed: {command: sleep 1000, restart: {min_uptime: 1ms}}
  waiting: {command: 'false', restart: {backoff: 1h}}
  held: {command: sleep 1000}
"""
        with Supervisor(yaml, own_programs=True) as s:
            first = s.wait_state("crashed", "running")["pid"]
            os.kill(first, signal.SIGKILL)
            s.wait("crashed", lambda a: a["pid"] not in (None, first), "restarted")
            s.wait_state("waiting", "backoff")
            s.ctl("stop", "held", check=0)
            s.wait_state("steady:0", "running")
            s.wait_state("steady:1", "running")
            before = self.services(s)
            controller = s.controller_pid()
            for _ in range(2):
                install(s, "bin/supervisor")
                install(s, CONTROLLER)
                done = s.ctl("upgrade", check=0)
                self.assertIn("upgraded from", done.stdout)
                self.assertIn("5 instances went on", done.stdout)
                self.assertEqual(self.services(s), before)
            info = s.call("supervisor.info")
            self.assertEqual(info["pid"], s.process.pid)
            self.assertNotEqual(info["controller_pid"], controller)
            self.assertTrue(info["upgrade"]["ok"])
            self.assertFalse(alive(controller))
            # Its children still are: their ends are known exactly.
            pid = s.service("crashed")["pid"]
            os.kill(pid, signal.SIGUSR1)
            again = s.wait("crashed", lambda a: a["pid"] not in (None, pid), "restarted")
            self.assertEqual(again["last_exit"]["signal"], "USR1")
            events = s.call("events.list")["events"]
            self.assertEqual([e["data"].get("cause") for e in events if e["kind"] == "supervisor_restarted"][-1:], ["upgrade"])

    def test_logs_and_exits_are_exact_under_load(self):
        ended, _ = check_exact_while(self, lambda s: s.ctl("upgrade", check=0), 4)
        self.assertEqual(ended["code"], 7)

    def test_an_exit_during_the_upgrade_is_known(self):
        yaml = "services: {a: {command: ./a.sh, restart: {policy: never}}}"
        script = "#!/bin/sh\nwhile [ ! -e go ]; do sleep 0.01; done\nexit 42\n"
        with Supervisor(yaml, {"a.sh": script}, own_programs=True) as s:
            s.wait_state("a", "running")
            # The new controller waits for the file, so that the end falls into the change.
            shutil.copy2(BIN.parent / CONTROLLER, s.folder / "real")
            install(s, CONTROLLER, f"""#!/bin/sh
case "$*" in *--check*) exit 0;; esac
touch {s.folder}/go
while [ ! -e {s.folder}/ended ]; do sleep 0.01; done
exec -a {s.program(CONTROLLER)} {s.folder}/real "$@"
""".replace("#!/bin/sh", "#!/bin/bash"))
            pid = s.service("a")["pid"]
            with mainstay.subprocess.Popen([str(BIN / "ctl"), "--socket", str(s.socket), "upgrade"],
                                           stdout=mainstay.subprocess.DEVNULL) as ctl:
                until(lambda: not alive(pid), "a has ended")
                (s.folder / "ended").touch()
                self.assertEqual(ctl.wait(mainstay.DEADLINE), 0)
            self.assertEqual(s.wait_state("a", "exited")["last_exit"]["code"], 42)

    def test_programs_that_cannot_take_over_are_refused_and_change_nothing(self):
        with Supervisor("services: {a: {command: sleep 1000}}", own_programs=True) as s:
            s.wait_state("a", "running")
            before = self.services(s)
            controller = s.controller_pid()
            install(s, CONTROLLER, REFUSES)
            refused = s.ctl("upgrade", check=1)
            self.assertIn("not upgraded, nothing was changed", refused.stderr)
            self.assertIn("cannot read record 3 of the state", refused.stderr)
            s.program(CONTROLLER).unlink()
            self.assertIn("no such file", s.ctl("upgrade", check=1).stderr)
            self.assertEqual((self.services(s), s.controller_pid()), (before, controller))

    def test_programs_that_do_not_come_to_work_give_way_to_the_old_ones(self):
        with Supervisor("services: {a: {command: sleep 1000, instances: 2}}", own_programs=True) as s:
            s.wait_state("a:0", "running")
            s.wait_state("a:1", "running")
            before = self.services(s)
            for script in (DIES, HANGS):
                install(s, CONTROLLER, script)
                back = s.ctl("upgrade", check=1)
                self.assertIn("did not come to work; back at", back.stderr)
                self.assertEqual(self.services(s), before)
                self.assertEqual(s.call("supervisor.info")["pid"], s.process.pid)
            # The old ones are on no disk any more, and yet start again.
            s.kill_controller()
            self.assertEqual(self.services(s), before)
            install(s, CONTROLLER)
            s.ctl("upgrade", check=0)
            self.assertEqual(self.services(s), before)


if __name__ == "__main__":
    mainstay.main()
