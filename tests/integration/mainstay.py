"""Drives the real programs of a build tree for the integration tests.

MAINSTAY_BIN names the folder with `supervisor` and `ctl`. Everything a test makes lives in one temporary
folder; leaving the `with` block stops the supervisor and fails the test when anything survived it.
Waiting is always on an event, a state or a file, with a deadline: never for a fixed time.
"""

import json
import os
import pathlib
import random
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

BIN = pathlib.Path(os.environ.get("MAINSTAY_BIN", "build/debug/bin")).resolve()
CHILD = pathlib.Path(os.environ.get("MAINSTAY_TESTCHILD", BIN / "testchild")).resolve()
# Sanitizers and a loaded machine make everything slower; a deadline only ends a test that is stuck.
DEADLINE = float(os.environ.get("MAINSTAY_TEST_DEADLINE", "60"))

# Where it is below the folder of `bin`.
CONTROLLER = "libexec/mainstay/mainstay-controller"

# A service whose grandchild prints "late" after the run has ended, once there is a file `go`.
LATE_GRANDCHILD = """
services:
  a:
    command: sh -c '(while [ ! -e go ]; do sleep 0.02; done; echo late) & exit 0'
    restart: {policy: never}
"""


def as_root():
    return os.geteuid() == 0


class RpcError(Exception):
    def __init__(self, error):
        super().__init__(error.get("message"))
        self.code = error.get("code")
        self.data = error.get("data") or {}


class Client:
    """One connection to the control socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(str(path))
        self.socket.settimeout(DEADLINE)
        self.buffer = b""
        self.next_id = 0

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, method, params=None):
        self.next_id += 1
        message = {"jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params or {}}
        self.socket.sendall(json.dumps(message).encode() + b"\n")
        return self.next_id

    def read(self):
        """The next message, or None at the end of the connection."""
        while b"\n" not in self.buffer:
            piece = self.socket.recv(65536)
            if not piece:
                return None
            self.buffer += piece
        line, self.buffer = self.buffer.split(b"\n", 1)
        return json.loads(line)

    def call(self, method, params=None):
        wanted = self.send(method, params)
        while True:
            message = self.read()
            if message is None:
                raise ConnectionError(f"the supervisor hung up on {method}")
            if message.get("id") == wanted and "method" not in message:
                if "error" in message:
                    raise RpcError(message["error"])
                return message["result"]

    def stream(self, method, params=None):
        """Items of a stream until it ends."""
        wanted = self.send(method, params)
        while True:
            message = self.read()
            if message is None:
                return
            if message.get("method") == "stream" and message["params"]["id"] == wanted:
                yield message["params"]["item"]
            elif message.get("id") == wanted:
                if "error" in message:
                    raise RpcError(message["error"])
                return


def until(condition, what, seconds=None, every=0.02):
    """Waits for what no event tells of (a file, a process); the deadline only ends a stuck test."""
    end = time.monotonic() + (seconds or DEADLINE)
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"did not happen in time: {what}")
        select.select([], [], [], every)


# For a supervisor whose controllers are killed often: each is followed at once by the next.
AT_ONCE = {"MAINSTAY_TEST_CONTROLLER_AT_ONCE": "1"}


def random_moments():
    """Of its own in every run; MAINSTAY_SEED repeats those of one."""
    seed = int(os.environ.get("MAINSTAY_SEED", random.randrange(1 << 30)))
    print(f"MAINSTAY_SEED={seed}")
    return random.Random(seed)


def wait_moment(moments, longest):
    moment = time.monotonic() + moments.uniform(0, longest)
    until(lambda: time.monotonic() >= moment, "a random moment", every=0.001)


def alive(pid):
    """Whether the process exists and is no zombie."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            return stat.read().rsplit(b")", 1)[1].split()[0] not in (b"Z", b"X")
    except (FileNotFoundError, ProcessLookupError):
        return False


