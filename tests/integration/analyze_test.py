"""`ctl analyze` on what real services print: errors, traces, access lines, restarts, and the report."""

import json
import os
import pathlib
import re
import signal
import stat
import subprocess
import tempfile

import mainstay
from mainstay import Supervisor, TestCase, until
from terminal import on_terminal

NOISY = r'''#!/usr/bin/env python3
import logging, sys, time
logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
for n in range(30):
    logging.error("cannot reach 10.0.0.%d:5432, try %d: connection refused", n, n)
for n in range(4):
    try:
        {}[f"user_{n}"]
    except KeyError:
        logging.exception("order %d failed", n)
logging.warning("disk is getting full, %d %%", 91)
for n in range(20):
    print(f'1.2.3.{n} - - [22/Nov/2026:10:00:00 +0000] "GET /orders/{n}?x=1 HTTP/1.1" {503 if n % 4 == 0 else 200} 5 '
          f'"-" "curl/8" {2 if n == 7 else 0}.125')
print("ERROR \x1b]0;owned\x07the terminal is mine")
sys.stdout.flush()
open("printed", "w").close()
time.sleep(1000)
'''

YAML = """
services:
  quiet: {command: sleep 1000}
  noisy: {command: ./noisy, stop: {timeout: 1s}}
"""


def of(result, name):
    return next(service for service in result["services"] if service["service"] == name)


class Report(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.s = Supervisor(YAML, files={"noisy": NOISY})
        until((cls.s.folder / "printed").exists, "the service has printed")
        until(lambda: b"mine" in cls.s.log("noisy.out.log") and b"getting full" in cls.s.log("noisy.err.log"),
              "the logs have all")

    @classmethod
    def tearDownClass(cls):
        cls.s.close()

    def test_errors_traces_and_requests_are_found_and_judged(self):
        result = json.loads(self.s.ctl("analyze", "--json", check=3).stdout)
        self.assertEqual((result["status"], result["red"], result["green"]), ("red", 1, 1))
        noisy = of(result, "noisy")
        self.assertEqual((noisy["errors"], noisy["warnings"]), (35, 1))
        self.assertGreaterEqual(noisy["lines"], 72)
        self.assertEqual(noisy["status"], "red")
        first, second = noisy["signatures"][:2]
        self.assertEqual((first["count"], second["count"]), (30, 4))
        self.assertIn("cannot reach <addr>, try <n>: connection refused", first["signature"])
        self.assertEqual((second["trace"], second["where"].startswith("<module> ")), ("python", True))
        self.assertTrue(second["cause"].startswith("KeyError: "))
        self.assertEqual(second["example"][-1], "KeyError: 'user_0'")
        [endpoint] = noisy["endpoints"]
        self.assertEqual([endpoint[key] for key in ("endpoint", "requests", "server_errors", "slow")],
                         ["GET /orders/<n>", 20, 5, 1])
        self.assertEqual((of(result, "quiet")["status"], of(result, "quiet")["errors"]), ("green", 0))
        self.assertIn("ctl status", [advice["try"] for advice in noisy["advice"]])

    def test_the_text_shows_what_is_worst_first_and_nothing_of_what_is_well(self):
        text = self.s.ctl("analyze", check=3).stdout
        self.assertRegex(text, r"^2 services from .* of logs: 1 red, 1 green\n")
        self.assertLess(text.index("\nnoisy "), text.index("\nquiet "))
        self.assertIn("noisy is red: 35.0 errors an hour", text)
        self.assertNotIn("quiet is", text)
        self.assertIn("GET /orders/<n>", text)
        self.assertIn("what to do", text)
        self.assertIn("quiet is green", self.s.ctl("analyze", "quiet", check=0).stdout)

    def test_a_log_cannot_command_the_terminal(self):
        shown = on_terminal([str(mainstay.BIN / "ctl"), "--socket", str(self.s.socket), "analyze", "noisy"])
        self.assertIn(b"the terminal is mine", shown)
        self.assertNotIn(b"\x1b]0;", shown)
        self.assertNotIn(b"\x07", shown)

    def test_the_report_is_kept_where_it_was_asked_for(self):
        with tempfile.TemporaryDirectory() as folder:
            for _ in range(2):  # two in one second have two names
                done = self.s.ctl("analyze", "--save", "--dir", folder, check=3)
                saved = pathlib.Path(re.search(r"saved as (\S+)", done.stderr)[1])
                self.assertRegex(saved.name, r"^analysis_\d{8}_\d{6}(_2)?\.txt$")
                self.assertEqual(stat.S_IMODE(saved.stat().st_mode), 0o600)
                self.assertIn("quiet is green", saved.read_text())
            self.assertEqual(len(os.listdir(folder)), 2)
            self.s.ctl("analyze", "--save", "--json", "--dir", folder, check=3)
            [saved] = pathlib.Path(folder).glob("*.json")
            self.assertEqual(json.loads(saved.read_text())["status"], "red")
            missing = self.s.ctl("analyze", "--save", "--dir", folder + "/none", check=1)
            self.assertIn(f"cannot make {folder}/none/analysis_", missing.stderr)
            self.assertIn("no such file or directory", missing.stderr)

    def test_what_is_asked_wrongly_is_refused(self):
        self.assertIn("no service named 'nois'", self.s.ctl("analyze", "nois", check=4).stderr)
        self.assertIn("--since: ", self.s.ctl("analyze", "--since", "soon", check=2).stderr)
        self.assertIn("--dir goes with --save", self.s.ctl("analyze", "--dir", "/tmp", check=2).stderr)
        self.assertIn("since: is not before", self.s.ctl("analyze", "--since", "1h", "--until", "2h", check=2).stderr)

    def test_only_the_time_that_was_asked_for_is_looked_at(self):
        result = json.loads(self.s.ctl("analyze", "--since", "2h", "--until", "1h", "--json", check=0).stdout)
        self.assertEqual(of(result, "noisy")["lines"], 0)

    def test_several_at_once_are_all_answered(self):
        command = [str(mainstay.BIN / "ctl"), "--socket", str(self.s.socket), "analyze", "--json"]
        asked = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(8)]
        for process in asked:
            out, _ = process.communicate(timeout=mainstay.DEADLINE)
            self.assertEqual(of(json.loads(out), "noisy")["errors"], 35)


