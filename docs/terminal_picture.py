#!/usr/bin/env python3
"""Draws docs/terminal.svg from what `ctl status` and `ctl why` really print.

    MAINSTAY_BIN=build/release/bin docs/terminal_picture.py

Starts a supervisor of its own in a temporary folder, runs ctl on a pseudo-terminal, and turns text and colours into SVG.
"""

import fcntl
import html
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import termios

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "integration"))
from mainstay import BIN, Supervisor  # noqa: E402

COLUMNS = 128
FONT, ADVANCE, LEADING, MARGIN, BAR = 14, 8.43, 20, 18, 34
COLOURS = {"31": "#ff7b72", "32": "#7ee787", "33": "#e3b341", "34": "#79c0ff", "35": "#d2a8ff", "36": "#76e3ea",
           "90": "#8b949e"}
INK, PAPER, FAINT = "#e6edf3", "#0d1117", "#8b949e"

SHOP = """
name: shop
services:
  database: {command: ['python3', '-m', 'http.server', '--bind', '127.0.0.1', '0']}
  backend: {command: ['python3', '-m', 'http.server', '--bind', '127.0.0.1', '0'], depends_on: {database: started}}
  worker:
    command: sh -c 'echo "connecting to db.internal:5432" >&2; sleep 0.2; kill -SEGV $$$$'
    restart: {backoff: {initial: 200ms, factor: 4, max: 60s, jitter: 10%}}
  report:
    command: sh -c 'echo "no template weekly.html" >&2; exit 2'
    restart: {max_restarts: 0}
"""


def on_terminal(command, environment):
    """What the command prints on a terminal of COLUMNS columns."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=environment)
    os.close(slave)
    output = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:  # EIO: the other end is closed
            break
        if not piece:
            break
        output += piece
    process.wait()
    os.close(master)
    return output.decode().replace("\r\n", "\n")


def record():
    with Supervisor(SHOP) as s:
        s.wait_state("backend", "running")
        s.wait_state("report", "failed")
        s.wait("worker", lambda service: service["state"] == "backoff" and service["unstable_runs"] >= 4,
               "dead four times")
        environment = {**os.environ, "MAINSTAY_SOCKET": str(s.socket), "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        environment.pop("NO_COLOR", None)
        shown = []
        for words in (["status"], ["why", "worker"]):
            text = on_terminal([str(BIN / "ctl"), *words], environment).rstrip("\n")
            shown += [f"\x1b[90m$\x1b[0m \x1b[1mctl {' '.join(words)}\x1b[0m", *text.split("\n"), ""]
        return [line.replace(str(s.folder), "/srv/shop") for line in shown[:-1]]


def spans(line):
    """(text, colour, bold) for each stretch of the line."""
    colour, bold = INK, False
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if not part.startswith("\x1b"):
            if part:
                yield part, colour, bold
            continue
        for code in part[2:-1].split(";"):
            if code in ("", "0"):
                colour, bold = INK, False
            elif code == "1":
                bold = True
            elif code == "2":
                colour = FAINT
            elif code in ("22", "39"):
                colour, bold = (INK, bold) if code == "39" else (colour, False)
            else:
                colour = COLOURS.get(code, colour)


def draw(lines):
    width = MARGIN * 2 + ADVANCE * max(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in lines)
    height = BAR + MARGIN + LEADING * len(lines)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" role="img" '
           f'viewBox="0 0 {width:.0f} {height}" font-size="{FONT}" '
           'font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono, monospace">',
           "<title>ctl status and ctl why in a terminal</title>",
           f'<rect width="100%" height="100%" rx="8" fill="{PAPER}"/>']
    out += [f'<circle cx="{MARGIN + 4 + 18 * i}" cy="18" r="5" fill="#30363d"/>' for i in range(3)]
    for number, line in enumerate(lines):
        column, y = 0, BAR + LEADING * (number + 1) - 6
        for text, colour, bold in spans(line):
            weight = ' font-weight="bold"' if bold else ""
            # Words that stand apart are set on the grid one by one: no font's widths can move the columns.
            for words in re.finditer(r"\S+(?: \S+)*", text):
                x, length = MARGIN + ADVANCE * (column + words.start()), ADVANCE * len(words.group())
                out.append(f'<text x="{x:.1f}" y="{y}" fill="{colour}"{weight} textLength="{length:.1f}">'
                           f'{html.escape(words.group())}</text>')
            column += len(text)
    return "\n".join([*out, "</svg>"]) + "\n"


def main():
    (HERE / "terminal.svg").write_text(draw(record()))


if __name__ == "__main__":
    main()
