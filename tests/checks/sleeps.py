#!/usr/bin/env python3
"""No test waits for a fixed time: they wait for an event, a state or a file.

Calls are what counts: text that a test hands to a service (`sleep 1000`) is none. tests/child and *_child.cc are the
service under test, and tests/bench measures time; both may sleep.
"""

import ast
import re

from source import cpp_files, line_of, project_files, read, report, without_comments

EXEMPT = ("tests/child/", "tests/bench/")
CPP_SLEEP = re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep|clock_nanosleep|sleep|uv_sleep)\s*\(")


def cpp_findings(path):
    text = without_comments(read(path))
    for match in CPP_SLEEP.finditer(text):
        yield f"{path}:{line_of(text, match.start())}: a test must not sleep ({match.group(1)})"


def python_findings(path):
    for node in ast.walk(ast.parse(read(path), filename=str(path))):
        called = node.func if isinstance(node, ast.Call) else None
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", None)
        if name == "sleep":
            yield f"{path}:{node.lineno}: a test must not sleep"


def main():
    tests = [path for path in [*cpp_files(), *project_files(".py")]
             if path.parts[0] == "tests" and not str(path).startswith(EXEMPT) and not path.stem.endswith("_child")]
    findings = []
    for path in tests:
        findings += python_findings(path) if path.suffix == ".py" else cpp_findings(path)
    report(findings, f"{len(tests)} test files wait on events only.")


if __name__ == "__main__":
    main()
