"""The audit log against a real supervisor: whole through every death, broken by every hand that is not the supervisor's."""

import contextlib
import json
import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import sys

import mainstay
from mainstay import AT_ONCE, RpcError, Supervisor, TestCase, random_moments, until

YAML = "services: {a: {command: sleep 1000, stop: {timeout: 1s}}}\n"
PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "audit.md"


def verify(s, *arguments, code=0):
    return json.loads(s.ctl("audit", "verify", "--json", *arguments, check=code).stdout)


def entries(s):
    return json.loads(s.ctl("audit", "--since", "2000-01-01", "--json", check=0).stdout)["entries"]


def tamper(s, sql):
    with contextlib.closing(sqlite3.connect(s.state / "mainstay.db", timeout=10)) as database:
        database.execute(sql)
        database.commit()


def program_of_the_page():
    return re.search(r"<!-- run: audit -->\n```python\n(.*?)```", PAGE.read_text(), re.DOTALL).group(1)


def check_by_hand(s):
    return subprocess.run([sys.executable, "-c", program_of_the_page(), str(s.state / "mainstay.db")],
                          capture_output=True, text=True, timeout=mainstay.DEADLINE)


class Audit(TestCase):
    def test_a_change_is_listed_and_the_log_is_whole(self):
        with Supervisor(YAML) as s:
            s.ctl("restart", "a", check=0)
            s.ctl("signal", "TERM", "nobody", check=4)
            text = s.ctl("audit", check=0).stdout.splitlines()
            self.assertRegex(text[0], "^TIME +WHO +FROM +WHAT +TARGETS +RESULT$")
            self.assertEqual([line.split()[-1] for line in text[1:3]], ["accepted", "done"])
            self.assertIn("failed: no service named 'nobody'", text[3])
            verdict = verify(s)
            self.assertEqual((verdict["ok"], verdict["entries"]), (True, 3))
            self.assertEqual(verdict["head"], entries(s)[-1]["hash"])
            self.assertIn("The audit log is whole: 3 entries", s.ctl("audit", "verify", check=0).stdout)

    def test_the_page_says_how_to_check_it_without_us(self):
        with Supervisor(YAML) as s:
            s.ctl("reset", "a", check=0)
            s.ctl("reset", "a", check=0)
            head = verify(s)["head"]
            done = check_by_hand(s)
            self.assertEqual((done.stdout.strip(), done.stderr), (head, ""))
            tamper(s, "UPDATE event SET service='b' WHERE kind='action'")
            self.assertRegex(check_by_hand(s).stderr, "^entry [0-9]+ does not fit")

    def test_a_hand_in_the_file_is_found(self):
        with Supervisor(YAML) as s:
            for _ in range(2):  # each has two entries: accepted and done
                s.ctl("reset", "a", check=0)
            first, second, _, fourth = (entry["id"] for entry in entries(s))
            head = verify(s)["head"]
            tamper(s, f"UPDATE event SET data=replace(data,'reset','start') WHERE id={second}")
            broken = verify(s, code=1)
            self.assertEqual((broken["ok"], broken["broken"]["id"], broken["last"]), (False, second, first))
            self.assertIn(f"entry {second} does not fit its hash", s.ctl("audit", "verify", check=1).stdout)
            tamper(s, f"UPDATE event SET data=replace(data,'start','reset') WHERE id={second}")
            self.assertTrue(verify(s, "--head", head)["ok"])
            for table in ("event", "audit"):
                tamper(s, f"DELETE FROM {table} WHERE id={fourth}")
            self.assertTrue(verify(s)["ok"])
            self.assertIsNone(verify(s, "--head", head, code=1)["noted"]["entry"])

    def test_killed_at_any_moment(self):
        moments = random_moments()
        with Supervisor(YAML, environment=AT_ONCE) as s:
            s.wait_state("a", "running")
            answered = 0
            for _ in range(25):
                controller = s.controller_pid()
                with s.client() as client:
                    try:
                        for _ in range(moments.randrange(1, 6)):
                            client.call("services.reset", {"targets": ["a"]})
                            answered += 1
                        client.send("services.reset", {"targets": ["a"]})
                    finally:
                        os.kill(controller, signal.SIGKILL)
                until(lambda: self.replaced(s, controller), "a new controller")
            verdict = verify(s)
            self.assertTrue(verdict["ok"], verdict)
            listed = entries(s)
            self.assertEqual(verdict["entries"], len(listed))
            self.assertGreaterEqual(len(listed), answered)
            numbers = [entry["id"] for entry in listed]
            self.assertEqual(numbers, sorted(set(numbers)))

    @staticmethod
    def replaced(s, old):
        try:
            return s.controller_pid() != old
        except (ConnectionError, OSError, RpcError):
            return False

    def test_everybody_dead_and_the_chain_goes_on(self):
        with Supervisor(YAML) as s:
            s.ctl("reset", "a", check=0)
            head = verify(s)["head"]
            s.die()
            s.start()
            s.ctl("reset", "a", check=0)
            verdict = verify(s, "--head", head)
            self.assertTrue(verdict["ok"])
            self.assertEqual(verdict["entries"], 4)

    def test_a_damaged_file_begins_a_new_chain_and_says_so(self):
        with Supervisor(YAML) as s:
            s.ctl("reset", "a", check=0)
            verify(s)
            self.assertEqual(s.stop(), 0)
            (s.state / "mainstay.db").write_bytes(b"x" * 8192)
            s.start()
            s.ctl("reset", "a", check=0)
            verdict = verify(s)
            self.assertTrue(verdict["ok"])
            self.assertEqual(verdict["entries"], 2)
            self.assertRegex(verdict["begins"]["why"], r"could not be used, and is kept as .*mainstay\.db\.corrupt_")
            self.assertIn("a new chain of the audit log", s.stderr())

    def test_what_a_version_without_a_chain_has_written(self):
        with Supervisor(YAML) as s:
            for _ in range(3):
                s.ctl("reset", "a", check=0)
            head = verify(s)["head"]
            self.assertEqual(s.stop(), 0)
            for sql in ("DROP INDEX event_action", "DROP TABLE audit", "DROP TABLE audit_begin", "PRAGMA user_version=1"):
                tamper(s, sql)
            s.start()
            verdict = verify(s, "--head", head)
            self.assertTrue(verdict["ok"])
            self.assertIn("an earlier version", verdict["begins"]["why"])


if __name__ == "__main__":
    mainstay.main()
