"""ctl against a real supervisor: verbs, targets, exit codes, --json."""

import json
import os
import signal
import subprocess

import mainstay
from mainstay import Supervisor, TestCase, alive, until
from terminal import on_terminal

YAML = """
name: shop
services:
  backend: {command: sleep 1000, tags: [web], instances: 2}
  worker: {command: sleep 1000}
  spare: {command: sleep 1000, autostart: false}
"""


class Verbs(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.supervisor = Supervisor(YAML)
        cls.ctl = cls.supervisor.ctl
        for name in ("backend:0", "backend:1", "worker"):
            cls.supervisor.wait_state(name, "running")

    @classmethod
    def tearDownClass(cls):
        left = cls.supervisor.close()
        assert left == [], left

    def test_status_shows_every_instance_and_exits_with_3_when_one_that_was_asked_for_is_down(self):
        everything = self.ctl("status")
        for name in ("backend:0", "backend:1", "worker", "spare"):
            self.assertIn(name, everything.stdout)
        self.assertEqual(self.ctl("status", "worker").returncode, 0)
        self.assertEqual(self.ctl("status", "spare").returncode, 3)
        for alias in ("ls", "list", "ps"):
            self.assertIn("worker", self.ctl(alias).stdout)

    def test_targets_are_names_instances_globs_tags_and_all(self):
        def names(*targets):
            result = json.loads(self.ctl("status", "--json", *targets).stdout)
            return [service["name"] for service in result["services"]]

        self.assertEqual(names("worker"), ["worker"])
        self.assertEqual(names("worker:0"), ["worker"])
        self.assertEqual(names("backend"), ["backend:0", "backend:1"])
        self.assertEqual(names("backend:1"), ["backend:1"])
        self.assertEqual(names("*er"), ["worker"])
        self.assertEqual(names("@web"), ["backend:0", "backend:1"])
        self.assertEqual(len(names("all")), 4)

    def test_a_target_that_is_not_there_exits_with_4_and_suggests(self):
        done = self.ctl("stop", "wroker", check=4)
        self.assertEqual(done.stdout, "")
        self.assertIn("did you mean 'worker'?", done.stderr)

    def test_bad_usage_exits_with_2(self):
        self.assertIn("did you mean 'status'?", self.ctl("statsu", check=2).stderr)
        self.ctl("status", "--nope", check=2)
        self.ctl("scale", "worker", check=2)
        self.ctl("stop", check=2)

    def test_stop_start_and_restart_wait_for_the_result(self):
        before = self.supervisor.service("worker")["pid"]
        self.ctl("restart", "worker", check=0)
        after = self.supervisor.service("worker")
        self.assertEqual(after["state"], "running")
        self.assertNotEqual(after["pid"], before)
        self.assertFalse(alive(before))
        self.ctl("stop", "worker", check=0)
        self.assertEqual(self.supervisor.service("worker")["state"], "stopped")
        self.ctl("start", "worker", check=0)
        self.assertEqual(self.supervisor.service("worker")["state"], "running")

    def test_start_of_what_cannot_run_exits_with_1_and_says_why(self):
        with Supervisor("services: {a: {command: nonesuch, autostart: false, restart: {backoff: 1h}}}") as s:
            done = s.ctl("start", "a", check=1)
            self.assertIn("nonesuch", done.stderr + done.stdout)
            done = s.ctl("start", "a", "--json", check=1)
            self.assertFalse(json.loads(done.stdout)["results"][0]["ok"])

    def test_signal_reaches_the_main_process(self):
        with Supervisor("services: {a: {command: ['sh', '-c', \"trap 'echo got it' USR2; touch up; while :; do sleep 0.02; done\"]}}") as s:
            until(lambda: (s.folder / "up").exists(), "a is up")
            s.ctl("signal", "USR2", "a", check=0)
            until(lambda: s.log("a.out.log") == b"got it\n", "the signal's trace")
            self.assertIn("NOSUCH", s.ctl("signal", "NOSUCH", "a", check=2).stderr)

    def test_reset_forgets_counts(self):
        with Supervisor("services: {a: {command: 'false', restart: {max_restarts: 0}}}") as s:
            s.wait_state("a", "failed")
            s.ctl("reset", "a", check=0)
            service = s.service("a")
            self.assertEqual((service["state"], service["unstable_runs"], service["restarts"]), ("stopped", 0, 0))

    def test_show_tells_everything_but_secrets(self):
        with Supervisor("services: {a: {command: sleep 1000, env: {PASSWORD: hunter2}}}") as s:
            shown = s.ctl("show", "a", check=0).stdout
            self.assertIn("sleep", shown)
            self.assertIn("PASSWORD", shown)
            self.assertNotIn("hunter2", shown + s.ctl("show", "a", "--json").stdout)

    def test_why_explains_every_state(self):
        yaml = """
defaults: {restart: {backoff: 1h}}
services:
  running: {command: sleep 1000}
  stopped: {command: sleep 1000, autostart: false}
  backoff: {command: sh -c 'echo last words >&2; exit 3'}
  failed: {command: 'false', restart: {max_restarts: 0}}
  exited: {command: 'true', restart: {policy: never}}
  waiting: {command: sleep 1000, depends_on: {stopped: started}, autostart: false}
"""
        with Supervisor(yaml) as s:
            for name in ("running", "backoff", "failed", "exited"):
                s.wait_state(name, name)
            for name in ("running", "stopped", "backoff", "failed", "exited"):
                self.assertIn(name, s.ctl("why", name, check=0).stdout)
            said = s.ctl("why", "backoff").stdout
            self.assertIn("last words", said)
            self.assertIn("code 3", said)
            self.assertRegex(said, r"next\s+start in 1h|next\s+start in 59m")

    def test_logs_neutralise_escape_sequences_on_a_terminal_only(self):
        yaml = r"""services: {a: {command: ['printf', '\033]0;owned\007\033[31mred\033[0m\n'], restart: {policy: never}}}"""
        with Supervisor(yaml) as s:
            s.wait_state("a", "exited")
            self.assertIn("\x1b]0;owned\x07", s.ctl("logs", "a", check=0).stdout)
            shown = on_terminal([mainstay.BIN / "ctl", "--socket", s.socket, "logs", "a"])
            self.assertNotIn(b"\x1b]0;", shown)
            self.assertIn(b"owned", shown)

    def test_logs_follow_until_interrupted_and_through_a_restart(self):
        with Supervisor("services: {a: {command: sh -c 'echo run $$$$; exec sleep 1000'}}") as s:
            s.wait_state("a", "running")
            following = subprocess.Popen([mainstay.BIN / "ctl", "--socket", s.socket, "logs", "-f", "a"],
                                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            try:
                self.assertRegex(following.stdout.readline(), r"run \d+")
                s.ctl("restart", "a", check=0)
                self.assertRegex(following.stdout.readline(), r"run \d+")
                s.kill_controller()
                s.ctl("restart", "a", check=0)
                self.assertRegex(following.stdout.readline(), r"run \d+")
                following.send_signal(signal.SIGINT)
                self.assertIn(following.wait(mainstay.DEADLINE), (0, 130))
            finally:
                following.kill()
                following.wait()
                following.stdout.close()
                following.stderr.close()

    def test_events_tell_what_happened(self):
        with Supervisor("services: {a: {command: 'true', restart: {policy: never}}}") as s:
            s.wait_state("a", "exited")
            kinds = [event["kind"] for event in json.loads(s.ctl("events", "--json", "a", check=0).stdout)["events"]]
            self.assertIn("service_started", kinds)
            self.assertIn("service_exited", kinds)

    def test_ping_version_and_help(self):
        self.ctl("ping", check=0)
        self.assertRegex(self.ctl("version", check=0).stdout, r"\d+\.\d+\.\d+")
        everything = self.ctl("help", check=0).stdout
        for verb in ("up", "down", "status", "why", "logs", "scale"):
            self.assertIn(verb, everything)
            self.assertIn(verb, self.ctl("help", verb, check=0).stdout)

    def test_json_is_the_result_and_nothing_else(self):
        for verb in (["status"], ["show", "worker"], ["why", "worker"], ["logs", "-n", "1"], ["events"], ["ping"], ["version"]):
            with self.subTest(verb):
                out = self.ctl(*verb, "--json").stdout
                for line in out.splitlines() if verb[0] == "logs" else [out]:
                    json.loads(line)


class UpAndDown(TestCase):
    def arguments(self, s):
        return ["--socket", s.socket, "--state-dir", s.state, "--log-dir", s.logs]

    def test_up_starts_a_supervisor_waits_and_shows_what_is_up_and_down_ends_it(self):
        s = Supervisor(YAML, start=False)
        try:
            done = s.ctl("up", s.config, *self.arguments(s), check=0)
            self.assertIn("worker", done.stdout)
            self.assertEqual(s.call("services.get", name="worker")["state"], "running")
            again = s.ctl("up", s.config, *self.arguments(s), check=0)
            self.assertIn("already", again.stdout + again.stderr)
            s.ctl("down", check=0)
            self.assertEqual(s.survivors(), [])
            s.ctl("status", check=5)
            s.ctl("down", check=0)
        finally:
            self.assertEqual(s.close(), [])

    def test_up_with_a_bad_file_says_what_is_wrong_and_starts_nothing(self):
        s = Supervisor("services: {a: {comand: x}}", start=False)
        try:
            done = s.ctl("up", s.config, *self.arguments(s), check=2)
            self.assertIn("did you mean 'command'?", done.stderr)
            self.assertEqual(s.survivors(), [])
        finally:
            s.close()

    def test_up_with_a_service_that_cannot_start_exits_with_1_and_shows_the_reason(self):
        s = Supervisor("services: {a: {command: nonesuch, restart: {max_restarts: 0}}, b: {command: sleep 1000}}", start=False)
        try:
            done = s.ctl("up", s.config, *self.arguments(s), check=1)
            self.assertIn("nonesuch", done.stdout + done.stderr)
            s.ctl("down", check=0)
        finally:
            self.assertEqual(s.close(), [])

    def test_many_ups_at_once_make_one_supervisor(self):
        s = Supervisor("services: {a: {command: sleep 1000}}", start=False)
        try:
            command = [mainstay.BIN / "ctl", "up", s.config, *self.arguments(s)]
            ups = [subprocess.Popen([str(word) for word in command], cwd=s.folder, stdout=subprocess.PIPE,
                                    stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL) for _ in range(8)]
            for up in ups:
                said, _ = up.communicate(timeout=mainstay.DEADLINE)
                self.assertEqual(up.returncode, 0, said)
            supervisors = [pid for pid in s.survivors()
                           if os.path.basename(os.readlink(f"/proc/{pid}/exe")) == "supervisor"]
            self.assertEqual(supervisors, [s.call("supervisor.info")["pid"]])
            s.ctl("down", check=0)
        finally:
            self.assertEqual(s.close(), [])


if __name__ == "__main__":
    mainstay.main()
