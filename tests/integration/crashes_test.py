"""Crash records against a real supervisor: what is kept of runs that ended badly, and what is not."""

import json
import os
import pathlib
import signal
import unittest

import mainstay
from mainstay import Supervisor, TestCase, as_root, until

ONCE = "defaults: {restart: {backoff: 1h}}\n"


def crashes(s, name, count=1):
    """Waits until so many records of the service are kept: they are written after the end is announced."""
    return until(lambda: (lambda r: r if len(r) >= count else None)(s.call("services.crashes", name=name)["crashes"]),
                 f"{count} crash records of {name}")


def lines(record, stream):
    return [line for output in record["output"] if output["stream"] == stream for line in output["lines"]]


class Endings(TestCase):
    def test_an_exception_is_kept_with_its_traceback(self):
        program = "import sys\nprint('ready', flush=True)\ndef work():\n    raise ValueError('no stock')\nwork()\n"
        with Supervisor(ONCE + "services: {a: {command: [python3, main.py]}}", {"main.py": program}) as s:
            [record] = crashes(s, "a")
            self.assertEqual((record["code"], record["signal"], record["reason"]), (1, None, "exited"))
            self.assertEqual(lines(record, "out"), ["ready"])
            self.assertIn("Traceback (most recent call last):", lines(record, "err"))
            self.assertEqual(lines(record, "err")[-1], "ValueError: no stock")
            self.assertGreater(record["peak_memory_bytes"], 1_000_000)
            shown = s.ctl("show", "a", "--crashes", check=0).stdout
            self.assertIn("code 1 after", shown)
            self.assertIn("      ValueError: no stock\n", shown)
            self.assertRegex(s.ctl("why", "a", check=0).stdout,
                             r"crashes  1 kept, the last at [0-9:]+ \(code 1 after .*\)  ctl show a --crashes")
            self.assertEqual(json.loads(s.ctl("show", "a", "--crashes", "--json", check=0).stdout)["kept"], 1)

    def test_an_abort_and_a_kill_have_their_signals(self):
        yaml = ONCE + """
services:
  aborts: {command: [python3, -c, 'import os; os.abort()']}
  killed: {command: sleep 1000}
"""
        with Supervisor(yaml) as s:
            self.assertEqual(crashes(s, "aborts")[0]["signal"], "ABRT")
            os.kill(s.wait_state("killed", "running")["pid"], signal.SIGKILL)
            [record] = crashes(s, "killed")
            self.assertEqual((record["signal"], record["code"]), ("KILL", None))
            self.assertNotIn("out_of_memory", record)
            self.assertIn("signal KILL", s.ctl("show", "killed", "--crashes", check=0).stdout)

    def test_a_core_dump_is_found(self):
        pattern = pathlib.Path("/proc/sys/kernel/core_pattern").read_text().strip()
        if pattern.startswith(("|", "@")) or "/" in pattern:
            self.skipTest(f"this machine's core_pattern puts no core into the service's folder: {pattern}")
        with Supervisor(ONCE + "services: {a: {command: [python3, -c, 'import os; os.abort()'], limits: {core: 1G}}}") as s:
            [record] = crashes(s, "a")
            if not record.get("core_dumped"):
                self.skipTest("the kernel dumped no core")
            self.assertTrue(os.path.exists(record["core"]), record["core"])
            self.assertIn(record["core"], s.ctl("why", "a", check=0).stdout)

    def test_a_start_that_fails_has_its_reason(self):
        with Supervisor(ONCE + "services: {a: {command: nonesuch}}") as s:
            [record] = crashes(s, "a")
            self.assertEqual((record["reason"], record["pid"], record["output"]), ("start failed", None, []))
            self.assertIn("cannot run 'nonesuch'", record["error"])
            self.assertIn("cannot run 'nonesuch'", s.ctl("show", "a", "--crashes", check=0).stdout)

    def test_last_words_are_those_of_the_run_that_ended(self):
        program = "#!/bin/sh\nn=$(cat runs 2>/dev/null || echo 0)\necho $((n+1)) > runs\necho this is run $n >&2\n[ $n -ge 4 ] && exec sleep 1000\nexit 1\n"
        with Supervisor("services: {a: {command: ./main, restart: {backoff: 50ms, max_restarts: 100}}}", {"main": program}) as s:
            records = crashes(s, "a", 4)
            self.assertEqual([lines(record, "err") for record in records], [[f"this is run {n}"] for n in (3, 2, 1, 0)])

    def test_the_environment_is_not_kept(self):
        with Supervisor(ONCE + "services: {a: {command: 'false', env: {PASSWORD: hunter2}}}") as s:
            self.assertNotIn("hunter2", json.dumps(crashes(s, "a")))


