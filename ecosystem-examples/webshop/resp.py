"""Redis over its own protocol, RESP2 (https://redis.io/docs/reference/protocol-spec/): one connection, no library."""

import socket


class Gone(Exception):
    """The connection cannot be made, or was lost; what was asked last may have happened or not."""


class Refused(Exception):
    """Redis answered with an error."""


class Redis:
    def __init__(self, port, timeout):
        """Connects. `timeout`, in seconds, is for each answer, too."""
        try:
            self._socket = socket.create_connection(("127.0.0.1", port), timeout)
        except OSError as error:
            raise Gone(f"Redis does not answer on port {port}: {error}") from error
        self._answers = self._socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._answers.close()
        self._socket.close()

    def call(self, *words):
        """The answer to one command: text, a number, a list, or None."""
        return self._exchange([words])[0]

    def atomically(self, *commands):
        """All of them or none."""
        return self._exchange([("MULTI",), *commands, ("EXEC",)])[-1]

    def _exchange(self, commands):
        try:
            self._socket.sendall(b"".join(map(encode, commands)))
            answers = [self._read() for _ in commands]
        except OSError as error:
            raise Gone(f"Redis is gone: {error}") from error
        for answer in answers:
            if isinstance(answer, Refused):
                raise answer
        return answers

    def _read(self):
        line = self._answers.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("it has hung up")
        kind, rest = line[:1], line[1:-2].decode(errors="replace")
        if kind == b"+":
            return rest
        if kind == b"-":
            return Refused(rest)
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return self._text(int(rest))
        if kind == b"*":
            return None if int(rest) < 0 else [self._read() for _ in range(int(rest))]
        raise ConnectionError(f"this is no Redis: {line[:40]!r}")

    def _text(self, length):
        if length < 0:
            return None
        data = self._answers.read(length + 2)
        if len(data) < length + 2:
            raise ConnectionError("it has hung up")
        return data[:-2].decode(errors="replace")


def encode(words):
    parts = [str(word).encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts)
