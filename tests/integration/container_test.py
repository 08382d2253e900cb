#!/usr/bin/env python3
"""What packaging/Dockerfile copies is all that a build needs. Whether the image itself works is for tests/boot."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

from mainstay import DEADLINE

ROOT = pathlib.Path(__file__).resolve().parents[2]


def copied():
    """(sources, destination) of every COPY from the sources."""
    for line in (ROOT / "packaging/Dockerfile").read_text(encoding="utf-8").splitlines():
        words = line.split()
        if words[:1] == ["COPY"] and not words[1].startswith("--") and not words[-1].startswith("/"):
            yield words[1:-1], words[-1]


class ContainerTest(unittest.TestCase):
    def test_cmake_finds_all_that_it_needs(self):
        with tempfile.TemporaryDirectory(prefix="mainstay-test-") as folder:
            place = pathlib.Path(folder)
            for sources, destination in copied():
                for source in sources:
                    if (ROOT / source).is_dir():
                        shutil.copytree(ROOT / source, place / destination, dirs_exist_ok=True)
                    else:
                        (place / destination).mkdir(parents=True, exist_ok=True)
                        shutil.copy2(ROOT / source, place / destination)
            command = ["cmake", "--preset", "release", "-DMAINSTAY_TESTS=OFF", "-DMAINSTAY_PAGE_CHARTS=OFF"]
            done = subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=10 * DEADLINE, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            said = subprocess.run(["ninja", "-C", place / "build/release", "-n", "tarball"], capture_output=True, text=True,
                                  timeout=10 * DEADLINE, check=False)
            self.assertEqual(said.returncode, 0, said.stdout + said.stderr)


if __name__ == "__main__":
    unittest.main()
