"""Every kind of event: caused for real, kept, streamed and chosen."""

import json
import os
import pathlib
import re
import resource
import signal
import subprocess

import mainstay
from mainstay import Supervisor, TestCase, until

ROOT = pathlib.Path(__file__).resolve().parents[2]
YAML = """
services:
  crashing: {command: sh -c 'exit 3', restart: {max_restarts: 1, backoff: 20ms}}
  sick:
    command: sleep 1000
    health: [{command: [./well.sh], interval: 50ms, failures: 1, action: alert}]
  frozen:
    command: [sh, -c, 'while :; do :; done']
    restart: {backoff: 20ms}
    health: [{frozen: {for: 1s}}]
  hungry:
    command: [python3, -c, 'full = b"x" * 60_000_000; import time; time.sleep(1000)']
    limits: {memory: 32M, memory_action: alert}
  steady: {command: sh -c 'echo hello; exec sleep 1000', ready: {delay: 10ms}}
  printing:
    command: [sh, -c, 'while :; do echo 0123456789012345678901234567890123456789; done']
    autostart: false
    logs: {on_full: drop, rotate: {size: 1G}}
monitors:
  other: {command: [./well.sh], interval: 50ms, failures: 1}
"""
WELL = "#!/bin/sh\n! [ -e sick ]\n"


def known_kinds():
    text = (ROOT / "include/mainstay/events.h").read_text(encoding="utf-8")
    names = text.split("kEventKindNames = {")[1].split("}")[0]
    return set(re.findall(r'"(\w+)"', names))


def all_events(s):
    found, start = [], 0
    while True:
        page = s.call("events.list", limit=1000, **{"from": start})
        found += page["events"]
        if len(page["events"]) < 1000:
            return found
        start = page["next"]


def kinds(events):
    return {event["kind"] for event in events}


def wait_kind(s, kind):
    until(lambda: kind in kinds(all_events(s)), f"there is {kind}")


def fill_disk(s):
    """As far as the logs go: no file of the supervisor's may be larger."""
    for pid in (s.process.pid, s.controller_pid()):  # the keeper's goes to the next controller
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (2_000_000, hard))


def cause_all(s):
    wait_kind(s, "service_failed")
    s.wait("sick", lambda sick: sick["health"] == "healthy", "healthy")
    (s.folder / "sick").touch()
    for kind in ("service_unhealthy", "monitor_down"):
        wait_kind(s, kind)
    (s.folder / "sick").unlink()
    for kind in ("service_healthy", "monitor_up", "memory_exceeded", "service_ready"):
        wait_kind(s, kind)
    os.kill(s.wait("frozen", lambda frozen: frozen["health"] == "healthy", "healthy")["pid"], signal.SIGSTOP)
    wait_kind(s, "service_frozen")
    until(lambda: s.log("steady.out.log"), "there is something to rotate")
    s.ctl("logs", "rotate", "steady", check=0)
    s.ctl("stop", "steady", check=0)
    s.config.write_text("services: {steady: {comand: sleep 1000}}", encoding="utf-8")
    refused = s.ctl("apply", "--yes", check=2)
    assert "comand" in refused.stderr, refused.stderr
    s.config.write_text(YAML.replace("command: sleep 1000", "command: sleep 1000\n    tags: [other]"), encoding="utf-8")
    s.ctl("apply", "--yes", check=0)
    s.kill_controller()
    fill_disk(s)
    s.ctl("start", "printing", check=0)
    wait_kind(s, "log_dropped")
    s.ctl("stop", "printing", check=0)


class EventKinds(TestCase):
    def followed_kinds(self, s, expected):
        """What `ctl events -f --json` prints, until all is there."""
        environment = {**s.environment, "MAINSTAY_SOCKET": str(s.socket)}
        seen = set()
        with subprocess.Popen([str(mainstay.BIN / "ctl"), "events", "-f", "--json", "--since", "1h"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment) as follower:
            while not expected <= seen:
                seen.add(json.loads(follower.stdout.readline())["kind"])
            follower.send_signal(signal.SIGINT)
        return seen

    def check_chosen(self, s, events):
        """Each event about a service is among those of the service."""
        for service in {event["service"] for event in events if event.get("service")}:
            chosen = s.call("events.list", limit=1000, targets=[service])["events"]
            expected = [event["id"] for event in events if event.get("service") == service]
            self.assertEqual(expected, [event["id"] for event in chosen if event["id"] <= events[-1]["id"]], service)

    def test_every_kind_is_caused_kept_streamed_and_chosen(self):
        expected = known_kinds()
        with Supervisor(YAML, {"well.sh": WELL}, environment=mainstay.AT_ONCE) as s:
            cause_all(s)
            events = all_events(s)
            self.assertEqual(kinds(events), expected)
            self.assertEqual([event["id"] for event in events], list(range(1, len(events) + 1)))
            self.check_chosen(s, events)
            self.assertEqual(self.followed_kinds(s, expected), expected)
            s.stop()
            s.start()  # from here on they come from the history
            self.assertEqual(kinds(all_events(s)), expected)
            self.assertEqual(self.followed_kinds(s, expected), expected)

    def test_the_documentation_has_them_all(self):
        text = (ROOT / "docs/control-socket.md").read_text(encoding="utf-8")
        table = text.split("**Kinds of events**")[1].split("\n\n")[1]
        first_cells = [row.split("|")[1] for row in table.splitlines()[2:]]
        self.assertEqual(set(re.findall(r"`(\w+)`", " ".join(first_cells))), known_kinds())


if __name__ == "__main__":
    mainstay.main()
