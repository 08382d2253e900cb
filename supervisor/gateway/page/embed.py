#!/usr/bin/env python3
"""Turns the page's files into a C++ table: each as it is and gzipped, with its type and an etag of its bytes.

The same files always make the same table: nothing in it depends on when or where it is made. Comments on lines of their own and
indentation are left out, and nothing else: a line keeps its number, so that what a browser reports can be found in the source.
"""

import argparse
import gzip
import hashlib
import pathlib
import re

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
UPLOT = {
    "vendor/uplot.js": "dist/uPlot.iife.min.js",
    "vendor/uplot.css": "dist/uPlot.min.css",
    "vendor/uplot-license.txt": "LICENSE",
}
ESCAPED = re.compile(r"\\.")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# What the page looks at to know whether it may load uPlot.
WITHOUT = b'<meta name="mainstay-charts" content="no">'
WITH = b'<meta name="mainstay-charts" content="uplot">'
A_LINE = 24

HEAD = """// Made by supervisor/gateway/page/embed.py.
#include "gateway/page/assets.h"

#include <array>

namespace mainstay::gateway {

namespace {

"""


def slim_script(text):
    lines, inside = [], False  # of a template literal, whose lines are its text
    for line in text.split("\n"):
        bare = line if inside else line.lstrip()
        comment = not inside and bare.startswith("//")
        lines.append("" if comment else bare)
        if not comment and ESCAPED.sub("", line).count("`") % 2:
            inside = not inside
    return "\n".join(lines)


def slim(path, data):
    if path.suffix == ".js":
        return slim_script(data.decode()).encode()
    if path.suffix == ".css":
        text = COMMENT.sub(lambda found: "\n" * found.group().count("\n"), data.decode())
        return "\n".join(line.lstrip() for line in text.split("\n")).encode()
    return data


def collect(folder, uplot=None):
    """The files by their paths on the web, sorted by them."""
    folder = pathlib.Path(folder)
    files = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.suffix in TYPES and path.is_file() and "node_modules" not in path.parts:
            files["/" if name == "index.html" else f"/assets/{name}"] = slim(path, path.read_bytes())
    if uplot:
        if WITHOUT not in files["/"]:
            raise SystemExit("index.html does not say whether there are charts")
        files["/"] = files["/"].replace(WITHOUT, WITH)
        for name, source in UPLOT.items():
            files[f"/assets/{name}"] = (pathlib.Path(uplot) / source).read_bytes()
    return dict(sorted(files.items()))


def zipped(data):
    """Empty when it would not be smaller."""
    small = gzip.compress(data, 9, mtime=0)
    return small if len(small) < len(data) else b""


def type_of(path):
    return TYPES[pathlib.PurePosixPath("index.html" if path == "/" else path).suffix]


def bytes_of(name, data):
    lines = (",".join(str(byte) for byte in data[i:i + A_LINE]) for i in range(0, len(data), A_LINE))
    return f"constexpr std::array<unsigned char, {len(data)}> {name}{{\n" + ",\n".join(lines) + "};\n"


def table(files):
    arrays, rows = [], []
    for number, (path, data) in enumerate(files.items()):
        arrays.append(bytes_of(f"kPlain{number}", data))
        arrays.append(bytes_of(f"kGzip{number}", zipped(data)))
        etag = hashlib.sha256(data).hexdigest()[:20]
        rows.append(f'    Asset{{"{path}", "{type_of(path)}", kPlain{number}, kGzip{number}, "\\"{etag}\\""}},\n')
    return (HEAD + "".join(arrays) + f"\nconstexpr std::array<Asset, {len(rows)}> kAssets{{\n" + "".join(rows)
            + "};\n\n}  // namespace\n\nstd::span<const Asset> assets() { return kAssets; }\n\n"
            + "}  // namespace mainstay::gateway\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--uplot", help="the folder of its package")
    parser.add_argument("--output", required=True)
    given = parser.parse_args()
    pathlib.Path(given.output).write_text(table(collect(given.folder, given.uplot)), encoding="utf-8")


if __name__ == "__main__":
    main()
