"""`ctl logs` on what real services print: spans, expressions, levels, raw bytes, hostile text."""

import base64
import hashlib
import json
import select
import signal
import subprocess

import mainstay
from mainstay import Supervisor, TestCase, until
from terminal import on_terminal

# Prints what the levels, the expressions and the terminal have to cope with, then waits.
NOISY = r'''#!/usr/bin/env python3
import logging, os, sys, time
out = sys.stdout.buffer
logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
out.write(b"listening on 8000\n")
out.write(b'{"level":"warn","msg":"disk is getting full"}\n')
out.write(b"\x1b]52;c;b3duZWQ=\x07clipboard\n\x1b]0;title\x07\x1b[31mred\x1b[0m \x9b5m c1 \x00nul\n")
out.write(b"bytes \xff\xfe end\n")
out.flush()
try:
    {}["missing key"]
except KeyError:
    logging.exception("request 17 failed")
logging.warning("retrying request 17")
logging.error("gave up on request 17")
sys.stderr.flush()
os.close(1)
open("printed", "w").close()
time.sleep(1000)
'''

LONG = r'''#!/usr/bin/env python3
import os, time
line = bytes(1 + i % 255 if 1 + i % 255 != 10 else 11 for i in range(65521))
with os.fdopen(1, "wb") as out:
    out.write(b"before\n")
    for _ in range(320):
        out.write(line)
    out.write(b"\nafter\n")
open("printed", "w").close()
time.sleep(1000)
'''

YAML = "services: {a: {command: ./service, stop: {timeout: 1s}}}"


def started(script):
    supervisor = Supervisor(YAML, files={"service": script})
    until((supervisor.folder / "printed").exists, "the service has printed")
    return supervisor


def read_all(command, s):
    done = subprocess.run([mainstay.BIN / "ctl", "--socket", s.socket, *command], capture_output=True, check=True,
                          timeout=mainstay.DEADLINE)
    return done.stdout


