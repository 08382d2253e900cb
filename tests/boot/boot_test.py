#!/usr/bin/env python3
"""A real boot: a Debian tree, systemd as its process 1, and our unit inside. Needs root, systemd-nspawn and
debootstrap, else it is skipped. MAINSTAY_BOOT_TREE names a tree that is made once and never changed."""

import sys

from inside import ECOSYSTEM
from machine import BUILD, SKIPPED, Machine, reason_to_skip


def install(machine):
    for name in ("bin/supervisor", "bin/ctl", "libexec/mainstay/mainstay-controller"):
        machine.copy(BUILD / name, f"usr/{name}")
    machine.write("etc/mainstay/ecosystem.yaml", ECOSYSTEM)


def main():
    reason = reason_to_skip()
    if reason:
        print(f"skipped: {reason}")
        return SKIPPED
    with Machine() as machine:
        install(machine)
        return machine.run("install", "first", "second")


if __name__ == "__main__":
    sys.exit(main())
