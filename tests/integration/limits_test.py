"""Limits against a real supervisor: kept by control groups where there are any for us, else as well as can be."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import unittest

import mainstay
from mainstay import Supervisor, TestCase, alive, as_root, until

NOBODY = 65534
MIB = 1 << 20

# Takes memory in steps of a mebibyte up to the number in its first argument, then holds it and says so; slowly from the
# number in its second one on.
HOG = """
import signal, sys, time
held = []
for n in range(int(sys.argv[1])):
    held.append(bytearray(1 << 20))
    time.sleep(0.5 if len(sys.argv) > 2 and n >= int(sys.argv[2]) else 0)
print("full", flush=True)
signal.pause()
"""


def lines_of(path):
    return pathlib.Path(path).read_text(encoding="utf-8").splitlines()


def own_group(controller):
    """The folder of our own group in the cgroup v1 hierarchy of the controller, or None."""
    for line in lines_of("/proc/self/mountinfo"):
        left, right = line.split(" - ")
        if right.split()[0] != "cgroup" or controller not in right.split()[2].split(","):
            continue
        for own in lines_of("/proc/self/cgroup"):
            if controller in own.split(":")[1].split(","):
                return pathlib.Path(left.split()[4] + own.split(":", 2)[2])
    return None


def can_limit_v2(controller):
    """Whether the controller is there for the groups that a supervisor of ours makes in cgroup v2."""
    for line in lines_of("/proc/self/mountinfo"):
        left, right = line.split(" - ")
        if right.split()[0] == "cgroup2":
            own = next(own for own in lines_of("/proc/self/cgroup") if own.startswith("0::"))
            offered = pathlib.Path(left.split()[4] + own.removeprefix("0::"), "cgroup.controllers")
            return as_root() and offered.exists() and controller in offered.read_text(encoding="utf-8").split()
    return False


def can_limit_v1(controller):
    group = own_group(controller)
    if not as_root() or group is None:
        return False
    probe = group / f"mainstay-test-{os.getpid()}"
    try:
        probe.mkdir()
        probe.rmdir()
        return True
    except OSError:
        return False


def needs(controller):
    return unittest.skipUnless(can_limit_v1(controller) or can_limit_v2(controller),
                               f"needs root and control groups with {controller}")


def needs_v1(controller):
    return unittest.skipUnless(can_limit_v1(controller) and not can_limit_v2(controller),
                               f"needs root and a cgroup v1 hierarchy with {controller}")


def on_disk():
    """Whether a folder for a test's files is on a disk: what is in a tmpfs is memory that is held."""
    kind = subprocess.run(["stat", "-f", "-c", "%T", tempfile.gettempdir()], check=True, capture_output=True, text=True)
    return kind.stdout.strip() != "tmpfs"


def limit_groups(s):
    """Every group that keeps a limit of this supervisor, and those that hold them."""
    mark = 14695981039346656037  # FNV-1a, as the groups' names have it
    for byte in str(s.state).encode():
        mark = (mark ^ byte) * 1099511628211 % (1 << 64)
    roots = [own_group(controller) / f"mainstay-limits-{mark:016x}" for controller in ("memory", "cpu", "pids")
             if own_group(controller)]
    return [path for root in roots for path in with_folders(root)]


def with_folders(root):
    """It and the folders in it; nothing when it is not there, or goes while we look."""
    try:
        return [root, *(path for path in root.iterdir() if path.is_dir())]
    except FileNotFoundError:
        return []


def group_of(pid, controller):
    for line in lines_of(f"/proc/{pid}/cgroup"):
        if controller in line.split(":")[1].split(","):
            return line.split(":", 2)[2]
    return ""


def setting(pid, controller, file):
    root = next(line.split()[4] for line in lines_of("/proc/self/mountinfo")
                if " - cgroup " in line and controller in line.split(" - ")[1].split()[2].split(","))
    return pathlib.Path(root + group_of(pid, controller), file).read_text().strip()


def answers(s):
    try:
        return s.controller_pid()
    except (ConnectionError, OSError):
        return None


