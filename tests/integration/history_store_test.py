"""The history's file against a real supervisor: what is in it outlives everybody, and whatever befalls it, no service notices."""

import contextlib
import os
import resource
import signal
import sqlite3
import unittest

import mainstay
from mainstay import Supervisor, TestCase, until
from small_disk import SmallDisk

YAML = "services: {a: {command: sleep 1000, stop: {timeout: 1s}}}\n"


def query(s, sql):
    """Rows of the database, read as any other program may; None when there is no such file or table yet."""
    path = s.state / "mainstay.db"
    if not path.exists():
        return None
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as database:
        try:
            return database.execute(sql).fetchall()
        except sqlite3.DatabaseError as problem:
            if "no such table" in str(problem) or "not a database" in str(problem):
                return None
            raise


def kinds(s):
    return [kind for (kind,) in query(s, "SELECT kind FROM event ORDER BY id") or []]


def wait_for(s, kind, count=1):
    until(lambda: kinds(s).count(kind) >= count, f"{count} {kind} in the history")


def aside(s):
    return sorted(path.name for path in s.state.glob("mainstay.db.*") if not path.name.endswith(("-wal", "-shm")))


def state(s):
    return s.call("supervisor.info")["history"]["state"]


def pid(s):
    return s.wait_state("a", "running")["pid"]


class Deaths(TestCase):
    def test_events_outlive_controller_keeper_and_both(self):
        with Supervisor(YAML) as s:
            before = pid(s)
            wait_for(s, "service_started")
            s.kill_controller()
            wait_for(s, "supervisor_restarted")
            s.kill_keeper()
            wait_for(s, "supervisor_restarted", 2)
            numbers = [number for (number,) in query(s, "SELECT id FROM event ORDER BY id")]
            self.assertEqual(numbers, sorted(set(numbers)))
            self.assertEqual(pid(s), before)
            self.assertEqual(aside(s), [])

    def test_both_dead(self):
        with Supervisor(YAML) as s:
            wait_for(s, "service_started")
            s.die()
            s.start()
            wait_for(s, "supervisor_restarted")
            self.assertEqual(aside(s), [])

    def test_an_orderly_end_writes_the_last_of_it_and_leaves_one_file(self):
        with Supervisor(YAML) as s:
            pid(s)
            self.assertEqual(s.stop(), 0)
            self.assertFalse((s.state / "mainstay.db-wal").exists())
            self.assertEqual(kinds(s)[-1], "service_stopped")
            self.assertEqual((s.state / "mainstay.db").stat().st_mode & 0o777, 0o600)


