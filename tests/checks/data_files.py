#!/usr/bin/env python3
"""Every JSON file parses, text files end with a newline, scripts are executable, links in Markdown lead somewhere."""

import json
import os
import re

from source import ROOT, project_files, read, report

# Held byte for byte by the tests that own them, and some are broken on purpose.
EXEMPT = ("tests/golden/", "tests/fuzz/corpus/")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")


def json_findings(path):
    try:
        json.loads(read(path))
    except ValueError as error:
        yield f"{path}: is not JSON: {error}"


def text_findings(path):
    text = read(path)
    if text and not text.endswith("\n"):
        yield f"{path}: does not end with a newline"
    for number, line in enumerate(text.splitlines(), 1):
        if line != line.rstrip() and path.suffix != ".md":
            yield f"{path}:{number}: blanks at the end of the line"


def script_findings(path):
    executable = os.access(ROOT / path, os.X_OK)
    if read(path).startswith("#!") and not executable:
        yield f"{path}: begins with #! but is not executable"
    if executable and not read(path).startswith("#!"):
        yield f"{path}: is executable but does not begin with #!"


def link_findings(path):
    for target in LINK.findall(read(path)):
        if "://" not in target and not target.startswith("mailto:") and not (ROOT / path.parent / target).exists():
            yield f"{path}: links to {target}, which is not there"


def checked(*suffixes):
    return [path for path in project_files(*suffixes) if not str(path).startswith(EXEMPT)]


def main():
    findings = []
    for path in checked(".json"):
        findings += json_findings(path)
    text = checked(".h", ".cc", ".py", ".sh", ".md", ".txt", ".yaml", ".json", ".js", ".mjs", ".php", ".cmake")
    for path in text:
        findings += text_findings(path)
    for path in checked(".py", ".sh", ".mjs", ".h", ".cc"):
        findings += script_findings(path)
    for path in checked(".md"):
        findings += link_findings(path)
    report(findings, f"{len(text)} data and text files are sound.")


if __name__ == "__main__":
    main()
