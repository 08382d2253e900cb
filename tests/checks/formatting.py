#!/usr/bin/env python3
"""clang-format has nothing to change in any C++ file. Exit 77 (skipped) where there is no clang-format."""

import shutil
import subprocess
import sys

from source import ROOT, cpp_files, report


def main():
    program = shutil.which("clang-format") or shutil.which("clang-format-14")
    if program is None:
        print("skipped: clang-format is not installed")
        sys.exit(77)
    files = [str(path) for path in cpp_files()]
    done = subprocess.run([program, "--dry-run", "-Werror", *files], cwd=ROOT, capture_output=True, text=True)
    findings = [line for line in done.stderr.splitlines() if ": error:" in line]
    if done.returncode != 0 and not findings:
        findings = [done.stderr.strip() or f"{program} failed with code {done.returncode}"]
    report(findings, f"{len(files)} files are formatted.")


if __name__ == "__main__":
    main()