class Trouble(TestCase):
    def test_a_damaged_file_is_set_aside_and_no_service_notices(self):
        with Supervisor(YAML, start=False) as s:
            s.state.mkdir(mode=0o700)
            (s.state / "mainstay.db").write_bytes(b"x" * 10000)
            s.start()
            wait_for(s, "service_started")
            [name] = aside(s)
            self.assertRegex(name, r"^mainstay\.db\.corrupt_\d{8}_\d{6}$")
            self.assertEqual((s.state / name).read_bytes(), b"x" * 10000)
            until(lambda: name in s.stderr(), "it is said where it went")
            self.assertEqual(state(s), "on")

    def test_damage_while_it_runs(self):
        with Supervisor(YAML) as s:
            before = pid(s)
            wait_for(s, "service_started")
            controller = s.controller_pid()
            os.kill(controller, signal.SIGSTOP)
            (s.state / "mainstay.db-wal").unlink()
            with open(s.state / "mainstay.db", "r+b") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(0)
                file.write(b"\x5a" * size)
            os.kill(controller, signal.SIGKILL)
            until(lambda: aside(s), "the file is set aside")
            wait_for(s, "supervisor_restarted")
            self.assertEqual(pid(s), before)

    def test_a_newer_file_is_left_alone(self):
        with Supervisor(YAML) as s:
            wait_for(s, "service_started")
            s.stop()
            with contextlib.closing(sqlite3.connect(s.state / "mainstay.db")) as database:
                database.execute("PRAGMA user_version = 1000")
            s.start()
            pid(s)
            until(lambda: state(s) == "off", "the history is off")
            self.assertIn("The history is off: cannot use ", s.ctl("status", check=0).stdout.replace("\n", " "))
            failed = s.ctl("show", "a", "--crashes")
            self.assertEqual(failed.returncode, 1)
            self.assertIn("written by a newer program", failed.stderr)
            self.assertEqual(aside(s), [])
            self.assertEqual(query(s, "PRAGMA user_version"), [(1000,)])
            self.assertEqual(s.stderr().count("there is no history"), 1)

    def test_a_file_that_somebody_holds_for_long_is_set_aside(self):
        with Supervisor(YAML) as s:
            wait_for(s, "service_started")
            with contextlib.closing(sqlite3.connect(s.state / "mainstay.db", isolation_level=None)) as holder:
                holder.execute("BEGIN IMMEDIATE")
                s.ctl("restart", "a", check=0)  # is not held up by it
                until(lambda: aside(s), "it is set aside", seconds=60)
                self.assertRegex(aside(s)[0], r"^mainstay\.db\.locked_\d{8}_\d{6}$")
                wait_for(s, "service_started")

    def test_a_disk_that_refuses_pauses_it_and_it_goes_on_by_itself(self):
        with Supervisor(YAML) as s:
            wait_for(s, "service_started")
            _, hard = resource.prlimit(s.controller_pid(), resource.RLIMIT_FSIZE)
            resource.prlimit(s.controller_pid(), resource.RLIMIT_FSIZE, (1, hard))
            s.ctl("restart", "a", check=0)
            until(lambda: state(s) == "paused", "it is paused")
            self.assertIn("The history is paused: ", s.ctl("status", check=0).stdout)
            s.ctl("restart", "a", check=0)
            self.assertEqual(kinds(s).count("service_started"), 1)
            resource.prlimit(s.controller_pid(), resource.RLIMIT_FSIZE, (hard, hard))
            until(lambda: state(s) == "on", "it goes on", seconds=60)
            wait_for(s, "service_started", 3)
            numbers = [number for (number,) in query(s, "SELECT id FROM event ORDER BY id")]
            self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
            self.assertNotIn("The history is paused", s.ctl("status", check=0).stdout)
            until(lambda: "the history goes on" in s.stderr(), "that is said")  # the other could not be


class FullDisk(SmallDisk):
    def test_a_full_disk_pauses_it_and_nothing_else(self):
        with self.supervisor(YAML, "4m", {}, place="state") as s:
            wait_for(s, "service_started")
            with open(s.state / "ballast", "wb", buffering=0) as ballast:
                with contextlib.suppress(OSError):
                    while True:
                        ballast.write(b"x" * 65536)
                        ballast.flush()

            def crowd_out():
                s.ctl("restart", "a", check=0)
                with contextlib.suppress(OSError), open(s.state / "ballast", "ab", buffering=0) as more:
                    more.write(b"x" * 4096)
                return state(s) == "paused"

            until(crowd_out, "it is paused", seconds=60)
            before = pid(s)
            (s.state / "ballast").unlink()
            until(lambda: state(s) == "on", "it goes on", seconds=60)
            self.assertEqual(pid(s), before)
            numbers = [number for (number,) in query(s, "SELECT id FROM event ORDER BY id")]
            self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
            self.assertEqual(aside(s), [])
            until(lambda: s.stderr().count("the history goes on") == 1, "that is said")
            self.assertEqual(s.stderr().count("the history is paused"), 1)


class Looks(TestCase):
    def test_checks_and_monitors_leave_samples(self):
        yaml = """
history: {interval: 1s}
services:
  a:
    command: sleep 1000
    health: [{command: 'true', interval: 100ms}, {command: 'true', interval: 100ms}]
monitors:
  space: {command: 'true', interval: 100ms}
"""
        with Supervisor(yaml) as s:
            def series():
                return {name for (name,) in query(s, "SELECT name FROM series") or []}

            until(lambda: {"a:0/command", "a:0/command-2", "space"} <= series(), "their series", seconds=60)
            self.assertEqual(s.ctl("check", s.config, check=0).stderr.count("not yet active"), 0)


if __name__ == "__main__":
    mainstay.main()
