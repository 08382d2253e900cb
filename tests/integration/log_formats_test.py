"""Logs of the formats text and json: every line exactly once, and one message to whoever reads it."""

import json
import re

import mainstay
from mainstay import Supervisor, TestCase, main, until

LINES = 100_000
WRITER = f"""
import os, random, sys
chance = random.Random(int(sys.argv[1]))
rest = b""
for start in range(0, {LINES}, 40):
    rest += b"".join(b"%08d caf\\xc3\\xa9 \\xff %s\\n" % (i, b"x" * (i % 90)) for i in range(start, start + 40))
    cut = chance.randrange(len(rest))
    os.write(1, rest[:cut])
    rest = rest[cut:]
os.write(1, rest + b"no newline")
os.write(2, b"to stderr\\n")
sys.exit(7)
"""
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"


def printed(number):
    return b"%08d caf\xc3\xa9 \xff %s" % (number, b"x" * (number % 90))


def yaml(log_format, more=""):
    return (f"services: {{writer: {{command: [python3, writer.py, '4711'], restart: {{policy: never}},"
            f" logs: {{format: {log_format}, rotate: {{size: 1G}}{more}}}}}}}")


class LogFormats(TestCase):
    def run_and_kill(self, s):
        """Kills the controller at random moments while the writer prints."""
        moments = mainstay.random_moments()
        log = s.logs / "writer.out.log"
        size = 0
        for _ in range(5):
            size += moments.randrange(50_000, 1_500_000)
            until(lambda: (log.exists() and log.stat().st_size >= size) or s.service("writer")["state"] == "exited",
                  "more output")
            s.kill_controller()
        self.assertEqual(s.wait_state("writer", "exited")["last_exit"]["code"], 7)
        return s.log("writer.out.log")

    def test_text_is_exactly_once_while_controllers_die(self):
        with Supervisor(yaml("text"), {"writer.py": WRITER}, environment=mainstay.AT_ONCE) as s:
            lines = self.run_and_kill(s).splitlines()
            self.assertEqual(len(lines), LINES + 1)
            shape = re.compile(rb"(" + TIME.encode() + rb") out (.*)", re.DOTALL)
            for number, line in enumerate(lines[:-1]):
                self.assertEqual(shape.fullmatch(line)[2], printed(number))
            self.assertEqual(shape.fullmatch(lines[-1])[2], b"no newline")
            self.assertRegex(s.log("writer.err.log").decode(), TIME + " err to stderr\n")

    def test_json_is_exactly_once_while_controllers_die(self):
        with Supervisor(yaml("json"), {"writer.py": WRITER}, environment=mainstay.AT_ONCE) as s:
            lines = [json.loads(line) for line in self.run_and_kill(s).splitlines()]
            self.assertEqual(len(lines), LINES + 1)
            for number, line in enumerate(lines[:-1]):
                self.assertEqual(line["message"], printed(number).decode(errors="replace"))
                self.assertTrue(line["invalid_utf8"])
            self.assertEqual(lines[-1]["message"], "no newline")
            self.assertNotIn("invalid_utf8", lines[-1])
            self.assertRegex(lines[0].pop("time"), TIME)
            self.assertEqual({key: lines[0][key] for key in ("service", "instance", "stream")},
                             {"service": "writer", "instance": "writer", "stream": "out"})

    def test_readers_give_the_message_and_not_the_line_around_it(self):
        for log_format in ("text", "json"):
            command = "printf 'one\\ntwo \"quoted\"\\nlast'"
            text = f"services: {{a: {{command: {json.dumps(command)}, shell: true, restart: {{policy: never}}, logs: {{format: {log_format}}}}}}}"
            with Supervisor(text) as s:
                s.wait_state("a", "exited")
                answer = s.call("logs.read", targets=["a"])["lines"]
                self.assertEqual([line["text"] for line in answer], ["one", 'two "quoted"', "last"])
                self.assertNotIn("partial", answer[2])
                shown = s.ctl("logs", "a", check=0).stdout
                self.assertIn('two "quoted"', shown)
                self.assertNotIn("message", shown)
                self.assertNotRegex(shown, TIME + " out")

    def test_merged_lines_have_the_stream_both(self):
        text = ("services: {a: {command: 'echo one; echo two >&2', shell: true, restart: {policy: never},"
                " logs: {format: json, merge: true}}}")
        with Supervisor(text) as s:
            s.wait_state("a", "exited")
            lines = [json.loads(line) for line in s.log("a.log").splitlines()]
            self.assertEqual([(line["stream"], line["message"]) for line in lines], [("both", "one"), ("both", "two")])


if __name__ == "__main__":
    main()
