"""A large log as a file over HTTP: byte for byte, and nobody holds it in memory."""

import hashlib
import http.client
import os
import pathlib
import socket
import time

import mainstay
from hostile import is_sanitized, memory
from mainstay import DEADLINE, Supervisor, TestCase, free_port, until

MEGABYTE = 1 << 20
YAML = """
web: {{listen: "127.0.0.1:{port}"}}
services:
  big: {{command: sleep infinity, logs: {{rotate: {{size: 1G}}}}}}
  small: {{command: sleep infinity}}
"""


def write_log(path, size):
    """Numbered lines of many lengths, with bytes that are no text; its digest."""
    digest = hashlib.sha256()
    with open(path, "wb") as file:
        number = 0
        while file.tell() < size:
            piece = b"".join(b"%d \xff<b>%s\n" % (n, b"x" * (n * 7919 % 300)) for n in range(number, number + 5000))
            number += 5000
            digest.update(piece)
            file.write(piece)
    return digest.hexdigest()


def gateway_of(s):
    children = pathlib.Path(f"/proc/{s.process.pid}/task/{s.process.pid}/children").read_text(encoding="ascii").split()
    names = {pid: pathlib.Path(f"/proc/{pid}/comm").read_text(encoding="ascii") for pid in children}
    return next(pid for pid, name in names.items() if name.startswith("mainstay-gatewa"))


class Fetch:
    """A download that is taken as it is asked to."""

    def __init__(self, port, target):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
        self.connection.request("GET", target)
        self.response = self.connection.getresponse()
        self.digest = hashlib.sha256()
        self.size = 0

    def take(self, most):
        piece = self.response.read(most)
        self.digest.update(piece)
        self.size += len(piece)
        return piece


class Download(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.port = free_port()
        cls.s = Supervisor(YAML.format(port=cls.port))
        cls.s.wait_state("small", "running")
        cls.sanitized = is_sanitized(cls.s.controller_pid())
        cls.hash = write_log(cls.s.logs / "big.out.log", (20 if cls.sanitized else 200) * MEGABYTE)
        cls.log = cls.s.logs / "small.out.log"
        write_log(cls.log, 30 * MEGABYTE)  # more than sockets hold
        until(cls.answers, "the page answers")

    @classmethod
    def tearDownClass(cls):
        left = cls.s.close()
        assert left == [], left

    @classmethod
    def answers(cls):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", cls.port)) == 0

    def fetch(self, service="small"):
        return Fetch(self.port, f"/api/v1/services/{service}/logs?download=true")

    def memory(self):
        """Of gateway and controller, in KiB; without what of it is files."""
        return memory(gateway_of(self.s), "RssAnon"), memory(self.s.controller_pid(), "RssAnon")

    def test_fast_and_slow_clients_get_every_byte_and_memory_stays(self):
        slow = self.fetch("big")
        self.assertEqual(slow.response.getheader("Content-Disposition"), 'attachment; filename="big.log"')
        slow.take(MEGABYTE)
        before = self.memory()
        began = time.monotonic()
        fast = self.fetch("big")
        most = before
        while fast.take(MEGABYTE):
            if fast.size % (16 * MEGABYTE) == 0:  # the slow one takes its share now and then
                slow.take(MEGABYTE)
                most = tuple(map(max, most, self.memory()))
        print(f"{fast.size >> 20} MB in {time.monotonic() - began:.1f} s")
        self.assertEqual(fast.digest.hexdigest(), self.hash)
        while slow.take(MEGABYTE):
            if slow.size % (16 * MEGABYTE) == 0:
                most = tuple(map(max, most, self.memory()))
        self.assertEqual(slow.digest.hexdigest(), self.hash)
        grown = [now - then for now, then in zip(most, before)]
        print(f"gateway and controller grew by {grown[0]} and {grown[1]} KiB")
        if not self.sanitized:
            self.assertLess(max(grown), 16 * 1024)

    def test_what_is_printed_meanwhile_is_not_part_of_it(self):
        fetch = self.fetch()
        fetch.take(MEGABYTE)
        with open(self.log, "ab") as log:
            log.write(b"later\n")
        while fetch.take(MEGABYTE):
            pass
        size = self.log.stat().st_size - len(b"later\n")
        os.truncate(self.log, size)
        self.assertEqual(fetch.size, size)

    def test_one_that_breaks_off_is_known_to_be_cut(self):
        fetch = self.fetch()
        fetch.take(MEGABYTE)
        self.s.kill_controller()
        with self.assertRaises((http.client.IncompleteRead, ConnectionError)):
            while fetch.take(MEGABYTE):
                pass

    def test_a_client_that_goes_away_is_forgotten(self):
        for _ in range(40):  # more than there may be at a time
            fetch = self.fetch()
            self.assertEqual(len(fetch.take(1000)), 1000)
            fetch.connection.close()
            fetch.response.close()
            until(lambda: self.fetch().response.status == 200, "there is room")


if __name__ == "__main__":
    mainstay.main()
