"""Compares supervisors on the same payload: restarts, 1,000 services, captured output. See run.sh."""
import argparse
import json
import os
import platform
import shutil
import signal
import statistics
import struct
import sys
import tempfile
import time

import procfs
import report
import supervisors

START, CRASH, WRITTEN = 1, 2, 3
RECORD = struct.Struct("=QQQ")


class Tools:
    """Finds programs: ours in the build tree, the peers' in --peers-dir or on PATH."""

    def __init__(self, build, peers):
        folders = [os.path.join(build, "bin")]
        self.libraries, self.python_path = [], []
        if peers:
            root = os.path.join(peers, "root")
            folders += [os.path.join(root, part) for part in ("usr/bin", "usr/sbin", "bin", "sbin")]
            folders.append(os.path.join(peers, "npm", "node_modules", ".bin"))
            library = os.path.join(root, "usr", "lib")
            if os.path.isdir(library):
                self.libraries = [os.path.join(library, name) for name in os.listdir(library) if "linux" in name]
            self.python_path = [os.path.join(library, "python3", "dist-packages")]
        self.path = os.pathsep.join([*folders, os.environ.get("PATH", "/usr/bin:/bin")])

    def find(self, program):
        return shutil.which(program, path=self.path)

    def python(self, program):
        return [sys.executable, self.find(program)]

    def environment(self):
        """The whole environment of a supervisor; nothing of ours leaks in."""
        environment = {"PATH": self.path, "HOME": os.environ.get("HOME", "/"), "LANG": "C"}
        if self.libraries:
            environment["LD_LIBRARY_PATH"] = os.pathsep.join(self.libraries)
        if self.python_path:
            environment["PYTHONPATH"] = os.pathsep.join(self.python_path)
        return environment


class Stamps:
    """The records that payloads append to one file."""

    def __init__(self, path):
        self.path = path
        open(path, "wb").close()

    def all(self):
        with open(self.path, "rb") as file:
            data = file.read()
        return list(RECORD.iter_unpack(data[:len(data) - len(data) % RECORD.size]))

    def count(self):
        return os.stat(self.path).st_size // RECORD.size

    def wait(self, condition, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if condition():
                return True
            time.sleep(0.005)
        return False


def names(count):
    return [f"service{number:04d}" for number in range(count)]


def restart_gaps(records):
    """Nanoseconds from each crash to the same service's next first instruction."""
    crashed, gaps = {}, []
    for at, service, kind in sorted(records):
        if kind == CRASH:
            crashed[service] = at
        elif kind == START and service in crashed:
            gaps.append(at - crashed.pop(service))
    return gaps


def summary(gaps):
    ordered = sorted(gaps)
    return {"restarts": len(ordered), "median_ms": statistics.median(ordered) / 1e6,
            "p95_ms": ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))] / 1e6}