class Restarts(TestCase):
    def test_a_service_that_ends_by_itself_is_told(self):
        yaml = """
services:
  crashing: {command: [sh, -c, 'echo FATAL: gone; exit 3'], restart: {backoff: 10ms, max_restarts: 3}}
  killed: {command: sleep 1000, restart: {backoff: 10ms}}
"""
        with Supervisor(yaml) as s:
            pid = s.wait_state("killed", "running")["pid"]
            os.kill(pid, signal.SIGKILL)
            s.wait("killed", lambda service: service["state"] == "running" and service["pid"] != pid, "up again")
            s.wait_state("crashing", "failed")
            result = json.loads(s.ctl("analyze", "--json", check=3).stdout)
            crashing, killed = of(result, "crashing"), of(result, "killed")
            self.assertEqual(crashing["status"], "red")
            self.assertIn("it has failed", crashing["reasons"])
            self.assertGreaterEqual(crashing["restarts"], 3)
            self.assertEqual((killed["restarts"], killed["status"]), (1, "yellow"))
            self.assertIn("ctl show killed --crashes", [advice["try"] for advice in killed["advice"]])
            # Crash records tell it, too, when a new controller knows nothing of the events any more.
            until(lambda: s.call("services.crashes", name="killed")["crashes"], "the record is kept")
            s.kill_controller()
            again = json.loads(s.ctl("analyze", "--json", check=3).stdout)
            self.assertEqual(of(again, "killed")["restarts"], 1)


class Large(TestCase):
    def test_a_client_that_goes_away_ends_its_analysis_and_the_next_one_has_its_turn(self):
        with Supervisor("services: {a: {command: sleep 1000}}") as s:
            s.wait_state("a", "running")
            line = b"2026-11-22 10:00:00 INFO worker: an order of a customer was accepted\n"
            with open(s.logs / "a.out.log", "wb") as log:
                for _ in range(256):
                    log.write(line * 8192)
                log.write(b"ERROR at the end\n")
            with s.client() as gone, s.client() as cancels:
                gone.send("analysis.get")
                wanted = cancels.send("analysis.get", {"progress": True})
                item = cancels.read()["params"]["item"]
                self.assertTrue("queued" in item or item["bytes"] > 100_000_000, item)
                cancels.call("stream.cancel", {"id": wanted})
            result = s.call("analysis.get")
            self.assertEqual((result["services"][0]["errors"], result["errors"]), (1, 1))
            self.assertGreater(result["bytes"], 100_000_000)


if __name__ == "__main__":
    mainstay.main()