class Asked(TestCase):
    def test_what_was_asked_for_leaves_no_record(self):
        yaml = """
services:
  stopped: {command: sleep 1000}
  stubborn: {command: "sh -c \\"trap '' TERM; touch up; while :; do sleep 0.02; done\\"", stop: {timeout: 100ms}}
  scaled: {command: sleep 1000, instances: 2}
  done: {command: 'true', restart: {policy: never}}
  codes: {command: sh -c 'exit 3', restart: {policy: never, success_codes: [0, 3]}}
  last: {command: 'false', autostart: false, restart: {policy: never}}
"""
        with Supervisor(yaml) as s:
            for name in ("stopped", "scaled:0", "scaled:1"):
                s.wait_state(name, "running")
            until(lambda: (s.folder / "up").exists(), "stubborn is up")
            s.ctl("restart", "stopped", check=0)
            s.ctl("stop", "stopped", "stubborn", check=0)
            s.ctl("scale", "scaled", "1", check=0)
            for name in ("done", "codes"):
                s.wait_state(name, "exited")
            # Records are written in order: once there is this one, those before it would be there.
            s.ctl("start", "last")
            crashes(s, "last")
            kept = {name: s.call("services.crashes", name=name)["kept"]
                    for name in ("stopped", "stubborn", "scaled", "done", "codes", "last")}
            self.assertEqual({name for name, count in kept.items() if count}, {"last"})


