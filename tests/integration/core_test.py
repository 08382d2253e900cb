"""A crash of the supervisor itself leaves no core, with all the secrets in it, unless that is asked for."""

import os
import pathlib
import resource
import signal

import mainstay
from mainstay import Supervisor, TestCase, until

# A core would be a file in the working folder, which is the test's own.
WRITES_FILES = not pathlib.Path("/proc/sys/kernel/core_pattern").read_text().startswith(("|", "/"))


# The soft limit that lets nothing be written; where none may be, it is 0 already.
NO_CORE = str(min(1, resource.getrlimit(resource.RLIMIT_CORE)[1] % (1 << 64)))


def core_limits(pid):
    """Soft and hard, as texts."""
    for line in pathlib.Path(f"/proc/{pid}/limits").read_text().splitlines():
        if line.startswith("Max core file size"):
            return line.split()[4:6]
    raise AssertionError("no such limit")


class Core(TestCase):
    YAML = "services: {a: {command: sleep 1000}}"

    def setUp(self):
        # AddressSanitizer forbids cores by itself, unless it is told not to.
        options = os.environ.get("ASAN_OPTIONS", "")
        os.environ["ASAN_OPTIONS"] = options + ":disable_coredump=0"
        self.addCleanup(os.environ.__setitem__, "ASAN_OPTIONS", options)
        self.soft, self.hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (self.hard, self.hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_CORE, (self.soft, self.hard))

    def check_service(self, s):
        ours = core_limits(os.getpid())
        self.assertEqual(core_limits(s.wait_state("a", "running")["pid"]), ours)

    def test_no_core_by_default_and_services_keep_their_limit(self):
        with Supervisor(self.YAML) as s:
            self.check_service(s)
            for pid in (s.process.pid, s.controller_pid()):
                self.assertEqual(core_limits(pid)[0], NO_CORE)
            s.kill_controller(signal.SIGABRT)
            self.assertIn("ended with signal 6; services go on", s.stderr())
            self.assertEqual(core_limits(s.controller_pid())[0], NO_CORE)
            self.assertEqual(list(s.folder.rglob("core*")), [])

    def test_who_comes_after_a_keeper_knows_the_limits_it_had_found(self):
        with Supervisor(self.YAML) as s:
            s.wait_state("a", "running")
            s.kill_keeper()
            s.ctl("restart", "a", check=0)
            self.check_service(s)
            self.assertEqual(core_limits(s.successor)[0], NO_CORE)
            self.assertEqual(core_limits(s.controller_pid())[0], NO_CORE)

    def test_a_core_when_asked_for(self):
        resource.setrlimit(resource.RLIMIT_CORE, (0, self.hard))
        with Supervisor(self.YAML, arguments=["--core"]) as s:
            self.check_service(s)
            self.assertEqual(core_limits(s.controller_pid()), [core_limits(os.getpid())[1]] * 2)
            s.kill_controller(signal.SIGABRT)
            if WRITES_FILES and self.hard == resource.RLIM_INFINITY:
                until(lambda: "ended with signal 6 (core dumped)" in s.stderr(), "a core")


if __name__ == "__main__":
    mainstay.main()
