#!/usr/bin/env python3
"""The tarball of CPack: unpacked in any folder it runs, with its own libraries."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from mainstay import BIN, DEADLINE, until

BUILD = BIN.parent
PROGRAMS = ("bin/supervisor", "bin/ctl", "libexec/mainstay/mainstay-controller", "libexec/mainstay/mainstay-gateway")
# The C library is of every system; the rest is mended without us, and only the gateway needs it.
OF_THE_SYSTEM = {"libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1", "linux-vdso.so.1"}
OF_THE_GATEWAY = {"libcurl.so.4", "libssl.so.3", "libcrypto.so.3", "libz.so.1"}
OTHERS = ("lib/mainstay/libstdc++.so.6", "share/mainstay/ecosystem.schema.json", "share/mainstay/examples/quickstart/ecosystem.yaml",
          "share/man/man1/ctl.1.gz", "share/man/man5/ecosystem.yaml.5.gz", "share/man/man8/supervisor.8.gz",
          "share/bash-completion/completions/ctl", "share/zsh/vendor-completions/_ctl", "share/fish/vendor_completions.d/ctl.fish",
          "share/doc/mainstay/LICENSE", "INSTALL")
YAML = """
services:
  web: {command: sleep 1000}
"""


def run(*command, check=True):
    """In an environment that tells nothing of where things are."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=10 * DEADLINE, check=False,
                          env={"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/nonexistent"})
    if check and done.returncode != 0:
        raise AssertionError(f"{command}: code {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def needed_by(path):
    return set(re.findall(r"\(NEEDED\).*\[(.*)\]", run("readelf", "-d", path)))


def reason_to_skip():
    if not (BUILD / "CMakeCache.txt").exists():
        return "the tarball is made of a build tree, and these programs are not in one"
    if "MAINSTAY_STATIC:BOOL=ON" not in (BUILD / "CMakeCache.txt").read_text(encoding="utf-8"):
        return "the tarball is of builds with MAINSTAY_STATIC"
    missing = [tool for tool in ("cpack", "readelf", "tar") if shutil.which(tool) is None]
    return f"needs {', '.join(missing)}" if missing else None


@unittest.skipIf(reason_to_skip(), reason_to_skip() or "")
class TarballTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="mainstay-test-")
        cls.addClassCleanup(cls.folder.cleanup)
        place = pathlib.Path(cls.folder.name)
        run("cpack", "--config", BUILD / "CPackConfig.cmake", "-G", "TGZ", "-B", place / "made")
        cls.archive = next((place / "made").glob("mainstay-*.tar.gz"))
        run("tar", "-xzf", cls.archive, "-C", place)
        cls.root = next(place.glob("mainstay-*"))

    def test_it_has_all_that_is_shipped_and_nothing_of_a_package(self):
        self.assertEqual(sorted(each.name for each in self.root.iterdir()), ["INSTALL", "bin", "include", "lib", "libexec", "share"])
        for name in (*PROGRAMS, *OTHERS):
            self.assertTrue((self.root / name).is_file(), name)
        for name in PROGRAMS:
            self.assertTrue(os.access(self.root / name, os.X_OK), name)
        names = run("tar", "-tzf", self.archive).splitlines()
        self.assertEqual([name for name in names if name.endswith(".service") or "etc/" in name], [])
        self.assertEqual({name.split("/")[0] for name in names}, {self.root.name})

    def test_every_library_comes_along_or_is_of_every_system(self):
        carried = {each.name: each for each in (self.root / "lib/mainstay").iterdir()}
        for name in PROGRAMS:
            allowed = OF_THE_SYSTEM | (OF_THE_GATEWAY if name.endswith("gateway") else set())
            waiting, seen = needed_by(self.root / name), set()
            while waiting:
                library = waiting.pop()
                seen.add(library)
                self.assertTrue(library in carried or library in allowed, f"{name} needs {library}")
                waiting |= (needed_by(carried[library]) if library in carried else set()) - seen

    def test_the_programs_take_the_libraries_that_came_with_them(self):
        for name in PROGRAMS[1:]:
            found = dict(re.findall(r"(\S+) => (\S+)", run("ldd", self.root / name)))
            self.assertNotIn("not", found.values(), name)
            for library in {each.name for each in (self.root / "lib/mainstay").iterdir()} & set(found):
                self.assertTrue(pathlib.Path(found[library]).resolve().is_relative_to(self.root.resolve()), found[library])

    def test_it_runs_where_it_was_unpacked(self):
        place = pathlib.Path(self.folder.name)
        (place / "ecosystem.yaml").write_text(YAML, encoding="utf-8")
        socket = place / "sock"
        ctl = [self.root / "bin/ctl", "--socket", socket]
        self.assertIn("no errors", run(*ctl, "check", place / "ecosystem.yaml"))
        run(*ctl, "up", place / "ecosystem.yaml", "--state-dir", place / "state", "--log-dir", place / "log")
        try:
            status = run(*ctl, "status")
            self.assertRegex(status, r"web +running")
            self.assertIn("web", run(*ctl, "completion", "names"))
        finally:
            run(*ctl, "down")
        until(lambda: not socket.exists(), "the socket is gone")


if __name__ == "__main__":
    unittest.main()
