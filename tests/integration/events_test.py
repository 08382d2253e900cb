"""Events: numbered without gaps, whoever dies; kept in the history; every change by a person is one."""

import json
import os
import pwd
import signal
import sqlite3
import subprocess

import mainstay
from mainstay import Supervisor, TestCase, until

CRASHING = """
services:
  crashing: {command: sh -c 'exit 3', restart: {max_restarts: unlimited, backoff: 20ms}}
  killed: {command: sh -c 'kill -9 $$', restart: {max_restarts: unlimited, backoff: 30ms}}
  steady: {command: sleep 1000}
"""


class Follower:
    """`ctl events -f --json` from the first event on."""

    def __init__(self, supervisor):
        self.file = supervisor.folder / "followed"
        self.out = open(self.file, "wb")
        environment = {**supervisor.environment, "MAINSTAY_SOCKET": str(supervisor.socket)}
        self.process = subprocess.Popen([str(mainstay.BIN / "ctl"), "events", "-f", "--json", "--since", "1h"],
                                        stdin=subprocess.DEVNULL, stdout=self.out, stderr=subprocess.DEVNULL,
                                        env=environment)

    def ids(self):
        lines = self.file.read_bytes().split(b"\n")[:-1]
        return [json.loads(line)["id"] for line in lines]

    def close(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(mainstay.DEADLINE)
        self.out.close()


def next_id(supervisor):
    return supervisor.call("events.list", limit=1)["next"]


def everything(supervisor):
    events, start = [], 0
    while True:
        page = supervisor.call("events.list", limit=1000, **{"from": start})
        events += page["events"]
        if len(page["events"]) < 1000:
            return events
        start = page["next"]


def stored_ids(supervisor):
    path = supervisor.state / "mainstay.db"
    if not path.exists():
        return []
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10) as database:
        return [row[0] for row in database.execute("SELECT id FROM event ORDER BY id")]


def actions(supervisor, verb):
    return [e["data"] for e in everything(supervisor) if e["kind"] == "action" and e["data"].get("verb") == verb]


