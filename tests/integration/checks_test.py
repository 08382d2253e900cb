"""Services that are up and do not work are noticed and restarted; monitors tell of what is not ours."""

import json
import os
import signal
import socket
from datetime import datetime

import mainstay
from mainstay import Supervisor, TestCase, alive, until


def listen(port=0):
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", port))
    server.listen(4096)  # of looks that nobody accepts
    return server


def events(s, *kinds):
    return [event for event in s.call("events.list", limit=1000)["events"] if event["kind"] in kinds]


def is_restarted_since(first):
    return lambda service: service["pid"] not in (None, first["pid"])


def last_look(service):
    at = service["checks"][0]["last_at"]
    return datetime.fromisoformat(at.replace("Z", "+00:00")).timestamp()


class Health(TestCase):
    def test_a_port_that_is_closed_is_a_restart_with_its_reason(self):
        with listen() as server:
            port = server.getsockname()[1]
            yaml = f"""
services:
  api:
    command: sleep 1000
    restart: {{backoff: 10ms, max_restarts: unlimited}}
    health: [{{tcp: {port}, interval: 100ms, failures: 2}}]
"""
            with Supervisor(yaml) as s:
                first = s.wait("api", lambda a: a["health"] == "healthy", "healthy")
                self.assertTrue(first["ready"])
                server.close()
                s.wait("api", is_restarted_since(first), "restarted")
                told = events(s, "service_unhealthy")[0]["data"]
                self.assertIn(f"connection refused on 127.0.0.1:{port}", str(told))

    def test_a_check_command_that_fails_restarts_and_nothing_of_it_is_left(self):
        yaml = """
services:
  api:
    command: sleep 1000
    restart: {backoff: 10ms, max_restarts: unlimited}
    health: [{command: [sh, -c, 'sleep 1000 & echo $$! >> left; test ! -e sick'], interval: 100ms, failures: 1}]
"""
        with Supervisor(yaml) as s:
            first = s.wait("api", lambda a: a["health"] == "healthy", "healthy")
            (s.folder / "sick").touch()
            s.wait("api", is_restarted_since(first), "restarted")
            (s.folder / "sick").unlink()
            s.wait("api", lambda a: a["health"] == "healthy", "healthy again")
            s.ctl("stop", "api", check=0)
            left = [int(line) for line in (s.folder / "left").read_text().split()]
            self.assertGreater(len(left), 1)
            until(lambda: not any(alive(pid) for pid in left), "its commands are gone")

    def test_a_stopped_service_is_frozen_and_a_busy_one_is_not(self):
        yaml = """
services:
  busy:
    command: [sh, -c, 'while :; do :; done']
    health: [{frozen: {for: 1s}}]
  stopped:
    command: [sh, -c, 'while :; do :; done']
    restart: {backoff: 10ms}
    health: [{frozen: {for: 1s}}]
"""
        with Supervisor(yaml) as s:
            busy = s.wait("busy", lambda a: a["health"] == "healthy", "healthy")["pid"]
            first = s.wait("stopped", lambda a: a["health"] == "healthy", "healthy")
            os.kill(first["pid"], signal.SIGSTOP)
            s.wait("stopped", is_restarted_since(first), "restarted")
            frozen = events(s, "service_frozen")
            self.assertEqual({event["service"] for event in frozen}, {"stopped"})
            self.assertIn("no CPU time, output or I/O", str(frozen[0]["data"]))
            self.assertEqual(s.service("busy")["pid"], busy)

    def test_a_service_that_is_still_or_mute_is_found_however_often_the_controller_dies(self):
        # Each controller lives for less than the time that has to pass.
        yaml = """
services:
  stopped:
    command: [sh, -c, 'while :; do :; done']
    restart: {backoff: 10ms}
    health: [{frozen: {for: 8s}}]
  mute:
    command: [python3, mute.py]
    restart: {backoff: 10ms}
    health: [{heartbeat: 8s}]
  busy:
    command: [sh, -c, 'while :; do :; done']
    health: [{frozen: {for: 8s}}]
"""
        mute = """
import os, signal, socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.sendto(b"WATCHDOG=1", os.environ["NOTIFY_SOCKET"])
signal.pause()
"""
        names = ("stopped", "mute", "busy")
        with Supervisor(yaml, {"mute.py": mute}, environment={"MAINSTAY_TEST_CONTROLLER_AT_ONCE": "1"}) as s:
            first = {name: s.wait(name, lambda a: a["health"] == "healthy", "healthy") for name in names}
            os.kill(first["stopped"]["pid"], signal.SIGSTOP)
            ended = {}
            for _ in range(15):
                seen = last_look(s.service("busy"))
                s.wait("busy", lambda busy: last_look(busy) > seen + 0.5, "looked at again")
                ended.update({name: exit for name in names if (exit := s.service(name)["last_exit"])})
                if len(ended) == 2:
                    break
                s.kill_controller()
            self.assertEqual(set(ended), {"stopped", "mute"})
            self.assertIn("no CPU time, output or I/O", ended["stopped"]["note"])
            self.assertIn("no heartbeat (WATCHDOG=1) for", ended["mute"]["note"])
            self.assertEqual(s.service("busy")["pid"], first["busy"]["pid"])