class Noisy(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.s = started(NOISY)
        until(lambda: b"gave up" in cls.s.log("a.err.log"), "the log has all")
        until(lambda: b"end\n" in cls.s.log("a.out.log"), "the log has all")

    @classmethod
    def tearDownClass(cls):
        left = cls.s.close()
        assert left == [], left

    def lines(self, *options):
        return [json.loads(line) for line in self.s.ctl("logs", "a", "--json", *options, check=0).stdout.splitlines()]

    def texts(self, *options):
        return [line["text"] for line in self.lines(*options)]

    def test_a_level_shows_tracebacks_whole(self):
        errors = self.texts("--level", "error")
        self.assertIn("ERROR root: request 17 failed", errors[0])
        self.assertEqual(errors[1], "Traceback (most recent call last):")
        self.assertEqual(errors[-2], "KeyError: 'missing key'")
        self.assertIn("gave up", errors[-1])
        self.assertEqual({line["level"] for line in self.lines("--level", "error")}, {"error"})
        warnings = self.lines("--level", "warn")
        self.assertEqual(len(warnings), len(errors) + 2)
        self.assertIn("warn", {line["level"] for line in warnings})
        self.assertNotIn("level", self.lines()[0])

    def test_an_expression_finds_lines_and_with_a_level_whole_traces(self):
        self.assertEqual(self.texts("--grep", "KeyError"), ["KeyError: 'missing key'"])
        self.assertEqual(self.texts("--grep", "LISTENING", "-i"), ["listening on 8000"])
        self.assertEqual(self.texts("--grep", "nowhere to be found"), [])
        whole = self.texts("--grep", "KeyError", "--level", "error")
        self.assertIn("request 17 failed", whole[0])
        self.assertEqual(whole[-1], "KeyError: 'missing key'")
        self.assertNotIn("gave up", "".join(whole))
        self.assertEqual(self.texts("--grep", "17", "--stream", "out"), [])

    def test_spans_are_relative_absolute_and_exact(self):
        everything = self.lines("--since", "1h")
        self.assertEqual(len(everything), len(self.lines("-n", "1000")))
        self.assertEqual(self.lines("--until", "1h"), [])
        self.assertEqual(self.lines("--since", "now"), [])
        middle = sorted(line["at"] for line in everything)[len(everything) // 2]
        before = self.lines("--until", middle)
        after = self.lines("--since", middle)
        # `at` is shown in milliseconds; the line itself is a fraction of one later.
        self.assertEqual(len(before) + len(after), len(everything))
        self.assertEqual([line["text"] for line in self.lines("--since", "1h", "-n", "1")],
                         [everything[-1]["text"]])

    def test_what_is_no_time_level_or_expression_is_a_usage_error(self):
        self.assertIn("'soon' is not a time; write 10m", self.s.ctl("logs", "--since", "soon", check=2).stderr)
        self.assertIn("it is error, warn, info or debug", self.s.ctl("logs", "--level", "loud", check=2).stderr)
        self.assertIn("a ( is never closed (at character 3)", self.s.ctl("logs", "--grep", "ab(", check=2).stderr)
        self.assertIn("exclude each other", self.s.ctl("logs", "--raw", "--json", check=2).stderr)
        self.s.ctl("logs", "-f", "--until", "now", check=2)
        self.s.ctl("logs", "-n", "100001", check=2)

    def test_only_colours_reach_a_terminal_unless_raw_is_asked_for(self):
        command = [mainstay.BIN / "ctl", "--socket", self.s.socket, "logs", "a", "--stream", "out"]
        shown = on_terminal(command)
        self.assertNotIn(b"\x1b]", shown)
        self.assertNotIn(b"\x00", shown)
        self.assertNotIn(b"\x9b", shown.replace(b"\xc2\x9b", b"\x9b"))
        self.assertIn(b"\\x1b]52;c;b3duZWQ=\\x07clipboard", shown)
        self.assertIn(b"\x1b[31mred", shown)
        self.assertIn(b"\\x00nul", shown)
        raw = on_terminal([*command, "--raw"])
        self.assertIn(b"\x1b]52;c;b3duZWQ=\x07clipboard", raw)

    def test_raw_is_the_log_byte_for_byte_and_json_carries_what_is_no_utf8(self):
        self.assertEqual(read_all(["logs", "a", "--stream", "out", "--raw"], self.s), self.s.log("a.out.log"))
        self.assertEqual(read_all(["logs", "a", "--stream", "out"], self.s), self.s.log("a.out.log"))
        odd = next(line for line in self.lines() if line["text"].startswith("bytes "))
        self.assertEqual(base64.b64decode(odd["raw"]), b"bytes \xff\xfe end")
        self.assertNotIn("raw", self.lines("--grep", "listening")[0])


class LongLine(TestCase):
    def test_a_line_of_20_mb_is_whole_in_raw_and_found_around(self):
        with started(LONG) as s:
            until(lambda: s.log("a.out.log").endswith(b"\nafter\n"), "the log has all")
            # So long a line is cut by rotation, too: it is put together from archives.
            line = bytes(1 + i % 255 if 1 + i % 255 != 10 else 11 for i in range(65521))
            expected = b"before\n" + line * 320 + b"\nafter\n"
            raw = read_all(["logs", "a", "--raw", "--since", "1h"], s)
            self.assertEqual(len(raw), len(expected))
            self.assertEqual(hashlib.sha256(raw).hexdigest(), hashlib.sha256(expected).hexdigest())
            self.assertEqual(read_all(["logs", "a", "--grep", "^(before|after)$"], s), b"before\nafter\n")
            self.assertEqual(read_all(["logs", "a", "-n", "1"], s), b"after\n")


class Following(TestCase):
    def test_a_filtered_stream_goes_on_through_restarts_and_the_death_of_the_controller(self):
        yaml = "services: {a: {command: sh -c 'echo run $$$$; echo ERROR boom $$$$; exec sleep 1000'}}"
        with Supervisor(yaml) as s:
            s.wait_state("a", "running")
            command = [mainstay.BIN / "ctl", "--socket", s.socket, "logs", "-f", "a", "--level", "error", "--since", "1h",
                       "--grep", "boom"]
            following = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            seen = []
            try:
                seen.append(following.stdout.readline())
                s.ctl("restart", "a", check=0)
                seen.append(following.stdout.readline())
                s.kill_controller()
                s.ctl("restart", "a", check=0)
                seen.append(following.stdout.readline())
                following.send_signal(signal.SIGINT)
                self.assertIn(following.wait(mainstay.DEADLINE), (0, 130))
                seen += following.stdout.readlines()
            finally:
                following.kill()
                following.wait()
                following.stdout.close()
                following.stderr.close()
            self.assertEqual(len(seen), 3, seen)
            self.assertEqual(len(set(seen)), 3, seen)
            self.assertTrue(all(line.startswith("ERROR boom ") for line in seen), seen)

    def test_n_0_with_follow_gives_only_what_is_new(self):
        with Supervisor("services: {a: {command: sh -c 'echo run $$$$; exec sleep 1000'}}") as s:
            s.wait_state("a", "running")
            until(lambda: s.log("a.out.log"), "the first run has printed")
            first = s.log("a.out.log").decode().strip()
            with s.client() as client:
                wanted = client.send("logs.follow", {"targets": ["a"], "lines": 0, "grep": "run"})

                def something_new():
                    # What is printed before the stream stands is not new to it: print again.
                    s.ctl("restart", "a", check=0)
                    return select.select([client.socket], [], [], 1)[0]

                until(something_new, "a line that is new")
                item = client.read()["params"]
                self.assertEqual(item["id"], wanted)
                texts = [line["text"] for line in item["item"]["lines"]]
                self.assertNotIn(first, texts)
                self.assertRegex(texts[0], r"^run \d+$")


if __name__ == "__main__":
    mainstay.main()
