"""Hostile clients of the page's port, a probe that measures what the others notice, and what is attacked: the front
by itself (tests/child/front_server.cc), or a whole supervisor with a page."""

import contextlib
import json
import multiprocessing
import os
import re
import resource
import select
import socket
import subprocess
import tempfile
import time

import mainstay

MEMORY = 40 * 1024  # KiB: what the process may have had at any time
# What others may notice: the usual answer comes within 100 ms, the 95th of a hundred and the worst within these. On a
# machine with more to run than it has processors, probe, attack and server all wait for a processor longer by as much:
# the bounds are multiplied by the load per processor.
USUAL, SLOW, HANGING = 0.1, 0.5, 5.0


def memory(pid, field):
    """In KiB."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        return int(re.search(field + r":\s+(\d+)", status.read()).group(1))


def is_sanitized(pid):
    """A program with AddressSanitizer reserves terabytes; what it uses says nothing, and it is slower by much."""
    return memory(pid, "VmSize") > 1 << 30


def allow_files(wanted):
    """How many files this process may open now: as many as wanted, if the machine allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, allowed), hard))
    return max(soft, allowed)


class FrontAlone:
    """The front with fixed answers behind it."""
    probe, stream, big = "/a", "/flood", "/big"
    floods = True  # the stream has more to say than a client that does not read may leave unread

    def __enter__(self):
        self.process = subprocess.Popen([mainstay.BIN / "front_server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline())
        self.pid = self.process.pid
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        code = self.process.wait(mainstay.DEADLINE)
        self.process.stdout.close()
        if code != 0:
            raise AssertionError(f"front_server ended with code {code}")

    def check(self):
        assert self.process.poll() is None, "front_server has ended"


class WholeGateway:
    """The gateway of a real supervisor, whose only service prints as much as it can."""
    floods = False
    probe, stream, big = "/health/live", "/api/v1/services/noisy/logs?follow=true", "/api/v1/openapi.json"
    YAML = """
web: {{listen: "127.0.0.1:{port}"}}
services:
  noisy:
    command: sh -c 'while :; do seq 1 2000; sleep 0.05; done'
    logs: {{rotate: {{size: 1MB, keep: 1}}}}
"""

    def __enter__(self):
        self.port = mainstay.free_port()
        self.supervisor = mainstay.Supervisor(self.YAML.format(port=self.port))
        self.pid = mainstay.until(self.gateway, "the gateway runs")
        mainstay.until(lambda: self.answers(), "the page is served")
        return self

    def __exit__(self, *error):
        self.supervisor.__exit__(*error)

    def gateway(self):
        found = self.supervisor.survivors_named("mainstay-gatewa") or gateways_of(self.supervisor.controller_pid())
        return found[0] if found else None

    def answers(self):
        with contextlib.suppress(OSError):
            return ask(self, self.probe).startswith(b"HTTP/1.1 200")
        return False

    def check(self):
        assert mainstay.alive(self.pid), f"the gateway has ended\n{self.supervisor.stderr()}"
        assert self.supervisor.service("noisy")["state"] == "running"


def gateways_of(controller):
    """Gateways of the same keeper as the controller; they work in / with an empty environment, so nothing marks them."""
    def parent(pid):
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            return int(stat.read().rsplit(")", 1)[1].split()[1])
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            with open(f"/proc/{entry}/comm", encoding="utf-8") as comm:
                if comm.read().startswith("mainstay-gat") and parent(entry) == parent(controller):
                    found.append(int(entry))
    return found


def connect(target, blocking=True):
    client = socket.socket()
    client.setblocking(blocking)
    if blocking:
        client.settimeout(mainstay.DEADLINE)
    with contextlib.suppress(BlockingIOError):
        client.connect(("127.0.0.1", target.port))
    return client


def request(target, path, method="GET", headers="", body=b""):
    return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{target.port}\r\n{headers}\r\n".encode() + body


def read_to_end(client):
    data = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := client.recv(1 << 16):
            data += piece
    return data


def exchange(target, data):
    """Everything that comes back on a connection of its own, until the other side ends it."""
    with connect(target) as client:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            client.sendall(data)
        return read_to_end(client)


def ask(target, path):
    return exchange(target, request(target, path, headers="Connection: close\r\n"))


def probe_once(target, kept):
    """Asks over the connection that is kept, or a new one when there is none or it was closed while it was idle."""
    wanted = request(target, target.probe)
    for client in [*kept, None]:
        fresh = client is None
        client = client or connect(target)
        try:
            client.sendall(wanted)
            answer = client.recv(1 << 16)
        except OSError:
            answer = b""
        kept.clear()
        if answer.startswith(b"HTTP/1.1 200"):
            kept.append(client)
            return
        client.close()
        assert not fresh, f"the probe got {answer[:300]!r}"


def probe(target, control):
    """Asks again and again until told to stop, over a kept connection and, every third time, a new one."""
    times, kept, count = [], [], 0
    try:
        while not control.poll(0.01) or count < 10:
            if count % 3 == 2 and kept:
                kept.pop().close()
            count += 1
            begun = time.monotonic()
            probe_once(target, kept)
            times.append(time.monotonic() - begun)
        control.send(times)
    except BaseException as problem:  # to be told to the test
        control.send(repr(problem))
    for client in kept:
        client.close()


class Probe:
    """While the block runs, another process asks; at its end, what it had to wait is checked."""

    def __init__(self, target):
        self.target = target

    def __enter__(self):
        self.control, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=probe, args=(self.target, theirs), daemon=True)
        self.process.start()
        theirs.close()
        return self

    def __exit__(self, failed, *_):
        with contextlib.suppress(BrokenPipeError):
            self.control.send(None)
        told = self.control.recv() if self.control.poll(mainstay.DEADLINE) else "nothing"
        self.process.join(mainstay.DEADLINE)
        self.control.close()
        if failed:
            return
        if not isinstance(told, list):
            raise AssertionError(f"the probe failed: {told}")
        told.sort()
        usual, slow, worst = (told[int((len(told) - 1) * share)] for share in (0.5, 0.95, 1))
        peak = memory(self.target.pid, "VmHWM")
        print(f"    {len(told)} probes: median {usual * 1000:.1f} ms, 95 % {slow * 1000:.1f} ms, most {worst * 1000:.1f} ms; "
              f"memory at most {peak / 1024:.1f} MB", flush=True)
        assert len(told) >= 5, "too few probes to tell anything"
        if not is_sanitized(self.target.pid):  # those programs are slow and large: that they answer is enough
            crowded = max(1.0, os.getloadavg()[0] / os.cpu_count())
            assert usual < USUAL * crowded and slow < SLOW * crowded and worst < HANGING * crowded, (usual, slow, worst, crowded)
            assert peak < MEMORY, f"{peak} KiB"
        self.target.check()


class Crowd:
    """Many clients that only send: each `words`, then `more` again and again; what comes back is kept, if wanted."""

    def __init__(self, target, count, words=b"", more=b"", reads=True):
        self.poll = select.epoll()
        self.clients, self.heard, self.left = {}, {}, {}
        self.more, self.reads = more, reads
        for _ in range(count):
            client = connect(target, blocking=False)
            number = client.fileno()
            self.clients[number], self.heard[number], self.left[number] = client, b"", words
            self.poll.register(number, select.EPOLLOUT | (select.EPOLLIN if reads else 0))
        self.sent = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.poll.close()
        for client in self.clients.values():
            client.close()

    def turn(self, seconds=0.05):
        for number, events in self.poll.poll(seconds):
            if events & select.EPOLLIN:
                self.read(number)
            elif events & (select.EPOLLERR | select.EPOLLHUP):
                self.end(number)
            elif events & select.EPOLLOUT:
                self.write(number)

    def read(self, number):
        try:
            piece = self.clients[number].recv(1 << 16)
        except OSError:
            piece = b""
        self.heard[number] += piece[:4096]
        if not piece:
            self.end(number)

    def write(self, number):
        if not self.left[number]:
            self.left[number] = self.more
        if not self.left[number]:
            self.poll.modify(number, select.EPOLLIN if self.reads else 0)
            return
        try:
            done = self.clients[number].send(self.left[number])
            self.left[number] = self.left[number][done:]
            self.sent += done
        except BlockingIOError:
            pass
        except OSError:
            self.end(number)

    def drip(self, data):
        for number, client in list(self.clients.items()):
            with contextlib.suppress(OSError):
                client.send(data)

    def end(self, number):
        self.poll.unregister(number)
        self.clients.pop(number).close()

    def run(self, condition, what, each=lambda: None):
        end = time.monotonic() + mainstay.DEADLINE
        while not condition():
            assert time.monotonic() < end, f"did not happen in time: {what}"
            self.turn()
            each()

    def run_for(self, seconds):
        """The attack goes on for that long: what is measured is what others notice meanwhile."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.turn()

    def statuses(self):
        return {heard[9:12].decode() for heard in self.heard.values() if heard}
