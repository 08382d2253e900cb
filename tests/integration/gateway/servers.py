"""Servers that behave badly in every way a check may meet; each on a thread per connection, gone with its block."""

import contextlib
import os
import pathlib
import socket
import ssl
import struct
import subprocess
import threading

import mainstay

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n"


def read_request(connection):
    """The request's head, as far as it came."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            break
        data += piece
    return data


def until_closed(connection):
    """The peer hangs up: the only end of those who never answer."""
    with contextlib.suppress(OSError):
        while connection.recv(65536):
            pass


def pour(connection, chunk):
    """Sends for ever, until nobody takes it any more."""
    with contextlib.suppress(OSError):
        while True:
            connection.sendall(chunk)


def answer(data):
    def act(connection):
        read_request(connection)
        connection.sendall(data)
    return act


def status(code, body=b""):
    return answer(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s" % (code, len(body), body))


def slowly(data, every, at_once=b""):
    """One byte after the other, after a beginning."""
    def act(connection):
        read_request(connection)
        connection.sendall(at_once)
        for byte in data:
            connection.sendall(bytes([byte]))
            threading.Event().wait(every)
    return act


def banner(connection):
    connection.sendall(b"220 mail.example.org ESMTP\r\n")
    until_closed(connection)


def hang(connection):
    until_closed(connection)


def half_an_answer(connection):
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
    until_closed(connection)


def reset(connection):
    read_request(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def headers_for_ever(connection):
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    pour(connection, b"X-More: " + b"x" * 1000 + b"\r\n")


def one_header_for_ever(connection):
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    pour(connection, b"x" * 4096)


def continue_for_ever(connection):
    read_request(connection)
    pour(connection, b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def a_gigabyte(connection):
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\nfirst line\n" % (1 << 30))
    pour(connection, b"x" * 65536)


class Server:
    """Calls `act` with each connection; `seen` has every request's head."""

    def __init__(self, act, family=socket.AF_INET, path=None, context=None):
        self.act, self.context, self.seen = act, context, []
        self.listening = socket.socket(socket.AF_UNIX if path else family)
        self.listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listening.bind(str(path) if path else ("127.0.0.1" if family == socket.AF_INET else "::1", 0))
        self.listening.listen(1024)
        self.port = None if path else self.listening.getsockname()[1]
        self.connections, self.ended = set(), 0
        self.thread = threading.Thread(target=self.accept, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.thread.join(mainstay.DEADLINE)
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def accept(self):
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            self.connections.add(connection)
            threading.Thread(target=self.serve, args=[connection], daemon=True).start()

    def serve(self, connection):
        spoken = connection
        try:
            if self.context:
                spoken = self.context.wrap_socket(connection, server_side=True)
            self.act(spoken)
        except OSError:
            pass
        finally:
            spoken.close()
            self.connections.discard(connection)
            self.ended += 1

    def url(self, path="/", scheme=None):
        host = "[::1]" if self.listening.family == socket.AF_INET6 else "127.0.0.1"
        return f"{scheme or ('https' if self.context else 'http')}://{host}:{self.port}{path}"


def recording(server_list, data=OK):
    """Answers, and keeps what was asked."""
    def act(connection):
        server_list.append(read_request(connection))
        connection.sendall(data)
    return act


def closed_port():
    """A port that refuses: bound, and nobody listens."""
    held = socket.socket()
    held.bind(("127.0.0.1", 0))
    return held, held.getsockname()[1]


def self_signed(folder):
    """A TLS context with a certificate of 127.0.0.1 that nobody vouches for."""
    key, certificate = pathlib.Path(folder, "key.pem"), pathlib.Path(folder, "certificate.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", certificate, "-days", "1", "-subj", "/CN=test",
                    "-addext", "subjectAltName=IP:127.0.0.1"],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   env={**os.environ, "HOME": str(folder)})
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