class Bench:
    def __init__(self, options, tools, work, payload):
        self.options, self.tools, self.work, self.payload = options, tools, work, payload

    def make(self, kind, mode, **settings):
        self.stamps = Stamps(os.path.join(self.work, "stamps"))
        environment = {"BENCH_STAMPS": self.stamps.path, "BENCH_MODE": mode}
        environment.update({"BENCH_" + key.upper(): str(value) for key, value in settings.items()})
        return kind(self.tools, self.work, self.payload, environment)

    def restart(self, kind):
        return self.measure_restarts(kind, services=5, life_ms=1200, short_lived=False, seconds=240)

    def restart_at_once(self, kind):
        if not kind.restarts_at_once_when_short_lived:
            return {"skipped": "holds short-lived services back by a second"}
        return self.measure_restarts(kind, services=1, life_ms=0, short_lived=True, seconds=60)

    def measure_restarts(self, kind, services, life_ms, short_lived, seconds):
        supervisor = self.make(kind, "crash", life_ms=life_ms)
        try:
            supervisor.start(names(services), short_lived=short_lived)
            # A service's first crash may meet a supervisor that is still starting: two records each are extra.
            wanted = 2 * (self.options.restarts + 2 * services)
            self.stamps.wait(lambda: self.stamps.count() >= wanted, seconds)
        finally:
            supervisor.stop()
        gaps = restart_gaps(self.stamps.all())[services:]
        return summary(gaps) if gaps else {"failed": f"no restart in {seconds} s"}

    def idle(self, kind):
        supervisor = self.make(kind, "idle")
        count = self.options.services
        try:
            supervisor.start(names(count))
            if not self.stamps.wait(lambda: self.stamps.count() >= count, 600):
                return {"failed": f"{self.stamps.count()} of {count} started in 600 s"}
            result = {"start_s": (max(at for at, _, _ in self.stamps.all()) - supervisor.spawned) / 1e9}
            time.sleep(self.options.settle)
            own = supervisor.processes()
            result.update(processes=len(own), pss_mb=procfs.pss_bytes(own) / 2**20)
            result["wake_ups"] = self.wake_ups(own)
            result["status_ms"] = self.status_ms(supervisor)
            return result
        finally:
            supervisor.stop()

    def wake_ups(self, own):
        before = procfs.wake_ups(own)
        time.sleep(self.options.watch)
        return procfs.wake_ups(own) - before

    def status_ms(self, supervisor):
        times = []
        for _ in range(7):
            began = time.monotonic()
            supervisor.status()
            times.append((time.monotonic() - began) * 1000)
        return statistics.median(times)

    def capture(self, kind):
        return self.measure_capture(kind, self.options.megabytes)

    def writers(self, kind):
        """The same writer into a file and to us, as programs write: a line, stdio's block, a large block at a time."""
        if kind.name != report.OURS:
            return {"skipped": "only a file is compared with"}
        result = {}
        for block in (100, 4000, 65500):
            megabytes = max(1, self.options.megabytes * min(block, 4000) // 4000)
            straight = [self.measure_capture(supervisors.Straight, megabytes, block) for _ in range(3)]
            ours = [self.measure_capture(kind, megabytes, block) for _ in range(3)]
            failed = next((one for one in straight + ours if "failed" in one), None)
            if failed:
                return failed
            result[f"x{block}"] = min(one["seconds"] for one in ours) / min(one["seconds"] for one in straight)
        return result

    def measure_capture(self, kind, megabytes, block=0):
        wanted = megabytes * 1000 * 1000
        supervisor = self.make(kind, "lines", bytes=wanted, block=block)
        try:
            supervisor.start(names(1), logged=True)
            if not self.stamps.wait(lambda: self.stamps.count() >= 1, 60):
                return {"failed": "the payload did not start in 60 s"}
            began = self.stamps.all()[0][0]
            if not self.stamps.wait(lambda: supervisor.output_bytes() >= wanted, 900):
                return {"failed": f"{supervisor.output_bytes()} of {wanted} bytes after 900 s"}
            ended = time.monotonic_ns()
            cpu = procfs.cpu_seconds(supervisor.processes())
            return {"seconds": (ended - began) / 1e9, "cpu_s": cpu,
                    "mb_per_s": wanted / 1e6 / ((ended - began) / 1e9)}
        finally:
            supervisor.stop()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payload", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--build", required=True, help="build or install tree of ours")
    parser.add_argument("--peers-dir", help="what install-peers.sh made")
    parser.add_argument("--only", help="supervisors, by comma: " + ",".join(k.name for k in supervisors.ALL))
    parser.add_argument("--tests", default="restart,restart_at_once,idle,capture,writers")
    parser.add_argument("--restarts", type=int, default=60)
    parser.add_argument("--services", type=int, default=1000)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--settle", type=float, default=5, help="seconds of rest before memory is read")
    parser.add_argument("--watch", type=float, default=30, help="seconds over which wake-ups are counted")
    parser.add_argument("--json", help="also write the results to this file")
    return parser.parse_args()


def write_json(options, results):
    """After every measurement, so that a round which is cut short keeps what it had."""
    if not options.json:
        return
    everything = {"machine": {"kernel": platform.release(), "cpus": os.cpu_count(), "load": os.getloadavg()[0]},
                  "options": {key: value for key, value in vars(options).items() if value is not None},
                  "results": results}
    with open(options.json, "w", encoding="utf-8") as file:
        json.dump(everything, file, indent=2)


def main():
    # Ended from outside, what was started is stopped all the same: SystemExit runs every `finally`.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    options = arguments()
    tools = Tools(os.path.abspath(options.build), options.peers_dir and os.path.abspath(options.peers_dir))
    chosen = [kind for kind in supervisors.ALL if not options.only or kind.name in options.only.split(",")]
    results = {}
    with tempfile.TemporaryDirectory(prefix="mainstay-bench.") as work:
        os.chmod(work, 0o755)
        # A copy, so that these processes can be told from everything else on the machine.
        payload = os.path.join(os.path.realpath(work), "payload")
        shutil.copy(options.payload, payload)
        bench = Bench(options, tools, work, payload)
        for test in options.tests.split(","):
            results[test] = {}
            for kind in chosen:
                missing = kind(tools, work, payload, {}).missing()
                outcome = {"skipped": f"no {missing} here"} if missing else getattr(bench, test)(kind)
                results[test][kind.name] = outcome
                write_json(options, results)
                print(f"{test:16} {kind.name:12} {report.one_line(outcome)}", file=sys.stderr, flush=True)
    print(report.tables(results))


if __name__ == "__main__":
    main()
