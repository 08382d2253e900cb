#!/usr/bin/env python3
"""No source file is longer than a person reads at once: 300 lines, 400 for tests."""

from source import project_files, read, report

LIMIT, TEST_LIMIT = 300, 400


def main():
    findings = []
    files = [path for path in project_files(".h", ".cc", ".py", ".sh", ".mjs", ".js", ".php") if path.parts[0] != "docs"]
    for path in files:
        limit = TEST_LIMIT if path.parts[0] == "tests" else LIMIT
        lines = len(read(path).splitlines())
        if lines > limit:
            findings.append(f"{path}: {lines} lines, more than {limit}; split it by noun")
    report(findings, f"{len(files)} files are short enough.")


if __name__ == "__main__":
    main()
