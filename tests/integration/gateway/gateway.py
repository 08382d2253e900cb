"""Drives a real mainstay-gateway over a socket pair, in the controller's place (checks/gateway_protocol.h)."""

import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import mainstay  # noqa: E402

PROGRAM = mainstay.BIN.parent / "libexec" / "mainstay" / "mainstay-gateway"
VERSION, DESCRIPTOR = 2, 3
HELLO, REQUEST, CANCEL, OUTCOME = 1, 16, 17, 64
PASSED, FAILED, UNKNOWN = "passed", "failed", "unknown"
VERDICTS = [PASSED, FAILED, UNKNOWN]


def text(value):
    data = value if isinstance(value, bytes) else value.encode()
    return struct.pack("<I", len(data)) + data


def frame(body):
    return struct.pack("<I", len(body)) + body


def hello(version=VERSION):
    return frame(struct.pack("<BI", HELLO, version))


def request(token, url, method="GET", headers=None, status=((200, 399),), body="", insecure=False, timeout=5.0):
    out = struct.pack("<BQ", REQUEST, token) + text(url) + text(method)
    headers = headers or {}
    out += struct.pack("<I", len(headers)) + b"".join(text(k) + text(v) for k, v in headers.items())
    out += struct.pack("<I", len(status)) + b"".join(struct.pack("<II", *one) for one in status)
    return frame(out + text(body) + struct.pack("<Bq", insecure, int(timeout * 1e9)))


class Outcome:
    def __init__(self, body):
        kind, self.token, verdict, length = struct.unpack_from("<BQBI", body)
        assert kind == OUTCOME, kind
        self.verdict = VERDICTS[verdict]
        self.message = body[14:14 + length].decode()
        rest = struct.unpack_from("<Iqqq", body, 14 + length)
        self.status = rest[0]
        self.name_lookup, self.connect, self.total = (ns / 1e9 for ns in rest[1:])

    def __repr__(self):
        return f"{self.token}: {self.verdict} {self.status} {self.message!r} {self.total:.3f}s"


class Gateway:
    """Leaving the block hangs up; the process has to end by that. `under`: the command that it is started by."""

    def __init__(self, *arguments, greet=True, environment=None, extra=None, under=()):
        ours, theirs = socket.socketpair()
        self.socket = ours
        self.socket.settimeout(mainstay.DEADLINE)
        self.buffer = b""
        self.next_token = 0
        self.outcomes = {}

        # A descriptor of number 3 in this process may be anything, so the child puts it there itself.
        def give():
            os.dup2(theirs.fileno(), DESCRIPTOR)
        passed = [DESCRIPTOR, theirs.fileno()] + ([] if extra is None else [extra])
        self.process = subprocess.Popen([*under, PROGRAM, *arguments], pass_fds=passed, preexec_fn=give,
                                        stderr=subprocess.PIPE, text=True, env=environment)
        theirs.close()
        # How many descriptors come along (checks/gateway_descriptors.h).
        self.send(b"\0")
        if greet:
            self.send(hello())

    def __enter__(self):
        return self

    def __exit__(self, failed, *_):
        self.socket.close()
        try:
            code = self.process.wait(mainstay.DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            raise
        finally:
            errors = self.process.stderr.read()
            self.process.stderr.close()
        if not failed and (code != 0 or errors):
            raise AssertionError(f"the gateway ended with code {code}: {errors}")

    def send(self, data):
        self.socket.sendall(data)

    def read(self):
        """The body of the next frame, or None at the end."""
        while len(self.buffer) < 4 or len(self.buffer) < 4 + struct.unpack("<I", self.buffer[:4])[0]:
            piece = self.socket.recv(1 << 16)
            if not piece:
                return None
            self.buffer += piece
        length = struct.unpack("<I", self.buffer[:4])[0]
        body, self.buffer = self.buffer[4:4 + length], self.buffer[4 + length:]
        return body

    def ask(self, url, **options):
        """Sends a request, and gives its token."""
        self.next_token += 1
        self.send(request(self.next_token, url, **options))
        return self.next_token

    def cancel(self, token):
        self.send(frame(struct.pack("<BQ", CANCEL, token)))

    def outcome(self, token):
        """Waits for it; what comes for others meanwhile is kept for them."""
        while token not in self.outcomes:
            body = self.read()
            if body is None:
                raise AssertionError("the gateway is gone: " + self.process.stderr.read())
            if body[0] != HELLO:
                one = Outcome(body)
                assert one.token not in self.outcomes, f"{one} came twice"
                self.outcomes[one.token] = one
        return self.outcomes.pop(token)

    def check(self, url, **options):
        return self.outcome(self.ask(url, **options))
