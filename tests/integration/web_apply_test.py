"""A changed ecosystem file is looked at and put in force over HTTP; who follows something goes on."""

import concurrent.futures
import http.client
import os
import signal
import socket

import mainstay
from access_test import PASSWORD, Browser
from mainstay import Supervisor, TestCase, free_port, until
from web_api_test import Stream
from web_engine_test import gateways

COUNTER = "n=0; while :; do echo $((n += 1)); sleep 0.02; done"
SLOW = "#!/bin/sh\ntrap 'while [ ! -e go ]; do sleep 0.02; done; exit 0' TERM\ntouch up\nwhile :; do sleep 0.05; done\n"
BEFORE = f"""
services:
  counter: {{command: [sh, -c, '{COUNTER}']}}
  steady: {{command: sleep 1001}}
  goes: {{command: sleep 1002}}
  changes: {{command: sleep 1003, env: {{TOKEN: old-secret}}}}
"""
AFTER = f"""
services:
  counter: {{command: [sh, -c, '{COUNTER}']}}
  steady: {{command: sleep 1001, tags: [night]}}
  changes: {{command: sleep 2003, env: {{TOKEN: new-secret}}}}
  comes: {{command: sleep 2004}}
"""
LOG = "/api/v1/services/counter/logs?follow=true&lines=100000"


class Follower:
    """Reads a stream, over its ends, as a browser does: it comes back with the last id that it got."""

    def __init__(self, port, target, headers, last_id=None):
        self.open = lambda: Stream(port, target, self.last_id, headers)
        self.last_id = last_id
        self.ends = 0
        self.stream = self.open()

    def frame(self):
        while True:
            try:
                found = self.stream.frame() if self.stream else None
            except (OSError, http.client.HTTPException):
                found = None
            if found:
                self.last_id = found.get("id", self.last_id)
                return found
            self.close()
            self.ends += 1
            self.stream = until(self.try_open, "the stream is there again")

    def try_open(self):
        try:
            return self.open()
        except (OSError, http.client.HTTPException, AssertionError):
            return None

    def close(self):
        if self.stream:
            self.stream.connection.close()
        self.stream = None