class Kept(TestCase):
    def test_twenty_of_twenty_five_are_kept(self):
        yaml = "services: {a: {command: 'false', restart: {backoff: 1ms, max_restarts: 24}}}"
        with Supervisor(yaml) as s:
            s.wait_state("a", "failed")
            records = until(lambda: (lambda r: r if r and r[0]["run"] == 25 else None)(
                s.call("services.crashes", name="a")["crashes"]), "the record of the last run")
            self.assertEqual(len(records), 20)
            runs = [record["run"] for record in records]
            self.assertEqual(runs, sorted(runs, reverse=True))
            self.assertEqual(sum(record.get("left_out", 0) for record in records), 0)

    def test_they_outlive_controller_and_supervisor(self):
        with Supervisor(ONCE + "services: {a: {command: sleep 1000}}") as s:
            os.kill(s.wait_state("a", "running")["pid"], signal.SIGSEGV)
            crashes(s, "a")
            s.kill_controller()
            s.ctl("start", "a", check=0)
            os.kill(s.wait_state("a", "running")["pid"], signal.SIGKILL)
            crashes(s, "a", 2)
            s.stop()
            s.start()
            self.assertEqual([record["signal"] for record in crashes(s, "a", 2)], ["KILL", "SEGV"])

    def test_a_run_that_ended_without_a_controller_is_recorded_by_the_next_one(self):
        with Supervisor(ONCE + "services: {a: {command: sh -c 'echo words; exec sleep 1000'}}") as s:
            pid = s.wait_state("a", "running")["pid"]
            until(lambda: s.log("a.out.log") == b"words\n", "its words")
            controller = s.controller_pid()
            os.kill(controller, signal.SIGSTOP)
            os.kill(pid, signal.SIGKILL)
            os.kill(controller, signal.SIGKILL)
            [record] = crashes_of_next(s, controller)
            self.assertEqual(record["signal"], "KILL")
            self.assertEqual(lines(record, "out"), ["words"])

    def test_the_end_of_a_main_job_is_recorded_before_the_supervisor_goes(self):
        s = Supervisor("services: {a: {command: sh -c 'echo bye >&2; exit 7', essential: true, autostart: false,"
                       " restart: {policy: never}}}")
        with s:
            s.call("services.start", targets=["a"], wait=False)
            self.assertEqual(s.process.wait(mainstay.DEADLINE), 7)
            s.start()
            [record] = crashes(s, "a")
            self.assertEqual((record["code"], lines(record, "err")), (7, ["bye"]))

    def test_files_of_earlier_versions_are_taken_over(self):
        with Supervisor(ONCE + "services: {a: {command: 'false', autostart: false}}", start=False) as s:
            former = {"at": "2026-11-22T14:02:03.000000Z", "service": "a", "instance": "a", "run": 17, "signal": "SEGV",
                      "reason": "exited", "output": []}
            (s.state / "crashes").mkdir(parents=True)
            s.state.chmod(0o700)
            (s.state / "crashes" / "a.jsonl").write_text(json.dumps(former) + "\nprecious\n")
            s.start()
            s.ctl("start", "a")
            self.assertEqual([record["signal"] for record in crashes(s, "a", 2)], [None, "SEGV"])
            [aside] = (s.state / "crashes").iterdir()
            self.assertRegex(aside.name, r"^a\.jsonl\.unreadable-[0-9]+$")
            until(lambda: "it is kept as a.jsonl.unreadable-" in s.stderr(), "it is said in the log")


def crashes_of_next(s, controller):
    def answers():
        try:
            return s.controller_pid() != controller and s.call("services.crashes", name="a")["crashes"]
        except (ConnectionError, OSError):
            return None

    return until(answers, "the next controller has recorded it")


class MemoryGroup:
    """A memory control group of 32 MiB of one's own (cgroup v1 or v2)."""

    def __init__(self):
        v1 = pathlib.Path("/sys/fs/cgroup/memory")
        self.path = (v1 if v1.is_dir() else pathlib.Path("/sys/fs/cgroup")) / f"mainstay-test-{os.getpid()}"
        self.path.mkdir()
        limit = self.path / ("memory.limit_in_bytes" if v1.is_dir() else "memory.max")
        try:
            limit.write_text(str(32 * 1024 * 1024))
        except OSError:
            self.path.rmdir()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        until(lambda: not (self.path / "cgroup.procs").read_text(), "the group is empty")
        self.path.rmdir()


class Memory(TestCase):
    @unittest.skipUnless(as_root(), "needs root: a memory control group, and the kernel's log")
    def test_a_kill_for_want_of_memory_is_told(self):
        try:
            group = MemoryGroup()
        except OSError as problem:
            self.skipTest(f"no memory control group can be made here: {problem}")
        with group:
            program = (f"open('{group.path}/cgroup.procs', 'w').write('0')\n"
                       "held = []\nwhile True:\n    held.append(bytearray(1 << 20))\n")
            with Supervisor(ONCE + "services: {a: {command: [python3, main.py]}}", {"main.py": program}) as s:
                [record] = crashes(s, "a")
                self.assertEqual(record["signal"], "KILL")
                if "out_of_memory" not in record:
                    self.skipTest("the kernel's log is not for us to read here")
                self.assertIn("killed by the kernel: out of memory", record["out_of_memory"])
                self.assertIn(f"Killed process {record['pid']}", record["out_of_memory"])
                self.assertIn("out of memory", s.ctl("why", "a", check=0).stdout)


if __name__ == "__main__":
    mainstay.main()
