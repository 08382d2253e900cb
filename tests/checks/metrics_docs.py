#!/usr/bin/env python3
"""docs/metrics.md has every metric that the controller writes, and no other."""

import re

from source import ROOT, read, report


def main():
    written = set(re.findall(r'"(mainstay_[a-z_]+)"', read(ROOT / "supervisor/control/metrics.cc")))
    described = set(re.findall(r"^\| `(mainstay_[a-z_]+)`", read(ROOT / "docs/metrics.md"), re.M))
    findings = [f"docs/metrics.md: {name} is not described" for name in sorted(written - described)]
    findings += [f"docs/metrics.md: {name} is written by nobody" for name in sorted(described - written)]
    if not written:
        findings.append("supervisor/control/metrics.cc: no metric was found")
    report(findings, f"{len(written)} metrics are described.")


if __name__ == "__main__":
    main()
