#!/usr/bin/env python3
"""The Debian package in a booted Debian: installed, upgraded with services running, purged. Needs what boot_test.py
needs, and the package: the target `deb`."""

import sys

from machine import BUILD, SKIPPED, Machine, reason_to_skip


def main():
    packages = sorted(BUILD.glob("deb/mainstay_*.deb"))
    reason = reason_to_skip() if packages else "needs the package: cmake --build build/release --target deb"
    if reason:
        print(f"skipped: {reason}")
        return SKIPPED
    with Machine() as machine:
        machine.copy(packages[-1], "package.deb")
        return machine.run("package")


if __name__ == "__main__":
    sys.exit(main())