class PlainUser(Supervisor):
    """A supervisor of a user who may make no control groups, whoever runs the tests."""

    def __init__(self, yaml, files=None):
        super().__init__(yaml, files, start=False, own_programs=True)
        for path in [self.folder, *self.folder.rglob("*")]:
            if as_root():
                os.chown(path, NOBODY, NOBODY)
        try:
            self.start()
        except BaseException:
            self.close()
            raise

    def command(self):
        become = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if as_root() else []
        return [*become, *super().command()]


class Memory(TestCase):
    @needs("memory")
    def test_a_hog_is_killed_at_the_hard_limit_and_restarted_for_it(self):
        # v2 slows it down short of the limit, and who does not go when asked is killed by us then.
        stubborn = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + HOG
        killer = "used 4" if can_limit_v2("memory") else "killed by the kernel at limits.memory 48 MB"
        yaml = """
services:
  a: {command: [python3, hog.py, 500], limits: {memory: 48M}, stop: {timeout: 5s}, restart: {backoff: 1h}}
"""
        with Supervisor(yaml, {"hog.py": stubborn}) as s:
            service = s.wait("a", lambda service: service["last_exit"], "ended")
            self.assertEqual((service["last_exit"]["reason"], service["last_exit"]["signal"]), ("memory limit", "KILL"))
            self.assertTrue(service["last_exit"]["note"].startswith(killer), service["last_exit"])
            self.assertNotIn(b"full", s.log("a.out.log"))
            self.assertIn("limits.memory 48M", s.ctl("why", "a", check=0).stdout)

    @needs("memory")
    def test_who_comes_near_slowly_is_asked_to_go_before_the_kernel_kills(self):
        program = ("import signal, sys\n"
                   "def go(*_):\n    print('asked', flush=True)\n    sys.exit(0)\n"
                   "signal.signal(signal.SIGTERM, go)\n" + HOG)
        yaml = "services: {a: {command: [python3, hog.py, 500, 40], limits: {memory: 64M}, restart: {backoff: 1h}}}"
        with Supervisor(yaml, {"hog.py": program}) as s:
            service = s.wait("a", lambda service: service["last_exit"], "ended")
            self.assertEqual(service["last_exit"]["reason"], "memory limit")
            self.assertEqual(s.log("a.out.log"), b"asked\n")

    @needs("memory")
    @unittest.skipUnless(on_disk(), "needs a TMPDIR on a disk")
    def test_files_that_were_read_are_not_memory_that_is_held(self):
        # The file stays in the cache of the group, which is full of it from then on.
        program = ("import os, signal\n"
                   "with open('big', 'wb') as big:\n"
                   "    for n in range(128):\n        big.write(os.urandom(1 << 20))\n"
                   "for n in range(3):\n"
                   "    with open('big', 'rb') as big:\n"
                   "        while big.read(1 << 20):\n            pass\n"
                   "print('read', flush=True)\nsignal.pause()\n")
        yaml = "services: {a: {command: [python3, main.py], limits: {memory: 48M}}}"
        with Supervisor(yaml, {"main.py": program}) as s:
            until(lambda: s.log("a.out.log") == b"read\n", "it has read")
            s.ctl("status", check=0)
            service = s.service("a")
            self.assertEqual((service["state"], service["restarts"]), ("running", 0))
            self.assertLess(service["memory_bytes"], 40 * MIB)

    @needs("memory")
    def test_a_child_that_the_kernel_kills_restarts_the_whole(self):
        yaml = """
services:
  a:
    command: sh -c 'python3 hog.py 500; touch survived; sleep 1000'
    limits: {memory: 48M}
    stop: {timeout: 1s}
    restart: {backoff: 1h}
"""
        with Supervisor(yaml, {"hog.py": HOG}) as s:
            service = s.wait("a", lambda service: service["last_exit"], "ended")
            self.assertEqual(service["last_exit"]["reason"], "memory limit")

    @needs("memory")
    def test_an_alert_tells_and_kills_nobody(self):
        yaml = "services: {a: {command: [python3, hog.py, 60], limits: {memory: 32M, memory_action: alert}}}"
        with Supervisor(yaml, {"hog.py": HOG}) as s:
            until(lambda: s.log("a.out.log") == b"full\n", "it has all it wants")
            until(lambda: [event for event in s.call("events.list")["events"] if event["kind"] == "memory_exceeded"],
                  "it is told")
            service = s.service("a")
            self.assertEqual((service["state"], service["restarts"]), ("running", 0))

    @needs_v1("memory")
    def test_the_next_controller_goes_on_with_the_groups_of_the_last(self):
        yaml = """
services:
  a:
    command: sh -c 'while [ ! -e go ]; do sleep 0.02; done; exec python3 hog.py 500'
    limits: {memory: 48M, cpu: 100%, processes: 50}
    restart: {backoff: 1h}
"""
        with Supervisor(yaml, {"hog.py": HOG}) as s:
            pid = s.wait_state("a", "running")["pid"]
            group = group_of(pid, "memory")
            self.assertIn("/mainstay-limits-", group)
            s.kill_controller()
            self.assertEqual(s.service("a")["pid"], pid)
            self.assertEqual(group_of(pid, "memory"), group)
            (s.folder / "go").touch()
            service = s.wait("a", lambda service: service["last_exit"], "ended")
            self.assertEqual(service["last_exit"]["reason"], "memory limit")

    @needs_v1("memory")
    def test_a_kill_that_no_controller_saw_is_known_to_the_next_one(self):
        yaml = """
services:
  a:
    command: sh -c 'while [ ! -e go ]; do sleep 0.02; done; exec python3 hog.py 500'
    limits: {memory: 48M}
    restart: {backoff: 1h}
"""
        with Supervisor(yaml, {"hog.py": HOG}) as s:
            pid = s.wait_state("a", "running")["pid"]
            controller = s.controller_pid()
            os.kill(controller, signal.SIGSTOP)
            (s.folder / "go").touch()
            until(lambda: not alive(pid), "the kernel has killed it")
            os.kill(controller, signal.SIGKILL)
            until(lambda: answers(s), "another controller")
            service = s.wait("a", lambda service: service["last_exit"], "ended")
            self.assertEqual(service["last_exit"]["reason"], "memory limit")
            s.ctl("stop", "a", check=0)
            self.assertEqual(limit_groups(s), [])

    @unittest.skipUnless(shutil.which("setpriv"), "needs setpriv(1)")
    def test_without_control_groups_the_tree_is_looked_at(self):
        yaml = """
services:
  a: {command: sh -c 'python3 hog.py 60 & wait', limits: {memory: 48M}, restart: {backoff: 1h}}
  b: {command: [python3, hog.py, 60]}
"""
        with PlainUser(yaml, {"hog.py": HOG}) as s:
            service = s.wait("a", lambda service: service["last_exit"], "ended")
            self.assertEqual(service["last_exit"]["reason"], "memory limit")
            self.assertEqual(s.service("b")["restarts"], 0)


