#!/usr/bin/env python3
"""`ctl check` accepts every ecosystem file in ecosystem-examples/ and every YAML block in README.md and docs/.

A block without `services:` or the like is part of one service, or of the file's own settings, and must be right as one of
them. A block after a fence with `yaml error` must be refused. MAINSTAY_BIN names the folder with ctl.
"""

import os
import pathlib
import re
import subprocess
import tempfile

from source import ROOT, project_files, read, report

CTL = str(pathlib.Path(os.environ.get("MAINSTAY_BIN", ROOT / "build/debug/bin")) / "ctl")
FENCE = re.compile(r"^( *)```yaml( error)?[ \t]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
WHOLE = re.compile(r"^(services|jobs|monitors|alerts|include|vars|defaults|name):", re.MULTILINE)


def blocks(path):
    for match in FENCE.finditer(read(path)):
        indent, must_fail, text = match.groups()
        text = "".join(line.removeprefix(indent) for line in text.splitlines(keepends=True))
        yield read(path).count("\n", 0, match.start()) + 1, bool(must_fail), text


def as_files(text):
    """The ecosystem files that the block may be, or be part of."""
    if WHOLE.search(text):
        return [text]
    command = "" if re.search(r"^command:", text, re.MULTILINE) else "    command: [sleep, infinity]\n"
    inner = "".join(f"    {line}" if line.strip() else line for line in text.splitlines(keepends=True))
    return [f"services:\n  example:\n{command}{inner}", text]


def check(path):
    done = subprocess.run([CTL, "check", str(path)], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          timeout=60)
    return done.returncode, (done.stdout + done.stderr).strip()


def check_block(path, line, must_fail, text):
    answers = []
    with tempfile.TemporaryDirectory(prefix="mainstay-docs-") as folder:
        (pathlib.Path(folder) / ".env").touch(mode=0o600)  # what examples name as env_file
        for whole in as_files(text):
            file = pathlib.Path(folder) / "ecosystem.yaml"
            file.write_text(whole)
            answers.append(check(file))
    accepted = any(code == 0 for code, _ in answers)
    if must_fail and accepted:
        yield f"{path}:{line}: this example of an error is accepted"
    if not must_fail and not accepted:
        yield f"{path}:{line}: ctl check refuses this example:\n{answers[0][1]}"


def main():
    findings, count = [], 0
    for path in project_files(".yaml"):
        if path.parts[0] == "ecosystem-examples" and path.name == "ecosystem.yaml":
            count += 1
            code, said = check(ROOT / path)
            if code != 0:
                findings.append(f"{path}: ctl check refuses it:\n{said}")
    for path in project_files(".md"):
        if path.parts[0] in ("docs", "README.md", "ecosystem-examples"):
            for block in blocks(path):
                count += 1
                findings += check_block(path, *block)
    if count == 0:
        findings.append("there is not one example to check")
    report(findings, f"{count} examples are accepted or refused as they say.")


if __name__ == "__main__":
    main()
