#!/usr/bin/env python3
"""Turns the page's files into a C++ table: each as it is and gzipped, with its type and an etag of its bytes.

The same files always make the same table: nothing in it depends on when or where it is made. Comments and blanks that say nothing
to a browser are left out, all styles become one file, and so do all modules (bundle.py); statements stay as they are, one a line, for those who look at them there.
"""

import argparse
import gzip
import hashlib
import pathlib
import re

import bundle

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
SCRIPT = re.compile(rb'<script type="module" src="(assets/js/)([^"]+)"></script>')
STYLES = re.compile(rb'(<link rel="stylesheet" href="([^"]+)">\n)')
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
        if not inside and (not bare or bare.startswith("//")):
            continue
        lines.append(bare)
        if ESCAPED.sub("", line).count("`") % 2:
            inside = not inside
    return "\n".join(lines) + "\n"


def slim_styles(text):
    rules = COMMENT.sub("", text)
    return re.sub(r"\n\s*", "\n", re.sub(r"[ \n]*([{};,])[ ]*|(: )", lambda found: found[1] or ":", rules)).strip() + "\n"


def slim(path, data):
    slims = {".js": slim_script, ".css": slim_styles}
    return slims[path.suffix](data.decode()).encode() if path.suffix in slims else data


def join_styles(files):
    """What the page links one after the other becomes the first of it: one request, and smaller gzipped."""
    links = STYLES.findall(files.get("/", b""))
    for link in links[1:]:
        files["/"] = files["/"].replace(link[0], b"")
        files["/" + links[0][1].decode()] += files.pop("/" + link[1].decode())


def join_scripts(files):
    """All modules become the one that the page links, in which the others are: one wave of requests in place of six."""
    if not (script := SCRIPT.search(files.get("/", b""))):
        return
    folder, entry = (part.decode() for part in script.groups())
    modules = {path.removeprefix(f"/{folder}"): data.decode() for path, data in files.items() if path.startswith(f"/{folder}")}
    whole, used = bundle.bundle(modules, entry)
    for path in used:
        del files[f"/{folder}{path}"]
    files[f"/{folder}{entry}"] = whole.encode()


def collect(folder, uplot=None):
    """The files by their paths on the web, sorted by them."""
    folder = pathlib.Path(folder)
    files = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.suffix in TYPES and path.is_file() and "node_modules" not in path.parts:
            files["/" if name == "index.html" else f"/assets/{name}"] = slim(path, path.read_bytes())
    join_styles(files)
    join_scripts(files)
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
