#!/usr/bin/env python3
"""Fetches what the page's charts are drawn with where there is no npm: fetch_uplot.py LOCK_FILE FOLDER

From the registry that npm would use, where one is configured (npm_config_registry in the environment, or `registry` in an .npmrc); none is
known otherwise. Only the bytes that the lock file names are taken. Exits with 1 and says why when there is nothing.
"""

import base64
import hashlib
import io
import json
import os
import pathlib
import re
import sys
import tarfile
import urllib.request

PACKAGE = "uplot"
FILES = ("dist/uPlot.iife.min.js", "dist/uPlot.min.css", "LICENSE")
LARGEST = 16 << 20
TIMEOUT = 60


def settings():
    """Places in which npm looks for its settings, the most important one first."""
    yield from (os.environ[name] for name in os.environ if name.lower() == "npm_config_registry")
    for path in (os.environ.get("NPM_CONFIG_USERCONFIG"), pathlib.Path.home() / ".npmrc", os.environ.get("NPM_CONFIG_GLOBALCONFIG"), "/etc/npmrc"):
        if path and pathlib.Path(path).is_file():
            yield from re.findall(r"^\s*registry\s*=\s*(\S+)", pathlib.Path(path).read_text(errors="replace"), re.MULTILINE)


def registry():
    found = next((each.strip("\"'").rstrip("/") for each in settings() if each), None)
    if not found:
        raise LookupError("there is no npm, and no registry is configured")
    if not found.startswith(("https://", "http://")):
        raise LookupError(f"the registry is no address: {found}")
    return found


def fetched(address, integrity):
    with urllib.request.urlopen(address, timeout=TIMEOUT) as answer:
        data = answer.read(LARGEST)
    if "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode() != integrity:
        raise LookupError(f"{address} is not what the lock file names")
    return data


def unpack(data, folder):
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for name in FILES:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.extractfile(f"package/{name}").read())


def main():
    lock, folder = (pathlib.Path(each) for each in sys.argv[1:3])
    wanted = json.loads(lock.read_text(encoding="utf-8"))["packages"][f"node_modules/{PACKAGE}"]
    try:
        unpack(fetched(f"{registry()}/{PACKAGE}/-/{PACKAGE}-{wanted['version']}.tgz", wanted["integrity"]), folder)
    except (LookupError, OSError, ValueError, tarfile.TarError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
