"""All that was ever logged: the archives of a log, then the log itself."""

import gzip
import re

from mainstay import until


def archives(s, log="writer.out"):
    """Paths, the oldest first."""
    ours = re.compile(re.escape(log) + r"_\d{8}_\d{6}\.log(\.gz)?")
    return sorted(path for path in s.logs.iterdir() if ours.fullmatch(path.name))


def content(path):
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def everything(s, log="writer.out"):
    return b"".join(map(content, archives(s, log))) + s.log(f"{log}.log")


def wait_compressed(s, log="writer.out"):
    until(lambda: not any(path.suffix == ".log" for path in archives(s, log)) and not any(s.logs.glob("*.tmp")),
          "all archives are compressed")
