#!/usr/bin/env python3
"""Manual pages from what the programs say of themselves.

    man.py CTL SUPERVISOR SCHEMA FOLDER    writes ctl.1.gz, supervisor.8.gz and ecosystem.yaml.5.gz
"""

import gzip
import pathlib
import re
import subprocess
import sys

from man_ecosystem import ecosystem_page
from roff import bold_tagged, literal, page, roff

EXIT_CODES = "0 done, 1 failed, 2 usage, 3 not running or not healthy, 4 no such target, 5 supervisor unreachable, 6 denied, 7 timed out"


def said_by(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def option_list(block):
    out = []
    for line in block.splitlines():
        names, _, meaning = line.strip().partition("  ")
        out.append(bold_tagged(names, meaning.strip()))
    return "\n".join(out)


def verbs_of(help_text):
    block = help_text.split("\n\n")[1]
    return [re.match(r"  (\S+)\s+(.*)", line).groups() for line in block.splitlines()]


def verb_part(ctl, name):
    usage, *rest = said_by(ctl, "help", name).strip().split("\n\n")
    out = [f".SS {roff(usage.removeprefix('usage: '))}"]
    for paragraph in rest:
        if paragraph.startswith("With every verb:"):
            continue
        if paragraph.startswith("Options:"):
            out.append(option_list(paragraph.split("\n", 1)[1]))
        else:
            out.append(roff(paragraph) + "\n.PP")
    return "\n".join(out)


def ctl_page(ctl):
    help_text = said_by(ctl, "help")
    common = re.search(r"With every verb:\n(.*?)\n\n", help_text, re.S).group(1)
    return page("ctl", 1, "talk to the Mainstay supervisor", [
        ("SYNOPSIS", ".B ctl\n\\fIVERB\\fR [\\fIARGUMENTS\\fR] [\\fIOPTIONS\\fR]"),
        ("VERBS", "\n".join(verb_part(ctl, name) for name, _ in verbs_of(help_text))),
        ("OPTIONS OF EVERY VERB", option_list(common)),
        ("EXIT STATUS", roff(EXIT_CODES) + "."),
        ("SEE ALSO", ".BR supervisor (8),\n.BR ecosystem.yaml (5)"),
    ])


def supervisor_page(supervisor):
    help_text = said_by(supervisor, "--help")
    return page("supervisor", 8, "keep declared services running", [
        ("SYNOPSIS", ".B supervisor\n[\\fIOPTIONS\\fR]"),
        ("OPTIONS", literal(help_text.split("\n", 3)[3].split("\n\n")[0])),
        ("EXIT STATUS", roff(help_text.split("exit codes: ")[1].strip()) + "."),
        ("SIGNALS", "TERM and INT stop all services in their order, and then the supervisor; a second one hurries.\n"
                    "HUP applies the ecosystem file as it is now, as ctl apply does; a file with errors changes nothing."),
        ("SEE ALSO", ".BR ctl (1),\n.BR ecosystem.yaml (5)"),
    ])


def main(ctl, supervisor, schema, folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    pages = {"ctl.1": ctl_page(ctl), "supervisor.8": supervisor_page(supervisor), "ecosystem.yaml.5": ecosystem_page(schema)}
    for name, text in pages.items():
        (folder / f"{name}.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main(*sys.argv[1:])
