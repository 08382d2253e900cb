"""What services and the machine use, from real processes to ctl show."""
import os
import re
import unittest

import mainstay
from mainstay import Supervisor, TestCase

# Two threads, of which one writes a mebibyte to the disk and reads it from there, again and again.
STORAGE = """
import os, threading, time
threading.Thread(target=threading.Event().wait, daemon=True).start()
block = b"x" * (1 << 20)
with open("block", "wb+", buffering=0) as file:
    while True:
        os.pwrite(file.fileno(), block, 0)
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        os.pread(file.fileno(), len(block), 0)
        time.sleep(0.05)
"""

YAML = """
services:
  busy: {command: [python3, storage.py]}
  idle: {command: sleep 1000}
  down: {command: sleep 1000, autostart: false}
"""


def in_memory(folder):
    """Whether the file system has no disk: what is written there never leaves memory."""
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        mounts = [line.split() for line in file]
    path = os.path.realpath(folder)
    best = max((mount for mount in mounts if mount[4] == "/" or (path + "/").startswith(mount[4] + "/")),
               key=lambda mount: len(mount[4]))
    return best[best.index("-") + 1] in ("tmpfs", "ramfs")


class Usage(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.supervisor = Supervisor(YAML, {"storage.py": STORAGE})
        for name in ("busy", "idle"):
            cls.supervisor.wait_state(name, "running")

    @classmethod
    def tearDownClass(cls):
        left = cls.supervisor.close()
        assert left == [], left

    def test_storage_that_is_read_and_written_is_shown_as_rates(self):
        if in_memory(self.supervisor.folder):
            self.skipTest("needs TMPDIR on a disk")
        busy = self.supervisor.wait(
            "busy", lambda s: (s["written_bytes_per_second"] or 0) > 1000 and (s["read_bytes_per_second"] or 0) > 1000,
            "using storage")
        self.assertEqual(busy["threads"], 2)
        self.assertLess(busy["written_bytes_per_second"], 1 << 30)
        # A slow disk may take longer for a block than from one sample to the next.
        rates = re.compile(r"storage +reads \d[\d.]* [KM]B/s, writes \d[\d.]* [KM]B/s")
        shown = mainstay.until(lambda: (lambda text: text if rates.search(text) else None)(
            self.supervisor.ctl("show", "busy", check=0).stdout), "both rates are shown")
        self.assertRegex(shown, r"uses .* 1 process, 2 threads, \d+ open files")

    def test_what_does_nothing_uses_no_storage_and_what_is_down_has_no_figures(self):
        idle = self.supervisor.wait("idle", lambda s: s["threads"] == 1 and s["read_bytes_per_second"] == 0, "at rest")
        self.assertEqual(idle["written_bytes_per_second"], 0)
        self.assertIn("reads 0 B/s, writes 0 B/s", self.supervisor.ctl("show", "idle", check=0).stdout)
        self.assertNotIn("storage", self.supervisor.ctl("show", "down", check=0).stdout)

    def test_the_machine_is_told_of(self):
        host = mainstay.until(lambda: self.supervisor.call("supervisor.info")["host"], "a sample")
        with open("/proc/meminfo", encoding="utf-8") as file:
            total = int(re.search(r"MemTotal: +(\d+)", file.read())[1]) * 1024
        self.assertEqual(host["memory_total_bytes"], total)
        self.assertTrue(0 < host["memory_used_bytes"] < total)
        self.assertGreater(host["uptime_seconds"], 0)
        self.assertGreaterEqual(host["load_average"], 0)
        for disk in host["disks"]:
            room = os.statvfs(disk["mount"])
            self.assertEqual(disk["total_bytes"], room.f_blocks * room.f_frsize)


if __name__ == "__main__":
    mainstay.main()
