"""ctl reload: the declared signal, or one instance after the other."""

import json
import os

import mainstay
from mainstay import Supervisor, TestCase, until

SIGNALLED = """
services:
  a: {command: [python3, signalled.py], ready: {notify: true}, reload: {signal: HUP}}
  job: {command: "true", restart: {policy: never}}
"""
SIGNALLED_PROGRAM = """
import os, signal, socket
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP])
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
    s.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])
while True:
    signal.sigwait([signal.SIGHUP])
    print("settings read again", flush=True)
"""
# Ready while there is a file `go`; ends at once while there is one `bad`.
ROLLED = """
services:
  a:
    command: sh -c '[ -e bad ] && exit 3; exec sleep 1000'
    instances: 3
    ready: {file: go, interval: 20ms, timeout: 1h}
    restart: {backoff: 1h}
  follower: {command: sleep 1000, restart_with: [a]}
"""
NAMES = ["a:0", "a:1", "a:2"]


def pids(s):
    return [s.service(name)["pid"] for name in NAMES]


def reloads(s):
    events = s.call("events.list", limit=1000)["events"]
    return [event for event in events if event["kind"] == "action" and event["data"].get("verb") == "reload"]


class Signal(TestCase):
    def test_the_signal_goes_to_the_main_process_which_goes_on(self):
        with Supervisor(SIGNALLED, {"signalled.py": SIGNALLED_PROGRAM}) as s:
            self.assertNotIn("not yet active", s.ctl("check", s.config, check=0).stdout)
            pid = s.wait_state("a", "running")["pid"]
            done = s.ctl("reload", "a", check=0)
            self.assertIn(f"sent HUP to pid {pid}", done.stdout)
            until(lambda: b"read again" in s.log("a.out.log"), "the service heard it")
            self.assertEqual(s.service("a")["pid"], pid)
            s.wait_state("job", "exited")
            refused = json.loads(s.ctl("reload", "job", "--json", check=1).stdout)["results"][0]
            self.assertEqual(refused["message"], "it is not running: there is nothing to reload")
            self.assertIn("did you mean 'job'", s.ctl("reload", "jobb", check=4).stderr)
            self.assertEqual([event["data"]["result"] for event in reloads(s)],
                             ["accepted", "done", "accepted", "failed", "failed"])


class Roll(TestCase):
    def test_each_is_ready_again_before_the_next_one_stops(self):
        with Supervisor(ROLLED, {"go": ""}) as s:
            for name in (*NAMES, "follower"):
                s.wait_state(name, "running")
            before, last = pids(s), s.call("events.list")["next"]
            follower = s.service("follower")["pid"]
            s.ctl("reload", "a", check=0)
            self.assertFalse(set(before) & set(pids(s)))
            events = s.call("events.list", limit=1000, **{"from": last})["events"]
            order = [(event["kind"], event["instance"]) for event in events
                     if event["service"] == "a" and event["kind"] in ("service_ready", "service_exited")]
            self.assertEqual(order, [(kind, name) for name in NAMES for kind in ("service_exited", "service_ready")])
            s.wait("follower", lambda f: f["state"] == "running" and f["pid"] != follower, "restarted")
            self.assertEqual(s.service("follower")["restarts"], 1)

    def test_one_that_fails_ends_it_and_is_named(self):
        with Supervisor(ROLLED, {"go": ""}) as s:
            for name in NAMES:
                s.wait_state(name, "running")
            before = pids(s)
            (s.folder / "go").unlink()
            (s.folder / "bad").touch()
            done = s.ctl("reload", "a", check=1)
            self.assertIn("not reloaded: it ended at a:0: ", done.stdout)
            self.assertIn("ctl why a:0", done.stderr)
            self.assertEqual(pids(s)[1:], before[1:])
            self.assertIn("code 3", reloads(s)[-1]["data"]["reason"])

    def test_it_goes_on_when_nobody_waits_and_an_event_says_how_it_ended(self):
        with Supervisor(ROLLED, {"go": ""}) as s:
            for name in NAMES:
                s.wait_state(name, "running")
            (s.folder / "go").unlink()
            s.ctl("reload", "a", "--timeout", "200ms", check=7)
            self.assertIn("under way", s.ctl("reload", "a:2", check=1).stdout)
            (s.folder / "go").touch()
            ended = until(lambda: [e for e in reloads(s) if e["data"]["result"] == "done"], "the roll ends")[0]
            self.assertIn(f"uid {os.geteuid()}", ended["data"]["who"])
            self.assertEqual(ended["service"], "a")

    def test_it_ends_with_its_controller_which_is_said_and_nothing_is_left_down(self):
        with Supervisor(ROLLED, {"go": ""}, environment=mainstay.AT_ONCE) as s:
            for name in NAMES:
                s.wait_state(name, "running")
            before = pids(s)
            (s.folder / "go").unlink()
            s.ctl("reload", "a", "--no-wait", check=0)
            s.wait("a:0", lambda a: a["state"] == "starting" and a["pid"] not in (None, before[0]), "being restarted")
            s.kill_controller()
            (s.folder / "go").touch()
            s.wait_state("a:0", "running")
            self.assertEqual(pids(s)[1:], before[1:])
            told = reloads(s)[-1]
            self.assertEqual(told["instance"], "a:0")
            self.assertEqual(told["data"]["reason"], "the controller ended in the middle of it; a:0 is brought up "
                                                     "all the same; not reloaded: a:1, a:2")
            self.assertIn("failed: the controller ended", s.ctl("why", "a:0", check=0).stdout)
            s.ctl("reload", "a", check=0)


if __name__ == "__main__":
    mainstay.main()
