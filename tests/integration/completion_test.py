#!/usr/bin/env python3
"""ctl completion: what it says, and what shells make of it."""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from mainstay import BIN, DEADLINE, Supervisor, until

CTL = str(BIN / "ctl")


def said_by(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=DEADLINE, **options).stdout


def verbs():
    block = said_by(CTL, "help").split("\n\n")[1]
    return [line.split()[0] for line in block.splitlines()]


def options_of(verb):
    return re.findall(r"^\s+(?:-\w, )?--([a-z-]+)", said_by(CTL, "help", verb).split("With every verb:")[0], re.M)


def completed(line, socket="/nowhere"):
    """What bash offers behind `line`."""
    words = line.split(" ")
    script = f"""
        source <("{CTL}" completion bash)
        COMP_WORDS=("{CTL}" --socket "{socket}" {' '.join(f"'{word}'" for word in words)})
        COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        _mainstay_ctl
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    return set(said_by("bash", "--norc", "-c", script).split())


class CompletionTest(unittest.TestCase):
    def test_every_verb_and_option_is_in_every_script(self):
        for shell in ("bash", "zsh", "fish"):
            script = said_by(CTL, "completion", shell)
            for verb in verbs():
                with self.subTest(shell=shell, verb=verb):
                    self.assertRegex(script, rf"\b{verb}\b")
                    for option in options_of(verb):
                        self.assertIn(f"-l {option} " if shell == "fish" else f"--{option}", script)

    def test_bash_offers_verbs_options_words_and_names(self):
        self.assertLessEqual(set(verbs()), completed(""))
        self.assertEqual(completed("stat"), {"status"})
        self.assertIn("--dry-run", completed("boot --"))
        self.assertIn("--json", completed("boot --"))
        self.assertNotIn("--dry-run", completed("status --"))
        self.assertEqual(completed("boot in"), {"install"})
        self.assertEqual(completed("boot install sys"), {"systemd"})
        self.assertEqual(completed("logs --lines 5 nothing-runs"), set())
        with Supervisor("services: {web: {command: sleep 1000}, worker: {command: sleep 1000}}") as supervisor:
            # It offers no names when the supervisor does not answer at once.
            for line, names in (("restart w", {"web", "worker"}), ("logs --lines 5 we", {"web"})):
                until(lambda: completed(line, supervisor.socket) == names, f"{names} are offered behind {line}")

    def test_bash_offers_files_where_a_file_is_meant(self):
        with tempfile.TemporaryDirectory(prefix="mainstay-test-") as folder:
            path = pathlib.Path(folder) / "ecosystem.yaml"
            path.touch()
            self.assertEqual(completed(f"check {folder}/eco"), {str(path)})
            self.assertEqual(completed(f"boot install --config {folder}/eco"), {str(path)})

    def test_zsh_and_fish_take_their_scripts(self):
        for shell, check in (("zsh", ["-n"]), ("fish", ["--no-execute"])):
            if shutil.which(shell) is None:
                print(f"skipped: there is no {shell}", file=sys.stderr)
                continue
            with tempfile.NamedTemporaryFile("w", suffix=f".{shell}") as file:
                file.write(said_by(CTL, "completion", shell))
                file.flush()
                said_by(shell, *check, file.name)

    def test_an_unknown_shell_is_refused(self):
        done = subprocess.run([CTL, "completion", "tcsh"], capture_output=True, text=True, timeout=DEADLINE)
        self.assertEqual(done.returncode, 2)
        self.assertIn("tcsh", done.stderr)


if __name__ == "__main__":
    unittest.main()