def processes_of(folder):
    """Pids that work in `folder` or were told of it: what a supervisor under test has started."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        try:
            cwd = os.readlink(f"/proc/{entry}/cwd")
            with open(f"/proc/{entry}/environ", "rb") as environment, open(f"/proc/{entry}/cmdline", "rb") as line:
                marked = str(folder).encode() in environment.read() + line.read()
            if (marked or cwd.startswith(str(folder))) and alive(entry):
                found.append(int(entry))
        except OSError:
            pass
    return found


def kill(pids):
    """KILLs those of them that have not ended by themselves meanwhile."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def install(supervisor, name, script=None):
    """Puts another program in the place of one that runs, as a package manager does."""
    fresh = supervisor.folder / "fresh"
    if script is None:
        shutil.copy2(BIN.parent / name, fresh)
    else:
        fresh.write_text(script)
        fresh.chmod(0o755)
    os.replace(fresh, supervisor.program(name))


class Supervisor:
    """A supervisor of one's own in a temporary folder."""

    def __init__(self, yaml="", files=None, arguments=(), environment=None, start=True, folder=None,
                 own_programs=False):
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="mainstay-test-"))
        self.config = self.folder / "ecosystem.yaml"
        self.state = self.folder / "state"
        self.logs = self.folder / "log"
        self.socket = self.folder / "run" / "control.sock"
        self.arguments = list(arguments)
        self.environment = {**os.environ, **(environment or {})}
        for name in ("MAINSTAY_SOCKET", "NO_COLOR"):
            self.environment.pop(name, None)
        self.process = None
        self.successor = None  # the pid of the keeper that came after, and is no child of ours
        self.bin = BIN
        if own_programs:  # copies, so that a test may take one away
            self.bin = self.folder / "programs" / "bin"
            for name in ("bin/supervisor", CONTROLLER):
                self.program(name).parent.mkdir(parents=True)
                shutil.copy2(BIN.parent / name, self.program(name))
        self.write(yaml, files or {})
        if start:
            try:
                self.start()
            except BaseException:
                self.close()
                raise

    def write(self, yaml, files=None):
        self.config.write_text(yaml)
        for name, content in (files or {}).items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
            path.chmod(0o755 if content.startswith("#!") else 0o644)

    def program(self, name):
        return self.folder / "programs" / name

    def command(self):
        return [str(self.bin / "supervisor"), "--config", str(self.config), "--state-dir", str(self.state),
                "--log-dir", str(self.logs), "--socket", str(self.socket), *self.arguments]

    def start(self, command=None, descriptors=()):
        """Starts the supervisor and waits until it says that it is ready; raises with its words if not. `command` may start it in
        another way, with more `descriptors`."""
        read_end, write_end = os.pipe()
        os.set_inheritable(write_end, True)
        with open(self.folder / "stderr", "ab") as stderr:
            self.process = subprocess.Popen(command or self.command(), stdin=subprocess.DEVNULL, stderr=stderr,
                                            env={**self.environment, "MAINSTAY_READY_FD": str(write_end)},
                                            pass_fds=(write_end, *descriptors), cwd=self.folder)
        os.close(write_end)
        with os.fdopen(read_end, "rb") as pipe:
            ready, _, _ = select.select([pipe], [], [], DEADLINE)
            line = pipe.readline() if ready else b""
        if line != b"ready\n":
            raise AssertionError(f"the supervisor is not ready: {line!r}\n{self.stderr()}")

    def stderr(self):
        path = self.folder / "stderr"
        return path.read_text(errors="replace") if path.exists() else ""

    def client(self):
        return Client(self.socket)

    def call(self, method, **params):
        with self.client() as client:
            return client.call(method, params)

    def ctl(self, *arguments, check=None, **options):
        """Runs ctl; `check` is the exit code it must have (None: any)."""
        environment = {**self.environment, "MAINSTAY_SOCKET": str(self.socket), **options.pop("environment", {})}
        if "input" not in options:
            options["stdin"] = subprocess.DEVNULL
        done = subprocess.run([str(BIN / "ctl"), *map(str, arguments)], capture_output=True, text=True,
                              errors="replace", env=environment, timeout=DEADLINE,
                              cwd=self.folder, **options)
        if check is not None and done.returncode != check:
            raise AssertionError(f"ctl {' '.join(map(str, arguments))}: exit {done.returncode}, not {check}\n"
                                 f"{done.stdout}\n{done.stderr}\n--- supervisor\n{self.stderr()}")
        return done

    def service(self, name):
        return self.call("services.get", name=name)

    def wait(self, name, condition, what):
        """Waits on the event stream until `condition(service object)` holds, and returns the object."""
        end = time.monotonic() + DEADLINE
        with self.client() as events, self.client() as asking:
            events.send("events.follow", {"targets": [name]})
            while True:
                service = asking.call("services.get", {"name": name})
                if condition(service):
                    return service
                # A state can change without an event of its own, so look again now and then.
                readable, _, _ = select.select([events.socket], [], [], 0.2)
                if readable:
                    events.read()
                if time.monotonic() > end:
                    raise AssertionError(f"{name} is not {what}: {json.dumps(service)}\n{self.stderr()}")

    def wait_state(self, name, *states):
        return self.wait(name, lambda service: service["state"] in states, " or ".join(states))

    def log(self, name):
        path = self.logs / name
        return path.read_bytes() if path.exists() else b""

    def controller_pid(self):
        return self.call("supervisor.info")["controller_pid"]

    def kill_controller(self, number=signal.SIGKILL):
        """Kills the controller and waits until another one answers."""
        old = self.controller_pid()
        os.kill(old, number)

        def replaced():
            try:
                return self.controller_pid() != old
            except (ConnectionError, OSError):
                return False

        until(replaced, "a new controller")

    def kill_keeper(self):
        """Kills the keeper and waits until the controller has taken its place and another one answers."""
        info = self.call("supervisor.info")
        os.kill(info["pid"], signal.SIGKILL)
        if self.successor is None:
            self.process.wait(DEADLINE)

        def replaced():
            try:
                now = self.call("supervisor.info")
                return now["pid"] == info["controller_pid"] and now["controller_pid"] != info["controller_pid"]
            except (ConnectionError, OSError):
                return False

        until(replaced, "the controller has become the keeper")
        self.successor = info["controller_pid"]

    def die(self):
        """Kills keeper and controller at once: what runs is left to nobody."""
        controller = self.controller_pid()
        os.kill(self.process.pid, signal.SIGSTOP)  # or it would start another controller
        os.kill(controller, signal.SIGKILL)
        self.process.kill()
        self.process.wait(DEADLINE)
        until(lambda: not alive(controller), "the controller is gone")

    def stop(self, number=signal.SIGTERM):
        """Asks the supervisor to end and returns its exit code."""
        self.process.send_signal(number)
        return self.process.wait(DEADLINE)

    def survivors(self):
        return processes_of(self.folder)

    def survivors_named(self, name):
        """Of those in the supervisor's folder, the processes whose program has this name."""
        found = []
        for pid in self.survivors():
            try:
                with open(f"/proc/{pid}/comm", encoding="utf-8", errors="replace") as comm:
                    found += [pid] if comm.read().strip() == name else []
            except OSError:
                pass
        return found

    def close(self):
        if self.successor and alive(self.successor):
            os.kill(self.successor, signal.SIGTERM)
            until(lambda: not alive(self.successor), "the successor of the supervisor has ended")
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(DEADLINE)
            except subprocess.TimeoutExpired:
                self.process.kill()
        left = self.survivors()
        kill(left)
        shutil.rmtree(self.folder, ignore_errors=True)
        return left

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        stderr = self.stderr()
        left = self.close()
        if kind is not None:
            print(f"--- supervisor's stderr\n{stderr}")
        elif left:
            raise AssertionError(f"processes survived the supervisor: {left}\n{stderr}")


class TestCase(unittest.TestCase):
    maxDiff = None


def main():
    unittest.main(verbosity=2)
