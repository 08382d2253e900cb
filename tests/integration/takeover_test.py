"""The controller dies; no service notices."""

import os
import signal

import mainstay
from mainstay import LATE_GRANDCHILD, Supervisor, TestCase, until
from numbered import check_exact_while


class Takeover(TestCase):
    def test_services_keep_their_pids_and_their_counts(self):
        yaml = """
services:
  steady: {command: sleep 1000}
  crashed: {command: sleep 1000, restart: {min_uptime: 1ms}}
  waiting: {command: 'false', restart: {backoff: 1h}}
  done: {command: 'true', restart: {policy: never}}
  down: {command: sleep 1000}
"""
        with Supervisor(yaml) as s:
            for name, state in (("steady", "running"), ("crashed", "running"), ("waiting", "backoff"), ("done", "exited"),
                                ("down", "running")):
                s.wait_state(name, state)
            first = s.service("crashed")["pid"]
            os.kill(first, signal.SIGKILL)
            s.wait("crashed", lambda a: a["state"] == "running" and a["pid"] != first, "restarted")
            s.ctl("stop", "down", check=0)
            keys = ("state", "pid", "restarts", "unstable_runs", "started_at", "last_exit")
            before = {o["name"]: {key: o[key] for key in keys} for o in s.call("services.list")["services"]}
            next_start = s.service("waiting")["next_start_at"]
            s.kill_controller()
            after = {o["name"]: {key: o[key] for key in keys} for o in s.call("services.list")["services"]}
            self.assertEqual(after, before)
            self.assertEqual(s.service("waiting")["next_start_at"][:18], next_start[:18])

    def test_exits_while_there_is_no_controller_are_told_to_the_next_one(self):
        yaml = "services: {a: {command: sleep 1000, restart: {policy: never}}, b: {command: sleep 1000}}"
        with Supervisor(yaml) as s:
            a = s.wait_state("a", "running")["pid"]
            b = s.wait_state("b", "running")["pid"]
            controller = s.controller_pid()
            os.kill(controller, signal.SIGSTOP)  # nobody acts on the exits of a and b
            os.kill(a, signal.SIGTERM)
            os.kill(b, signal.SIGKILL)
            until(lambda: not mainstay.alive(a) and not mainstay.alive(b), "both are dead")
            os.kill(controller, signal.SIGKILL)
            exited = s.wait_state("a", "exited")
            self.assertEqual(exited["last_exit"]["signal"], "TERM")
            again = s.wait("b", lambda o: o["pid"] not in (0, None, b), "restarted or waiting to")
            self.assertEqual(again["last_exit"]["signal"], "KILL")
            self.assertEqual(again["restarts"], 1)

    def test_raw_logs_lose_and_double_nothing_while_controllers_die(self):
        ended, kills = check_exact_while(self, Supervisor.kill_controller, 10, 200_000, environment=mainstay.AT_ONCE)
        self.assertEqual(ended["code"], 7)
        self.assertGreater(kills, 2)

    def test_a_stop_in_progress_goes_on_with_the_deadline_it_had(self):
        yaml = """
services:
  a: {command: ['sh', '-c', "trap '' TERM; touch up; while :; do sleep 0.02; done"], stop: {timeout: 3s}}
"""
        with Supervisor(yaml) as s:
            until(lambda: (s.folder / "up").exists(), "a is up")
            s.ctl("stop", "a", "--no-wait", check=0)
            s.wait_state("a", "stopping")
            s.kill_controller()
            stopping = s.service("a")
            self.assertLess(stopping.get("kill_in_seconds") or 0, 3.0)
            self.assertEqual(s.wait_state("a", "stopped")["state"], "stopped")

    def test_output_of_a_grandchild_that_outlives_its_run_is_kept_by_the_next_controller(self):
        with Supervisor(LATE_GRANDCHILD) as s:
            s.wait_state("a", "exited")
            controller = s.controller_pid()
            os.kill(controller, signal.SIGSTOP)  # so that what comes now is in the pipe when it dies
            (s.folder / "go").touch()
            until(lambda: not s.survivors_named("sleep") and not s.survivors_named("sh"), "the grandchild has ended")
            os.kill(controller, signal.SIGKILL)
            until(lambda: s.log("a.out.log") == b"late\n", "the late output")

    def test_the_configuration_in_force_survives_an_edited_and_broken_file(self):
        with Supervisor("services: {a: {command: sleep 1000}}") as s:
            pid = s.wait_state("a", "running")["pid"]
            s.config.write_text("services: {b: [")
            s.kill_controller()
            self.assertEqual([(o["name"], o["pid"]) for o in s.call("services.list")["services"]], [("a", pid)])

    def test_requests_that_arrive_without_a_controller_are_answered_by_the_next_one(self):
        with Supervisor("services: {a: {command: sleep 1000}}") as s:
            s.wait_state("a", "running")
            os.kill(s.controller_pid(), signal.SIGKILL)
            self.assertTrue(s.call("supervisor.ping")["pong"])


if __name__ == "__main__":
    mainstay.main()