class Events(TestCase):
    def test_numbers_have_no_gap_and_no_repeat_while_controllers_die(self):
        with Supervisor(CRASHING, environment=mainstay.AT_ONCE) as s:
            follower = Follower(s)
            try:
                until(follower.ids, "the follower follows")
                for _ in range(30):
                    s.kill_controller()
                last = next_id(s)
                until(lambda: (follower.ids() or [0])[-1] >= last, "the follower has seen what was before")
                seen = follower.ids()
                self.assertEqual(seen, list(range(1, len(seen) + 1)))
            finally:
                follower.close()
            listed = [e["id"] for e in everything(s)]
            self.assertEqual(listed, list(range(1, len(listed) + 1)))
            until(lambda: (stored_ids(s) or [0])[-1] >= last, "the events are in the history")
            stored = stored_ids(s)
            self.assertEqual(stored, list(range(1, len(stored) + 1)))
            kinds = [e["kind"] for e in everything(s)]
            self.assertEqual(kinds.count("supervisor_restarted"), 30)

    def test_after_a_takeover_the_events_before_it_are_shown(self):
        with Supervisor("services: {a: {command: sleep 1000}}") as s:
            s.wait_state("a", "running")
            before = s.ctl("events", "a", check=0).stdout
            self.assertIn("started", before)
            s.kill_controller()
            self.assertTrue(s.ctl("events", "a", check=0).stdout.startswith(before))
            self.assertIn("started", s.ctl("why", "a").stdout)

    def test_numbers_go_on_when_keeper_and_controller_have_died(self):
        with Supervisor("services: {a: {command: sleep 1000}}") as s:
            s.wait_state("a", "running")
            s.ctl("restart", "a", check=0)
            last = next_id(s) - 1
            until(lambda: (stored_ids(s) or [0])[-1] >= last, "the events are in the history")
            before = everything(s)
            s.die()
            s.start()
            after = everything(s)
            self.assertEqual(after[:len(before)], before)
            ids = [e["id"] for e in after]
            self.assertEqual(ids, sorted(set(ids)))
            self.assertGreater(ids[len(before)], last)
            listed = json.loads(s.ctl("events", "--json", "--since", "1h", check=0).stdout)
            self.assertEqual([e["id"] for e in listed["events"]][:len(before)], ids[:len(before)])

    def test_a_new_supervisor_goes_on_after_the_history_without_a_state_file(self):
        with Supervisor("services: {a: {command: sleep 1000}}") as s:
            s.wait_state("a", "running")
            self.assertEqual(s.stop(), 0)
            last = stored_ids(s)[-1]
            for file in s.state.glob("run.state*"):
                file.unlink()
            s.start()
            first = next(e for e in everything(s) if e["id"] > last)
            self.assertEqual((first["id"], first["kind"]), (last + 1, "supervisor_started"))

    def test_every_change_by_a_person_is_an_event_with_its_result(self):
        with Supervisor("services: {a: {command: sleep 1000}, b: {command: sleep 1000}}") as s:
            s.wait_state("a", "running")
            s.ctl("restart", "a", "b", check=0)
            asked, done = actions(s, "restart")
            self.assertEqual(asked["result"], "accepted")
            self.assertEqual(done["result"], "done")
            self.assertEqual(asked["targets"], "a b")
            self.assertEqual(asked["who"], f"uid {os.geteuid()}")
            self.assertEqual(asked["user"], pwd.getpwuid(os.geteuid()).pw_name)
            self.assertEqual(asked["from"], "control socket")
            s.ctl("stop", "nobody", check=4)
            self.assertEqual([a["result"] for a in actions(s, "stop")], ["failed"])
            s.ctl("signal", "USR1", "a", check=0)
            self.assertEqual(actions(s, "signal")[0]["signal"], "USR1")
            s.ctl("logs", "rotate", "a", check=0)
            s.ctl("disable", "a", check=0)
            s.ctl("scale", "b", "2", check=0)
            self.assertEqual(actions(s, "scale")[-1]["instances"], "2")
            for verb in ("logs rotate", "disable", "scale"):
                self.assertEqual(actions(s, verb)[-1]["result"], "done")
            self.assertIn("asked by uid", s.ctl("events", check=0).stdout)

    def test_an_action_is_not_lost_when_the_controller_dies_while_it_goes_on(self):
        yaml = "services: {a: {command: sh -c \"trap '' TERM; echo deaf; while :; do sleep 0.1; done\", stop: {timeout: 1h}}}"
        with Supervisor(yaml) as s:
            until(lambda: s.log("a.out.log") == b"deaf\n", "it does not hear TERM any more")
            client = s.client()
            client.send("services.stop", {"targets": ["a"]})
            until(lambda: actions(s, "stop"), "the stop is an event")
            s.kill_controller()
            self.assertEqual([a["result"] for a in actions(s, "stop")], ["accepted"])
            client.close()
            s.ctl("stop", "a", "--no-wait")
            s.call("supervisor.info")
            os.kill(s.service("a")["pid"], signal.SIGKILL)

    def test_availability_from_events(self):
        yaml = "services: {a: {command: sleep 1000, restart: {backoff: 10ms}}, b: {command: sleep 1000}}"
        with Supervisor(yaml) as s:
            first = s.wait_state("a", "running")["pid"]
            os.kill(first, signal.SIGKILL)
            s.wait("a", lambda o: o["state"] == "running" and o["pid"] != first, "restarted")
            s.ctl("stop", "b", check=0)

            def services():
                answer = json.loads(s.ctl("availability", "--json", "--since", "1h", "--days", check=0).stdout)
                return {service["service"]: service for service in answer["services"]}

            until(lambda: services().get("a", {}).get("failures") == 1 and "b" in services(), "the events are in the history")
            found = services()
            self.assertEqual(found["a"]["restarts"], {"exited": 1})
            self.assertLess(found["a"]["mttr_seconds"], 10)
            self.assertEqual(found["b"]["failures"], 0)
            self.assertEqual(found["b"]["uptime_percent"], 100)
            self.assertEqual(sum(day["failures"] for day in found["a"]["days"]), 1)
            self.assertIn("1 exited", s.ctl("availability", "a", check=0).stdout)
            self.assertIn("UPTIME", s.ctl("availability", "--days", check=0).stdout)


if __name__ == "__main__":
    mainstay.main()
