#!/usr/bin/env python3
"""Whatever clients of the page's port do, others are answered, memory is bounded, and nothing ends.

The same attacks on the front by itself and on the gateway of a whole supervisor.
"""

import os
import random
import unittest

import hostile
import mainstay
from hostile import Crowd, Probe, exchange, read_to_end, request

SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"
FORMS = [  # headers of a POST, and its body
    ("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
    ("Transfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
    ("Transfer-Encoding : chunked\r\n", b"0\r\n\r\n"),
    ("Transfer-Encoding: x\r\n chunked\r\n", b"0\r\n\r\n"),
    ("Content-Length: 0\r\nContent-Length: 35\r\n", b""),
    ("Content-Length: 0, 35\r\n", b""),
    ("Content-Length: +0\r\n", b""),
    ("Content-Length: -1\r\n", b""),
    ("Content-Length : 0\r\n", b""),
    ("X: y\nContent-Length: 35\r\n", b""),
    ("X: y\rContent-Length: 35\r\n", b""),
    ("X: y\0\r\n", b""),
    ("Content-Encoding: gzip\r\nContent-Length: 2\r\n", b"\x1f\x8b"),
    ("Host: another\r\n", b""),
    ("REMOTE_ADDR: 127.0.0.1\r\n", b""),
    ("X: a%0d%0aInjected: yes\r\n", b""),
    ("Range: bytes=0-1,2-3\r\n", b""),
]
TARGETS = {"/../etc/passwd": b"400", "/%2e%2e/%2e%2e/etc/passwd": b"400", "/a%2f..%2f..%2fetc": b"400",
           "/a%0d%0aInjected:%20yes": b"400", "/?a=%0aInjected:%20yes": b"400", "/%00": b"400",
           "http://elsewhere/": b"400", "/" + "a" * 8000: b"414", "/?" + "a" * 9000: b"414"}


class Attacks:
    server = None

    @classmethod
    def setUpClass(cls):
        cls.files = hostile.allow_files(10_500)
        cls.target = cls.enterClassContext(cls.server()) if hasattr(cls, "enterClassContext") else cls.enter()

    @classmethod
    def enter(cls):
        target = cls.server()
        target.__enter__()
        cls.addClassCleanup(target.__exit__, None, None, None)
        return target

    def refused(self, data, status):
        """One response, that status, nothing of what was smuggled or injected, and the end."""
        answer = exchange(self.target, data)
        self.assertEqual(answer[9:12], status, (data[:200], answer[:300]))
        self.assertEqual(answer.count(b"HTTP/1.1 "), 1, answer)
        self.assertNotIn(b"\r\nInjected", answer)

    def test_smuggling_and_injection(self):
        with Probe(self.target):
            for headers, body in FORMS:
                answer = exchange(self.target, request(self.target, "/a", "POST", headers, body + SMUGGLED))
                self.assertRegex(answer[:12], rb"^HTTP/1.1 (4\d\d|501)", headers)
                self.assertEqual(answer.count(b"HTTP/1.1 "), 1, headers)
                self.assertNotIn(b"\r\nInjected", answer)
            for path, status in TARGETS.items():
                self.refused(request(self.target, path) + SMUGGLED, status)

    def test_garbage(self):
        seed = random.randrange(1 << 30)
        print(f"    seed {seed}")
        noise = random.Random(seed)
        with Probe(self.target):
            for _ in range(200):
                data = noise.randbytes(noise.randrange(1, 3000))
                with hostile.connect(self.target) as client:
                    client.sendall(data + b"\r\n\r\n")
                    client.shutdown(1)
                    self.assertNotIn(b" 200 ", read_to_end(client)[:20])

    def test_slowloris(self):
        words = request(self.target, self.target.probe)[:-4]
        with Probe(self.target), Crowd(self.target, 500, words) as crowd:
            crowd.run(lambda: not crowd.clients, "every slow request is ended", each=lambda: crowd.drip(b"x"))
            self.assertIn(crowd.statuses(), [{"408"}, {"408", "431"}])

    def test_ten_thousand_connections(self):
        count = min(10_000, self.files - 300)
        if count < 10_000:
            print(f"    only {count}: this user may not open more files")
        half = request(self.target, self.target.probe)[:-10]
        with Probe(self.target), Crowd(self.target, count, half) as crowd:
            crowd.run(lambda: len(crowd.clients) <= 1024, "those that are too many are closed")
            crowd.run_for(1)

    def test_endless_head(self):
        head = request(self.target, self.target.probe)[:-2]
        with Probe(self.target), Crowd(self.target, 100, head + b"X: ", b"x" * 4096) as crowd:
            crowd.run(lambda: not crowd.clients, "every endless head is ended")
            self.assertLessEqual(crowd.statuses(), {"431"})

    def test_endless_bodies(self):
        head = request(self.target, "/a", "POST", "Content-Type: application/json\r\nContent-Length: 1048576\r\n")
        with Probe(self.target), Crowd(self.target, 200, head + b"b" * 1_000_000) as crowd:
            crowd.run(lambda: len(crowd.clients) < 20, "all but a few are told to come again")
            self.assertLessEqual(crowd.statuses(), {"503"})
        too_long = request(self.target, "/a", "POST", "Content-Length: 100000000\r\n")
        with Probe(self.target), Crowd(self.target, 20, too_long, b"b" * 65536) as crowd:
            crowd.run(lambda: not crowd.clients, "every endless body is ended")
            self.assertLessEqual(crowd.statuses(), {"413"})

    def test_compressed_bomb(self):
        bomb = b"\x1f\x8b\x08" + b"\0" * 100_000
        headers = f"Content-Encoding: gzip\r\nContent-Type: application/json\r\nContent-Length: {len(bomb)}\r\n"
        with Probe(self.target):
            for _ in range(20):
                self.refused(request(self.target, "/a", "POST", headers, bomb), b"415")

    def test_range_floods(self):
        many = ",".join(f"{i}-{i}" for i in range(1000))
        with Probe(self.target):
            for ranges in (many, "0-,0-", "0-0," * 200 + "0-0"):
                wanted = request(self.target, self.target.big, headers=f"Range: bytes={ranges}\r\n")
                for _ in range(30):
                    self.refused(wanted, b"416")
            digits = "9" * 8000
            self.refused(request(self.target, self.target.big, headers=f"Range: bytes={digits}-\r\n"), b"416")

    def test_followers_that_never_read(self):
        wanted = request(self.target, self.target.stream)
        with Probe(self.target), Crowd(self.target, 200, wanted, reads=False) as crowd:
            if self.target.floods:
                crowd.run(lambda: len(crowd.clients) < 150, "many are hung up on")
            crowd.run_for(3)

    def test_askers_that_never_read(self):
        wanted = request(self.target, self.target.big)
        with Probe(self.target), Crowd(self.target, 200, wanted, wanted, reads=False) as crowd:
            crowd.run_for(3)

    def test_hasty_connections(self):
        with Probe(self.target):
            for _ in range(20):
                with Crowd(self.target, 100, request(self.target, self.target.probe)) as crowd:
                    crowd.turn()


class FrontTest(Attacks, mainstay.TestCase):
    server = hostile.FrontAlone


class GatewayTest(Attacks, mainstay.TestCase):
    server = hostile.WholeGateway


if __name__ == "__main__":
    # Each attack takes its seconds; both together are run with every change.
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    unittest.main(verbosity=2)