class Shares(TestCase):
    @needs("pids")
    def test_a_fork_bomb_meets_its_limit(self):
        program = ("import os, signal, time\n"
                   "made = 0\n"
                   "while made < 1000:\n"
                   "    try:\n        pid = os.fork()\n"
                   "    except OSError as error:\n        print(made, error.errno, flush=True)\n        break\n"
                   "    if pid == 0:\n        signal.pause()\n"
                   "    made += 1\n"
                   "signal.pause()\n")
        yaml = "services: {a: {command: [python3, bomb.py], limits: {processes: 20}}}"
        with Supervisor(yaml, {"bomb.py": program}) as s:
            until(lambda: s.log("a.out.log"), "it has met its limit")
            self.assertEqual(s.log("a.out.log"), b"19 11\n")
            s.ctl("stop", "a", check=0)
            self.assertEqual(limit_groups(s), [])

    @needs("cpu")
    def test_a_share_of_a_processor_is_not_exceeded(self):
        program = ("import time\n"
                   "begun, used = time.monotonic(), time.process_time()\n"
                   "while time.monotonic() - begun < 2:\n    pass\n"
                   "print(time.process_time() - used, time.monotonic() - begun, flush=True)\n")
        yaml = "services: {a: {command: [python3, burn.py], limits: {cpu: 20%}, restart: {policy: never}}}"
        with Supervisor(yaml, {"burn.py": program}) as s:
            s.wait_state("a", "exited")
            used, took = map(float, s.log("a.out.log").split())
            self.assertGreater(used, 0.01)
            self.assertLess(used / took, 0.3)

    @needs_v1("cpu")
    def test_groups_go_with_a_stop_and_with_everything(self):
        yaml = """
defaults: {command: sleep 1000, limits: {cpu: 50%, processes: 100, memory: 64M}}
services: {a: {}, b: {instances: 2}, c: {limits: null}}
"""
        with Supervisor(yaml) as s:
            for name in ("a", "b:0", "b:1"):
                pid = s.wait_state(name, "running")["pid"]
                self.assertIn("/mainstay-limits-", group_of(pid, "cpu"))
            self.assertEqual(len(limit_groups(s)), 3 + 9)
            s.ctl("stop", "a", check=0)
            self.assertEqual(len(limit_groups(s)), 3 + 6)
            s.ctl("scale", "b", "1", check=0)
            self.assertEqual(len(limit_groups(s)), 3 + 3)
            s.ctl("start", "a", check=0)
            self.assertEqual(len(limit_groups(s)), 3 + 6)
            s.stop()
            self.assertEqual(limit_groups(s), [])

    @needs("cpu")
    def test_groups_that_a_dead_supervisor_left_are_taken_over_and_removed(self):
        yaml = "services: {a: {command: sleep 1000, limits: {cpu: 50%, memory: 64M}}}"
        with Supervisor(yaml) as s:
            pid = s.wait_state("a", "running")["pid"]
            s.die()
            self.assertTrue(alive(pid))
            s.start()
            self.assertEqual(s.service("a")["pid"], pid)
            s.ctl("stop", "a", check=0)
            self.assertEqual(limit_groups(s), [])

    @needs_v1("cpu")
    def test_a_running_service_gets_what_a_new_supervisor_reads(self):
        yaml = "services: {a: {command: sleep 1000, limits: {cpu: 50%, memory: 64M}}, b: {command: sleep 1000}}"
        with Supervisor(yaml) as s:
            pid = s.wait_state("a", "running")["pid"]
            s.wait_state("b", "running")
            s.die()
            s.write("services: {a: {command: sleep 1000, limits: {memory: 96M}}, b: {command: sleep 1000, limits: {cpu: 9%}}}")
            s.start()
            self.assertEqual(s.service("a")["pid"], pid)
            self.assertEqual(setting(pid, "memory", "memory.limit_in_bytes"), str(96 * MIB))
            self.assertEqual(setting(pid, "cpu", "cpu.cfs_quota_us"), "-1")
            self.assertIn("limits.memory 96M: by cgroup v1; restarted from 92 MB on, killed by the kernel at 96M",
                          s.service("a")["limits"])
            # What ran without a group has one from its next start on.
            self.assertIn("limits.cpu 9%: not kept, because it runs without a control group", s.service("b")["limits"][0])
            s.ctl("restart", "b", check=0)
            self.assertEqual(s.service("b")["limits"], ["limits.cpu 9%: by cgroup v1"])
            self.assertIn("cpu 9%: by cgroup v1", s.ctl("show", "b", check=0).stdout)
            s.ctl("stop", "a", "b", check=0)
            self.assertEqual(limit_groups(s), [])

    @needs("cpu")
    def test_a_service_that_is_declared_no_more_leaves_no_group(self):
        with Supervisor("services: {a: {command: sleep 1000, limits: {cpu: 50%, memory: 64M}}}") as s:
            s.wait_state("a", "running")
            s.die()
            s.write("services: {b: {command: sleep 1000}}")
            s.start()
            until(lambda: limit_groups(s) == [], "nothing is left of a")

    @unittest.skipUnless(shutil.which("setpriv"), "needs setpriv(1)")
    def test_what_cannot_be_kept_is_said_once(self):
        yaml = "services: {a: {command: 'true', limits: {cpu: 50%, processes: 9}, restart: {backoff: 1ms, max_restarts: 5}}}"
        with PlainUser(yaml) as s:
            s.wait_state("a", "failed")
            said = s.stderr()
            self.assertEqual(said.count("a: limits.cpu 50%: not kept, because there is no control group"), 1)
            self.assertEqual(said.count("a: limits.processes 9: not kept, because there is no control group"), 1)


if __name__ == "__main__":
    mainstay.main()
