#!/usr/bin/env python3
"""The Dockerfile could be built and its programs get their signals: an engine that would tell is not on every machine."""

import json
import os
import re

from source import ROOT, report

DOCKERFILE = "packaging/Dockerfile"
KNOWN = {"FROM", "SHELL", "WORKDIR", "COPY", "RUN", "VOLUME", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD", "ENV", "EXPOSE", "LABEL", "ARG",
         "USER"}


def instructions(text):
    """(line number, NAME, rest) with continued lines joined; comments are left out."""
    number, joined = 0, ""
    for at, line in enumerate(text.splitlines(), 1):
        if not joined:
            number = at
        if line.lstrip().startswith("#") or (not line.strip() and not joined):
            continue
        joined += line.removesuffix("\\")
        if not line.endswith("\\"):
            name, _, rest = joined.strip().partition(" ")
            yield number, name, rest.strip()
            joined = ""
    if joined:
        yield number, "(end)", joined


def exec_form(rest):
    """The words of a JSON array, or None: with a shell in between a program is not process 1 and gets no signals."""
    try:
        words = json.loads(rest)
    except ValueError:
        return None
    return words if isinstance(words, list) and words and all(isinstance(word, str) for word in words) else None


def copy_findings(rest, stages):
    words = rest.split()
    options = [word for word in words if word.startswith("--")]
    sources = [word for word in words if not word.startswith("--")][:-1]
    stage = next((option.removeprefix("--from=") for option in options if option.startswith("--from=")), None)
    if stage is not None:
        return [] if stage in stages else [f"COPY from '{stage}', which no FROM above names"]
    if not sources:
        return ["COPY without a source"]
    return [f"COPY of {source}, which is not there" for source in sources
            if not any(ROOT.glob(source.rstrip("/")))]


def run_findings(rest):
    if "apt-get install" in rest and "--no-install-recommends" not in rest:
        yield "apt-get install without --no-install-recommends"
    if "apt-get install" in rest and "rm -rf /var/lib/apt/lists" not in rest:
        yield "apt-get install leaves its lists in the image"


def findings_of(text):
    stages, last = set(), {}
    for number, name, rest in instructions(text):
        if name not in KNOWN:
            yield number, f"unknown instruction {name}"
        if name == "FROM":
            last = {}
            image, stage = re.match(r"(\S*)(?: AS (\S+))?", rest).groups()
            if ":" not in image and image not in stages:
                yield number, f"FROM {rest} names no version"
            stages.add(stage)
        if name == "COPY":
            yield from ((number, finding) for finding in copy_findings(rest, stages))
        if name == "RUN":
            yield from ((number, finding) for finding in run_findings(rest))
        command = rest.partition("CMD ")[2] if name == "HEALTHCHECK" else rest
        if name in ("ENTRYPOINT", "CMD", "SHELL", "HEALTHCHECK", "VOLUME") and exec_form(command) is None:
            yield number, f"{name} is not a JSON array of words"
        last[name] = (number, rest)
    number, entry = last.get("ENTRYPOINT", (number, "null"))
    if not (exec_form(entry) or [""])[0].endswith("/supervisor"):
        yield number, "the last stage's ENTRYPOINT is not the supervisor"


def main():
    path = ROOT / DOCKERFILE
    if not os.path.exists(path):
        return report([f"{DOCKERFILE}: is not there"], "")
    found = [f"{DOCKERFILE}:{number}: {finding}" for number, finding in findings_of(path.read_text(encoding="utf-8"))]
    return report(found, "The Dockerfile is sound.")


if __name__ == "__main__":
    main()
