#!/usr/bin/env python3
"""The page is small, asks nobody but its own server, and does nothing that its Content-Security-Policy forbids."""

import pathlib
import re
import sys

from source import ROOT, line_of, project_files, read, report

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "supervisor/gateway/page"))
import embed  # noqa: E402

ASSETS = "supervisor/gateway/assets/"
LIMIT = 120 * 1024
UPLOT = 23_450  # uPlot 1.6.32 with its styles and licence, gzipped; fetched by npm, and so not in every tree
SUFFIXES = (".html", ".css", ".svg", ".js")

COMMENTS = {
    ".js": re.compile(r"(?<![:'\"`/])//[^\n]*|/\*.*?\*/", re.DOTALL),
    ".css": re.compile(r"/\*.*?\*/", re.DOTALL),
    ".html": re.compile(r"<!--.*?-->", re.DOTALL),
    ".svg": re.compile(r"<!--.*?-->", re.DOTALL),
}
# Names of XML languages are no addresses; this machine and what the visitor came by are not elsewhere.
ELSEWHERE = re.compile(r"(?:https?:)?//(?!www\.w3\.org/(?:1999|2000)/|127\.0\.0\.1|localhost|\$\{)[a-z0-9-]+\.[a-z]", re.IGNORECASE)
FORBIDDEN = {
    ".js": (
        (re.compile(r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|DOMParser|srcdoc)\b"), "makes elements of text"),
        (re.compile(r"\bdocument\.write\b|\beval\(|\bnew Function\b"), "runs text"),
        (re.compile(r"\bset(?:Timeout|Interval)\(\s*['\"`]"), "runs text"),
        (re.compile(r"[{,]\s*style:\s*['\"`][^'\"`\n]*:|\battr\([^,\n]*, 'style'|setAttribute\(\s*['\"]style"), "sets a style attribute"),
    ),
    ".html": (
        (re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE), "has styles of its own"),
        (re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.IGNORECASE), "has a script of its own"),
        (re.compile(r"\son\w+\s*=", re.IGNORECASE), "has a handler of its own"),
    ),
    ".svg": ((re.compile(r"<script|\son\w+\s*=|\sstyle\s*=", re.IGNORECASE), "has scripts or styles of its own"),),
    ".css": ((re.compile(r"@import|url\((?!['\"]?data:)"), "fetches something"),),
}


def without_comments(path, text):
    return COMMENTS[path.suffix].sub(lambda found: "\n" * found.group().count("\n"), text)


def findings_in(path):
    text = without_comments(path, read(path))
    rules = ((ELSEWHERE, "names another server"), *FORBIDDEN[path.suffix])
    for pattern, what in rules:
        for found in pattern.finditer(text):
            yield f"{path}:{line_of(text, found.start())}: {what}: {found.group().strip()}"


def size_findings(files):
    total = sum(len(embed.zipped(data) or data) for data in files.values()) + UPLOT
    if total > LIMIT:
        largest = sorted(files, key=lambda name: -len(embed.zipped(files[name])))[:5]
        yield f"{ASSETS}: {total} bytes gzipped, more than {LIMIT}; the largest are {', '.join(largest)}"


def lock_findings():
    lock = ROOT / ASSETS / "package-lock.json"
    if lock.exists() and '"resolved"' in lock.read_text():
        yield (f"{ASSETS}package-lock.json: says where packages are downloaded from; make it with "
               "npm install --package-lock-only --omit-lockfile-registry-resolved=true")


def main():
    paths = [path for path in project_files(*SUFFIXES) if str(path).startswith(ASSETS)]
    findings = [finding for path in paths for finding in findings_in(path)]
    findings += size_findings(embed.collect(ROOT / ASSETS))
    findings += lock_findings()
    report(findings, f"{len(paths)} files of the page are small and keep to themselves.")


if __name__ == "__main__":
    main()