class Ready(TestCase):
    def test_every_kind_of_readiness_also_with_another_controller(self):
        yaml = """
services:
  logged:
    command: [sh, -c, 'while [ ! -e go ]; do sleep 0.05; done; echo listening on port 80; exec sleep 1000']
    logs: {format: json}
    ready: {log: 'port \\d+$'}
  filed:
    command: [sh, -c, 'while [ ! -e go ]; do sleep 0.05; done; touch up; exec sleep 1000']
    ready: {file: up, interval: 50ms}
  commanded:
    command: sleep 1000
    ready: {command: [test, -e, go], interval: 50ms}
  delayed:
    command: sleep 1000
    ready: {delay: 300ms}
  needy:
    command: sleep 1000
    depends_on: {logged: healthy, filed: healthy, commanded: healthy, delayed: healthy}
"""
        with Supervisor(yaml) as s:
            s.wait("delayed", lambda a: a["ready"], "ready")
            for name in ("logged", "filed", "commanded"):
                self.assertFalse(s.service(name)["ready"], name)
            self.assertIsNone(s.service("needy")["pid"])
            s.kill_controller()
            (s.folder / "go").touch()
            for name in ("logged", "filed", "commanded"):
                s.wait(name, lambda a: a["ready"], "ready")
            s.wait_state("needy", "running")

    def test_not_ready_in_time_is_a_failed_start_that_says_what_was_awaited(self):
        yaml = """
services:
  mute:
    command: sleep 1000
    restart: {policy: never}
    ready: {log: 'up and running', timeout: 300ms}
"""
        with Supervisor(yaml) as s:
            ended = s.wait("mute", lambda a: a["last_exit"] is not None, "ended")
            self.assertIn("a line that matches 'up and running'", str(ended["last_exit"]))


class Monitors(TestCase):
    def check_explained(self, s, port):
        why = s.ctl("why", "database", check=0).stdout
        self.assertRegex(why, rf"^database is down since .*connection refused on 127.0.0.1:{port}; last good")
        self.assertRegex(why, r"answers +of \d+ looks: \d+ passed, \d+ failed; half of the answers within")
        self.assertIn(f"tcp 127.0.0.1:{port}", s.ctl("show", "database", check=0).stdout)
        self.assertEqual(json.loads(s.ctl("why", "--json", "database", check=0).stdout)["monitors"][0]["name"], "database")
        self.assertIn("did you mean 'database'?", s.ctl("why", "datbase", check=4).stderr)
        self.assertIn("it is a monitor", s.ctl("restart", "database", check=4).stderr)

    def wait_monitor(self, s, name, state):
        def look():
            return s.call("monitors.list", targets=[name])["monitors"][0]["state"] == state

        until(look, f"{name} is {state}")

    def test_a_monitor_goes_down_and_up_and_a_new_controller_says_nothing_twice(self):
        server = listen()
        port = server.getsockname()[1]
        yaml = f"""
monitors:
  database: {{tcp: '127.0.0.1:{port}', interval: 100ms, failures: 2}}
  fine: {{command: [./fine.sh], interval: 100ms}}
services: {{}}
"""
        with Supervisor(yaml, {"fine.sh": "#!/bin/sh\nexit 0\n"}) as s:
            self.wait_monitor(s, "database", "up")
            self.wait_monitor(s, "fine", "up")
            s.ctl("monitors", check=0)
            server.close()
            self.wait_monitor(s, "database", "down")
            said = s.ctl("monitors", "data*", check=3).stdout
            self.assertIn(f"connection refused on 127.0.0.1:{port}", said)
            s.ctl("monitors", "fine", check=0)
            self.assertIn("did you mean 'database'?", s.ctl("monitors", "datbase", check=4).stderr)
            self.assertIn("is down: connection refused", s.ctl("events", check=0).stdout)
            self.check_explained(s, port)
            looks = s.call("monitors.list", targets=["database"], history=True)["monitors"][0]["history"]
            self.assertEqual(looks[0]["result"], "passed")
            told = events(s, "monitor_down")
            self.assertEqual([event["data"]["monitor"] for event in told], ["database"])
            s.kill_controller()
            self.wait_monitor(s, "database", "down")
            self.assertEqual(events(s, "monitor_down"), told)
            with listen(port):
                self.wait_monitor(s, "database", "up")
            self.assertEqual([event["data"]["monitor"] for event in events(s, "monitor_up")], ["database"])


if __name__ == "__main__":
    mainstay.main()
