"""What the benchmark reads of other processes: Linux /proc."""
import os

TICKS = os.sysconf("SC_CLK_TCK")


def _read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def executable(pid):
    try:
        return os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return ""


def marked(marker):
    """Processes that were started with `marker` (NAME=value) in their environment."""
    needle = marker.encode() + b"\0"
    return [pid for pid in pids() if needle in _read(f"/proc/{pid}/environ")]


def running(path):
    return [pid for pid in pids() if executable(pid) == path]


def cpu_seconds(of):
    """User and system time of these processes, and of children that they waited for."""
    total = 0
    for pid in of:
        fields = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
        if len(fields) > 14:
            total += sum(int(field) for field in fields[11:15])
    return total / TICKS


def pss_bytes(of):
    total = 0
    for pid in of:
        for line in _read(f"/proc/{pid}/smaps_rollup").splitlines():
            if line.startswith(b"Pss:"):
                total += int(line.split()[1]) * 1024
    return total


def wake_ups(of):
    """Voluntary context switches of all threads: how often somebody went to sleep, thus woke before."""
    total = 0
    for pid in of:
        try:
            threads = os.listdir(f"/proc/{pid}/task")
        except OSError:
            continue
        for thread in threads:
            for line in _read(f"/proc/{pid}/task/{thread}/status").splitlines():
                if line.startswith(b"voluntary_ctxt_switches:"):
                    total += int(line.split()[1])
    return total
