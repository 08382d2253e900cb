"""What the checks share: where the sources are, and how a finding is told."""

import os
import pathlib
import re
import subprocess
import sys

# The self test points the checks at trees of its own.
ROOT = pathlib.Path(os.environ.get("MAINSTAY_CHECK_ROOT") or pathlib.Path(__file__).resolve().parents[2])
CODE = ("include", "supervisor", "ctl", "tests")


def project_files(*suffixes):
    """Paths relative to the root, of files that git knows or would add; without git, all but build trees."""
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"],
                            capture_output=True, text=True)
    if listed.returncode == 0:
        paths = [pathlib.PurePosixPath(line) for line in listed.stdout.splitlines()]
    else:
        paths = [pathlib.PurePosixPath(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file()]
        paths = [path for path in paths if path.parts[0] not in ("build", ".git")]
    return sorted({path for path in paths if path.suffix in suffixes and (ROOT / path).is_file()})


def cpp_files():
    return [path for path in project_files(".h", ".cc") if path.parts[0] in CODE]


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def without_comments(text):
    """C++ with comments and the contents of literals blanked; line numbers stay."""
    pattern = r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\''

    def blank(match):
        kept = "\n" * match.group().count("\n")
        return kept if match.group().startswith("/") else '"' + kept + '"'

    return re.sub(pattern, blank, text, flags=re.DOTALL)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def table(markdown, heading):
    """The rows of the first table under `## heading`, as lists of cells."""
    section = markdown.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip().strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def report(findings, claim):
    """Prints what was found and exits as ctest expects."""
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings." if findings else claim)
    sys.exit(1 if findings else 0)
