"""The gateway as a process: what it gives up, what it does not take from its controller, when it ends."""

import os
import resource
import select
import signal
import struct
import subprocess
import tempfile
import unittest

from gateway import CANCEL, HELLO, OUTCOME, PASSED, PROGRAM, Gateway, frame, hello, request
import servers
from servers import Server

from hostile import is_sanitized
import mainstay
from mainstay import TestCase, until


def status_of(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def limits_of(pid):
    with open(f"/proc/{pid}/limits", encoding="utf-8") as file:
        return {line[:26].strip(): line[26:].split() for line in file}


class ConfinementTest(TestCase):
    def test_it_keeps_nothing_that_it_was_not_given(self):
        environment = {"http_proxy": "http://127.0.0.1:1", "SECRET": "x", "PATH": os.environ["PATH"]}
        with Gateway(environment=environment) as gateway, Server(servers.answer(servers.OK)) as server:
            # With a proxy it would be refused; and it has begun to work, so everything was given up.
            self.assertEqual(gateway.check(server.url()).verdict, PASSED)
            pid = gateway.process.pid
            self.assertEqual(status_of(pid)["NoNewPrivs"], "1")
            self.assertEqual(status_of(pid)["Threads"], "1")
            limits = limits_of(pid)
            self.assertEqual(limits["Max core file size"][:2], ["0", "0"])
            hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
            self.assertEqual(int(limits["Max open files"][0]), min(hard, 2 * 4096 + 1024 + 64))
            if mainstay.as_root():
                self.assertEqual(os.readlink(f"/proc/{pid}/cwd"), "/")

    def test_no_descriptor_of_others_stays_open(self):
        read_end, write_end = os.pipe()
        with Gateway(extra=write_end) as gateway:
            self.assertEqual(gateway.read()[0], HELLO)
            os.close(write_end)
            self.assertEqual(os.read(read_end, 1), b"", "nobody else holds the writing end")
        os.close(read_end)

    @unittest.skipUnless(mainstay.as_root(), "needs root: becomes another user")
    def test_as_root_it_becomes_somebody_else_for_good(self):
        with Gateway("--user=65534:65533") as gateway:
            self.assertEqual(gateway.read()[0], HELLO)
            status = status_of(gateway.process.pid)
        self.assertEqual(status["Uid"].split(), ["65534"] * 4)
        self.assertEqual(status["Gid"].split(), ["65533"] * 4)
        self.assertEqual(status["Groups"].split(), [])
        for kind in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            self.assertEqual(int(status[kind], 16), 0, kind)

    @unittest.skipUnless(mainstay.as_root(), "needs root: becomes another user")
    def test_others_of_its_user_cannot_look_into_it(self):
        with Gateway("--user=65534:65534") as gateway:
            self.assertEqual(gateway.read()[0], HELLO)

            def become_nobody():
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            look = subprocess.run(["cat", f"/proc/{gateway.process.pid}/environ"], preexec_fn=become_nobody,
                                  capture_output=True, text=True, check=False)
        self.assertIn("Permission denied", look.stderr)


class EndTest(TestCase):
    def ends_with(self, gateway, code, words):
        self.assertEqual(gateway.process.wait(mainstay.DEADLINE), code)
        self.assertIn(words, gateway.process.stderr.read())
        gateway.process.stderr.close()
        gateway.socket.close()

    def test_it_ends_when_its_controller_is_gone_whatever_is_under_way(self):
        with Server(servers.hang) as server:
            gateway = Gateway()
            gateway.ask(server.url(), timeout=60)
            gateway.ask("http://name.invalid/", timeout=60)
            until(lambda: server.connections, "it is connected")
            gateway.socket.close()
            self.ends_with(gateway, 0, "")
            until(lambda: server.ended == 1, "the server is hung up on")

    def test_it_is_not_started_by_hand(self):
        with tempfile.TemporaryFile() as nothing:
            done = subprocess.run([PROGRAM], stdin=nothing, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("is started by the supervisor, not by hand", done.stderr)
        done = subprocess.run([PROGRAM, "--verbose"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("unknown argument --verbose", done.stderr)

    def test_a_user_that_cannot_be_taken_ends_it(self):
        self.ends_with(Gateway("--user=0:0", greet=False), 1, "--user wants UID:GID, none of them 0")
        self.ends_with(Gateway("--user=nobody", greet=False), 1, "--user wants UID:GID")
        if not mainstay.as_root():
            self.ends_with(Gateway("--user=65534:65534", greet=False), 1, "cannot give up its groups")

    def test_it_hangs_up_on_a_controller_that_breaks_the_protocol(self):
        good = request(1, "http://127.0.0.1:1/")
        broken = {
            "another version": (hello(3), "speaks version 3 of the protocol, this gateway 2"),
            "no hello": (good, "did not say hello"),
            "an answer": (hello() + frame(struct.pack("<BQBIIqqq", OUTCOME, 1, 0, 0, 200, 0, 0, 0)), "sent an answer"),
            "an unknown kind": (hello() + frame(b"\x63"), "a message of an unknown kind"),
            "an empty frame": (hello() + frame(b""), "a length that is not allowed"),
            "a frame that is too long": (hello() + struct.pack("<I", 0xffffffff), "a length that is not allowed"),
            "a request that is cut": (hello() + frame(good[4:-3]), "a bad message (HTTP request)"),
            "a request with more": (hello() + frame(good[4:] + b"x"), "a bad message (HTTP request)"),
            "no method": (hello() + request(1, "http://a/", method=""), "a bad message (HTTP request)"),
            "a smuggled header": (hello() + request(1, "http://a/", headers={"A": "b\r\nC: d"}), "a bad message"),
            "no time": (hello() + request(1, "http://a/", timeout=0), "a bad message (HTTP request)"),
            "a cancel that is cut": (hello() + frame(struct.pack("<BI", CANCEL, 1)), "a bad message (cancel)"),
        }
        for name, (data, words) in broken.items():
            with self.subTest(name):
                gateway = Gateway(greet=False)
                gateway.send(data)
                self.ends_with(gateway, 1, words)

    def test_a_controller_that_does_not_read_is_not_listened_to(self):
        held, port = servers.closed_port()
        with held, Gateway() as gateway:
            sent = token = 0
            # It takes requests as long as it can answer, and no longer.
            while select.select([], [gateway.socket], [], 2)[1]:
                token += 1
                sent += gateway.socket.send(request(token, f"http://127.0.0.1:{port}/"))
                self.assertLess(sent, 64 << 20)
            peak = int(status_of(gateway.process.pid)["VmRSS"].split()[0])
            if not is_sanitized(gateway.process.pid):
                self.assertLess(peak, 64 * 1024, "KiB in memory")
            # What it has taken it answers, once it is read.
            self.assertEqual(gateway.read()[0], HELLO)
            self.assertEqual(gateway.read()[0], OUTCOME)

    def test_a_stopped_one_goes_on_where_it_was(self):
        with Gateway() as gateway, Server(servers.answer(servers.OK)) as server:
            self.assertEqual(gateway.check(server.url()).verdict, PASSED)
            gateway.process.send_signal(signal.SIGSTOP)
            token = gateway.ask(server.url())
            gateway.process.send_signal(signal.SIGCONT)
            self.assertEqual(gateway.outcome(token).verdict, PASSED)


if __name__ == "__main__":
    mainstay.main()
