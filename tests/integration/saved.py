"""What a supervisor has on disk for the next one (supervisor/process/state_file.h)."""

import struct
import time

from mainstay import until


def saved_runs(data):
    """Instance and pid of every run in the bytes of a state file."""
    at = 0

    def number(form):
        nonlocal at
        value, = struct.unpack_from(form, data, at)
        at += struct.calcsize(form)
        return value

    def text():
        nonlocal at
        size = number("<I")
        at += size
        return data[at - size:at].decode(errors="replace")

    text(), number("<I"), number("<I")  # what it is, version, checksum
    text(), number("<B")  # boot, all stopped
    for _ in range(number("<I")):
        number("<I"), text()  # records
    runs = {}
    for _ in range(number("<I")):
        number("<Q")
        name = text()
        runs[name] = number("<I")
        number("<Q"), number("<Q"), number("<Q")
    return runs


def wait_until_saved(supervisor):
    """A change is on disk a moment later, on a busy disk much later: until the file has what runs, and is older than
    that moment."""
    path = supervisor.state / "run.state"

    def is_saved():
        running = {f"{service['service']}:{service['instance']}": service["pid"]
                   for service in supervisor.call("services.list")["services"] if service["pid"]}
        try:
            return saved_runs(path.read_bytes()) == running and time.time() - path.stat().st_mtime > 1.5
        except FileNotFoundError:
            return False

    until(is_saved, "everything is saved")
