"""How long the control socket takes to answer while one service prints as fast as it can, beside a hundred that do not, and
whether our own memory stays as it is through the rotations of that log.

usage: latency_bench.py [--build DIR] [--quiet 100] [--watch 20] [--limit-ms 5] [--limit-kib 1024]
Ends with 1 when the median answer takes longer than the limit, or the memory grows by more.
"""
import argparse
import os
import pathlib
import statistics
import sys
import tempfile
import time

import procfs

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))

LINE = "x" * 99


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=HERE.parents[1] / "build" / "release", type=pathlib.Path)
    parser.add_argument("--quiet", type=int, default=100, help="services that print nothing")
    parser.add_argument("--watch", type=float, default=20.0, help="seconds")
    parser.add_argument("--limit-ms", type=float, default=5.0)
    parser.add_argument("--limit-kib", type=float, default=1024.0)
    return parser.parse_args()


def declared(options):
    quiet = "\n".join(f"  q{n}: {{command: [sleep, infinity]}}" for n in range(options.quiet))
    return f"services:\n{quiet}\n  busy: {{command: ['yes', '{LINE}'], logs: {{rotate: {{size: 50MiB, keep: 1}}}}}}\n"


def watch(supervisor, options):
    own = [supervisor.process.pid, supervisor.controller_pid()]
    params = {"supervisor.ping": {}, "services.get": {"name": "q0"}, "services.list": {}}
    times = {method: [] for method in params}
    begin, memory, archives = time.monotonic(), [], set()
    with supervisor.client() as client:
        while time.monotonic() < begin + options.watch:
            for method, into in times.items():
                asked = time.monotonic()
                client.call(method, params[method])
                into.append((time.monotonic() - asked) * 1000)
            memory.append(procfs.pss_bytes(own) / 1024)
            archives.update(name for name in os.listdir(supervisor.logs) if name.endswith(".log") and "_" in name)
            time.sleep(0.02)
    return times, memory, len(archives)


def report(options, times, memory, cuts):
    slow = False
    for method, took in times.items():
        ordered = sorted(took)
        median, late = statistics.median(ordered), ordered[int(len(ordered) * 0.99)]
        slow = slow or median > options.limit_ms
        print(f"{method:16} median {median:5.2f} ms   99 % within {late:5.2f} ms   longest {ordered[-1]:5.2f} ms   ({len(ordered)} asked)")
    print(f"meanwhile its log was cut {cuts} times")
    third = max(1, len(memory) // 3)
    first, last = statistics.median(memory[third:2 * third]), statistics.median(memory[2 * third:])
    print(f"keeper and controller: {first / 1024:.1f} MiB in the second third of the time, {last / 1024:.1f} MiB in the last")
    if slow:
        print(f"slower than {options.limit_ms:g} ms", file=sys.stderr)
    grown = last - first > options.limit_kib
    if grown:
        print(f"grown by more than {options.limit_kib:g} KiB", file=sys.stderr)
    return 1 if slow or grown else 0


def main():
    options = arguments()
    os.environ["MAINSTAY_BIN"] = str(options.build / "bin")
    global mainstay  # it looks for the programs when it is imported
    import mainstay
    with tempfile.TemporaryDirectory(prefix="mainstay-bench-") as folder:
        with mainstay.Supervisor(declared(options), folder=pathlib.Path(folder)) as supervisor:
            return report(options, *watch(supervisor, options))


if __name__ == "__main__":
    sys.exit(main())
