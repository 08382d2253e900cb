#!/usr/bin/env python3
"""The manual pages say all that the programs say of themselves, and the schema of the ecosystem file."""

import gzip
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from mainstay import BIN, DEADLINE

PACKAGING = pathlib.Path(__file__).resolve().parents[2] / "packaging"
SCHEMA = PACKAGING / "ecosystem.schema.json"
CTL, SUPERVISOR = str(BIN / "ctl"), str(BIN / "supervisor")
PAGES = ("ctl.1", "supervisor.8", "ecosystem.yaml.5")


def said_by(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=DEADLINE).stdout


def verbs():
    block = said_by(CTL, "help").split("\n\n")[1]
    return [line.split()[0] for line in block.splitlines()]


def options_of(verb):
    return re.findall(r"^\s+(?:-\w, )?--([a-z-]+)", said_by(CTL, "help", verb).split("With every verb:")[0], re.M)


def keys_in(node):
    """Every key that the schema has a description for, with it."""
    if isinstance(node, list):
        for each in node:
            yield from keys_in(each)
    elif isinstance(node, dict):
        for name, below in node.get("properties", {}).items():
            if isinstance(below, dict) and "description" in below:
                yield name, below["description"]
        for below in node.values():
            yield from keys_in(below)


class ManualTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="mainstay-test-")
        said_by(sys.executable, "-B", str(PACKAGING / "man.py"), CTL, SUPERVISOR, str(SCHEMA), cls.folder.name)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def source(self, name):
        return gzip.decompress((pathlib.Path(self.folder.name) / f"{name}.gz").read_bytes())

    def text(self, name):
        return self.source(name).decode().replace("\\-", "-").replace("\\&", "").replace("\\e", "\\")

    def test_ctl_has_every_verb_and_option(self):
        page = self.text("ctl.1")
        for verb in verbs():
            self.assertIn(f".SS ctl {verb}", page)
            for option in options_of(verb):
                self.assertIn(f"--{option}", page)

    def test_supervisor_has_every_option(self):
        page = self.text("supervisor.8")
        for option in re.findall(r"^  (--[a-z-]+)", said_by(SUPERVISOR, "--help"), re.M):
            self.assertIn(option, page)

    def test_the_ecosystem_file_has_every_key_of_the_schema(self):
        page = self.text("ecosystem.yaml.5")
        found = list(keys_in(json.loads(SCHEMA.read_text(encoding="utf-8"))))
        self.assertGreater(len(found), 100)
        for name, description in found:
            self.assertRegex(page, rf"(?m)^\.B (\S+\.)?{re.escape(name)}\n\([^\n]+\) {re.escape(description)}\.$")

    def test_groff_takes_the_pages(self):
        if shutil.which("groff") is None:
            self.skipTest("there is no groff")
        for name in PAGES:
            done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z"], input=self.source(name), capture_output=True,
                                  timeout=DEADLINE, env={**os.environ, "MANROFFOPT": ""}, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, b""), name)


if __name__ == "__main__":
    unittest.main()
