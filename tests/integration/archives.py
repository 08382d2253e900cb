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
    """As it was at one moment: a worker may compress what is about to be read."""
    found = []

    def stood_still():
        listed = archives(s, log)
        try:
            found[:] = [content(path) for path in listed if path.with_suffix("") not in listed] + [s.log(f"{log}.log")]
        except FileNotFoundError:
            return False
        return archives(s, log) == listed

    until(stood_still, "no archive is compressed while all are read")
    return b"".join(found)


def pieces(s, log="writer.out"):
    """The same file by file, of a log that nobody writes any more and that wait_compressed() has waited for."""
    for path in archives(s, log):
        yield content(path)
    yield s.log(f"{log}.log")


def wait_compressed(s, log="writer.out"):
    """However many there are: the deadline is that of each."""
    def left():
        return sum(path.suffix == ".log" for path in archives(s, log)) + sum(1 for _ in s.logs.glob("*.tmp"))

    while (before := left()) > 0:
        until(lambda: left() < before, "another archive is compressed")