class WebApply(TestCase):
    def supervisor(self, services, files=None):
        self.port = free_port()
        self.page = f"web: {{listen: '127.0.0.1:{self.port}'}}\n"
        return Supervisor(services + self.page, files)

    def token(self, s, level):
        made = s.ctl("token", "create", level, "--level", level, check=0).stdout.split()[-1]
        headers = {"Authorization": f"Bearer {made}"}
        until(lambda: self.try_get("/api/v1/services", headers)[0] == 200, "the token counts")
        return headers

    def try_get(self, path, headers):
        try:
            return Browser(self.port).ask("GET", path, headers=headers)
        except (OSError, http.client.HTTPException):
            return 0, None

    def post(self, path, headers, body=None):
        return Browser(self.port).ask("POST", "/api/v1/config/" + path, body, headers)

    def refused(self, path, headers, status, code, body=None):
        answered, answer = self.post(path, headers, body)
        self.assertEqual((answered, answer["error"]["code"]), (status, code))
        return answer["error"]["message"]

    def services(self, s):
        return {o["name"]: o for o in s.call("services.list")["services"]}

    def applied(self, headers):
        status, answer = self.try_get("/api/v1/events?limit=1000", headers)
        return [e for e in answer["events"] if e["kind"] == "config_applied"] if status == 200 else []

    def test_what_was_looked_at_is_applied_and_followers_go_on(self):
        with self.supervisor(BEFORE) as s:
            for name in ("counter", "steady", "goes", "changes"):
                s.wait_state(name, "running")
            ci = self.token(s, "operate")
            before = self.services(s)
            controller = s.controller_pid()
            s.config.write_text(AFTER + self.page)
            status, plan = self.post("plan", ci)
            self.assertEqual(status, 200)
            self.assertTrue(plan["changes"])
            self.assertEqual((plan["removed"], plan["added"], plan["unchanged"]), (["goes"], ["comes"], 1))
            self.assertEqual({c["name"]: c["restart"] for c in plan["changed"]}, {"changes": True, "steady": False})
            self.assertNotIn("secret", str(plan))
            self.assertEqual((s.controller_pid(), self.services(s).keys()), (controller, before.keys()), "a plan changes nothing")

            log = Follower(self.port, LOG, ci)
            last_event = str(s.call("events.list")["events"][-1]["id"])
            live = Follower(self.port, "/api/v1/live", ci, last_event)
            numbers = [int(line["text"]) for line in log.frame()["data"]["lines"]]
            self.assertTrue(live.frame()["data"]["snapshot"])
            self.assertEqual(self.post("apply", ci, {"hash": plan["hash"]}), (202, plan))
            # Whoever connects while the gateway is replaced waits; nobody is refused.
            until(lambda: self.knocks() and self.applied(ci), "the change is in force")

            told = self.applied(ci)
            self.assertEqual(len(told), 1)
            self.assertRegex(told[0]["data"]["who"], r"^token operate \(from 127\.0\.0\.1:\d+\)$")
            seen = []
            while not seen or seen[-1]["kind"] != "config_applied":
                frame = live.frame()
                if frame["event"] == "event":
                    seen.append(frame["data"])
            identities = [event["id"] for event in seen]
            self.assertEqual(identities, list(range(int(last_event) + 1, int(last_event) + 1 + len(identities))))
            wanted = numbers[-1] + 100
            while numbers[-1] < wanted:
                numbers += [int(line["text"]) for line in log.frame()["data"]["lines"]]
            self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
            self.assertEqual((live.ends, log.ends), (1, 1), "each stream ended once")
            live.close()
            log.close()

            for name in ("changes", "comes"):
                s.wait_state(name, "running")
            after = self.services(s)
            self.assertEqual(sorted(after), ["changes", "comes", "counter", "steady"])
            for name in ("counter", "steady"):
                self.assertEqual(after[name]["pid"], before[name]["pid"])
            self.assertNotEqual(after["changes"]["pid"], before["changes"]["pid"])
            self.assertFalse(mainstay.alive(before["goes"]["pid"]))

            # The same file again changes nothing, and nobody is replaced.
            controller = s.controller_pid()
            status, same = self.post("apply", ci)
            self.assertEqual((status, same["changes"]), (200, False))
            self.assertEqual(s.controller_pid(), controller)

    def knocks(self):
        with socket.create_connection(("127.0.0.1", self.port), mainstay.DEADLINE):
            return True

    def test_what_is_refused_changes_nothing(self):
        with self.supervisor(BEFORE, {"other.yaml": AFTER}) as s:
            s.wait_state("goes", "running")
            reads, operates = self.token(s, "read"), self.token(s, "operate")
            before = {name: o["pid"] for name, o in self.services(s).items()}
            controller = s.controller_pid()
            s.config.write_text(AFTER + self.page)
            _, plan = self.post("plan", operates)
            for path in ("plan", "apply"):
                self.refused(path, {}, 401, "login_required")
                self.refused(path, reads, 403, "denied")
                # Nobody names a file over the web.
                self.refused(path, operates, 400, "invalid_params", {"file": str(s.folder / "other.yaml")})
                self.refused(path, operates, 400, "invalid_params", {"rollback": True})
            s.config.write_text(AFTER + "  more: {command: sleep 9}\n" + self.page)
            self.refused("apply", operates, 409, "changed_meanwhile", {"hash": plan["hash"]})
            s.config.write_text("services: {a: {comand: my-secret}}\n")
            for path in ("plan", "apply"):
                self.assertNotIn("secret", self.refused(path, operates, 400, "invalid_config"))
            self.assertEqual({name: o["pid"] for name, o in self.services(s).items()}, before)
            self.assertEqual(s.controller_pid(), controller)

    def test_a_session_needs_its_token(self):
        with self.supervisor(BEFORE) as s:
            s.wait_state("goes", "running")
            s.ctl("password", "ana", input=PASSWORD, check=0)
            ana = Browser(self.port)
            until(lambda: ana.log_in("ana", PASSWORD) == 200, "the log-in")
            for path in ("plan", "apply"):
                status, answer = ana.ask("POST", f"/api/v1/config/{path}", {}, {"X-CSRF-Token": "0"})
                self.assertEqual((status, answer["error"]["code"]), (403, "csrf"))
            s.config.write_text(AFTER + self.page)
            self.assertEqual(ana.ask("POST", "/api/v1/config/apply", {})[0], 202)
            who = {"Cookie": ana.cookie}
            until(lambda: self.applied(who), "the change is in force, and the session still counts")
            self.assertRegex(self.applied(who)[0]["data"]["who"], r"^user ana \(from ")

    def test_a_gateway_that_is_slow_just_then_still_answers(self):
        many = "".join(f"  s{i}: {{command: sleep 9, autostart: false}}\n" for i in range(300))  # takes a while to read
        with self.supervisor(BEFORE) as s, concurrent.futures.ThreadPoolExecutor(1) as waiting:
            s.wait_state("goes", "running")
            ci = self.token(s, "operate")
            s.config.write_text(AFTER + many + self.page)
            gateway, = gateways(s)
            answer = waiting.submit(self.post, "apply", ci)
            until(lambda: "verb=config apply" in s.stderr(), "the change is asked for", every=0.001)
            os.kill(gateway, signal.SIGSTOP)
            until(lambda: set(gateways(s)) - {gateway}, "the next one runs")
            os.kill(gateway, signal.SIGCONT)
            self.assertEqual(answer.result(mainstay.DEADLINE)[0], 202)
            until(lambda: gateway not in gateways(s), "the former gateway has gone")

    def test_a_second_change_is_refused_while_one_is_under_way(self):
        slow = "services: {slow: {command: ./slow.sh, stop: {timeout: 50s}}, a: {command: sleep 1001}}\n"
        with self.supervisor(slow, {"slow.sh": SLOW}) as s, concurrent.futures.ThreadPoolExecutor(1) as waiting:
            until(lambda: (s.folder / "up").exists(), "slow hears TERM")
            ci = self.token(s, "operate")
            s.config.write_text("services: {a: {command: sleep 1001}}\n" + self.page)
            first = waiting.submit(self.post, "apply", ci)
            s.wait_state("slow", "stopping")
            self.refused("apply", ci, 409, "busy")
            (s.folder / "go").touch()
            status, plan = first.result()
            self.assertEqual((status, plan["removed"]), (202, ["slow"]))
            until(lambda: self.applied(ci), "the change is in force")


if __name__ == "__main__":
    mainstay.main()
