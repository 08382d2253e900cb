#!/usr/bin/env python3
"""No clock is read outside io/: everybody else is handed the time, so that tests can make it up."""

import re

from source import cpp_files, line_of, read, report, without_comments

ALLOWED = re.compile(r"supervisor/io/|tests/")
CLOCK = re.compile(
    r"\b(clock_gettime|gettimeofday|timespec_get|clock_getres|ftime|times|uv_now|uv_hrtime|uv_clock_gettime|"
    r"uv_gettimeofday)\s*\("
    r"|\b\w*_clock\s*::\s*now\b"
    r"|(?<![\w.>])(?:std::|::)?(?:time|clock)\s*\(\s*(?:nullptr|NULL|0|&\w+)?\s*\)")


def main():
    findings = []
    files = [path for path in cpp_files() if not ALLOWED.match(str(path))]
    for path in files:
        text = without_comments(read(path))
        for match in CLOCK.finditer(text):
            findings.append(f"{path}:{line_of(text, match.start())}: reads a clock ({match.group().strip()}); "
                            "take the time as a parameter, io/clock.h has it")
    report(findings, f"{len(files)} files outside io/ read no clock.")


if __name__ == "__main__":
    main()
