"""The real gateway against real servers that are slow, refuse, reset, hang, lie or never stop."""

import os
import pathlib
import resource
import shutil
import socket
import subprocess
import tempfile
import unittest

from gateway import FAILED, PASSED, UNKNOWN, Gateway
import servers
from servers import Server

from hostile import is_sanitized
import mainstay
from mainstay import TestCase, until


def status_of(pid, name):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return next(line.split(":", 1)[1].split() for line in file if line.startswith(name + ":"))


class AnswersTest(TestCase):
    """What servers do, and what is said of it."""

    @classmethod
    def setUpClass(cls):
        cls.gateway = Gateway()

    @classmethod
    def tearDownClass(cls):
        cls.gateway.__exit__(None)

    def judge(self, act, verdict, message, path="/", **options):
        with Server(act) as server:
            outcome = self.gateway.check(server.url(path), **options)
        self.assertEqual((outcome.verdict, outcome.message), (verdict, message.format(f"127.0.0.1:{server.port}")))
        return outcome

    def test_a_good_answer_passes_and_its_times_are_told(self):
        outcome = self.judge(servers.answer(servers.OK), PASSED, "")
        self.assertEqual((outcome.status, outcome.name_lookup), (200, 0))
        self.assertTrue(0 < outcome.connect <= outcome.total < 5, outcome)

    def test_a_status_outside_of_the_ranges_fails(self):
        self.judge(servers.status(500), FAILED, "status 500 (expected 200-399)")
        self.judge(servers.status(200), FAILED, "status 200 (expected 404 or 500-599)", status=[(404, 404), (500, 599)])
        self.judge(servers.status(503), PASSED, "", status=[(404, 404), (500, 599)])

    def test_redirects_are_judged_and_not_followed(self):
        with Server(servers.answer(servers.OK)) as elsewhere:
            moved = f"HTTP/1.1 302 Found\r\nLocation: {elsewhere.url()}\r\nContent-Length: 0\r\n\r\n"
            self.assertEqual(self.judge(servers.answer(moved.encode()), PASSED, "").status, 302)
            self.assertEqual(elsewhere.ended, 0)

    def test_a_line_of_the_body_must_match(self):
        body = b'{"state": "ok"}\r\nready\r\n'
        self.judge(servers.status(200, body), PASSED, "", body="^ready$")
        self.judge(servers.status(200, body), PASSED, "", body='"state": *"ok"')
        self.judge(servers.status(200, body), FAILED, "the body does not match '^state'", body="^state")

    def test_a_chunked_body_is_read(self):
        chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nrea\r\n3\r\ndy\n\r\n0\r\n\r\n"
        self.judge(servers.answer(chunked), PASSED, "", body="^ready$")

    def test_refused(self):
        held, port = servers.closed_port()
        with held:
            outcome = self.gateway.check(f"http://127.0.0.1:{port}/")
        self.assertEqual((outcome.verdict, outcome.message), (FAILED, f"connection refused on 127.0.0.1:{port}"))

    def test_reset(self):
        self.judge(servers.reset, FAILED, "connection reset by {}")

    def test_hanging_after_accept(self):
        outcome = self.judge(servers.hang, FAILED, "no answer within 300ms", timeout=0.3)
        self.assertGreaterEqual(outcome.total, 0.3)

    def test_slow_to_the_end(self):
        outcome = self.judge(servers.slowly(servers.OK, 0.01), PASSED, "", timeout=30, body="^ok$")
        self.assertGreater(outcome.total, 0.01 * (len(servers.OK) - 1))

    def test_so_slow_that_its_time_is_over(self):
        # Something comes all the time, but neither the head nor the body ever ends. The one that has a head to say by
        # then is given more time for it.
        head = b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1000 + b"\r\n\r\n"
        self.judge(servers.slowly(head, 0.05), FAILED, "no answer within 300ms", timeout=0.3)
        body = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
        self.judge(servers.slowly(b"x" * 1000, 0.05, body), FAILED, "the answer was not complete within 2s", timeout=2)

    def test_stopping_in_the_middle(self):
        outcome = self.judge(servers.half_an_answer, FAILED, "the answer was not complete within 2s", timeout=2)
        self.assertEqual(outcome.status, 200)

    def test_no_connection_in_time(self):
        # Nobody accepts, and the queue is full: the kernel answers nothing.
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen(0)
            port = listening.getsockname()[1]
            waiting = [socket.socket() for _ in range(2)]
            for one in waiting:
                one.setblocking(False)
                one.connect_ex(("127.0.0.1", port))
            outcome = self.gateway.check(f"http://127.0.0.1:{port}/", timeout=0.3)
            for one in waiting:
                one.close()
        self.assertEqual((outcome.verdict, outcome.message), (FAILED, f"no connection to 127.0.0.1:{port} within 300ms"))

    def test_closing_early(self):
        self.judge(servers.answer(b""), FAILED, "{} closed the connection without an answer")
        self.judge(servers.answer(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), FAILED,
                   "{} closed before the answer was complete")
        self.judge(servers.answer(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nha"), FAILED,
                   "{} closed before the answer was complete")

    def test_no_http(self):
        self.judge(servers.banner, FAILED, "what {} answered is not HTTP")

    def test_headers_for_ever_are_hung_up_on(self):
        for act in (servers.headers_for_ever, servers.one_header_for_ever, servers.continue_for_ever):
            with self.subTest(act.__name__):
                outcome = self.judge(act, FAILED, "{} sent more than 64K of headers", timeout=30)
                self.assertLess(outcome.total, 25)

    def test_of_a_gigabyte_the_beginning_is_judged(self):
        self.judge(servers.a_gigabyte, PASSED, "", timeout=30)
        self.judge(servers.a_gigabyte, PASSED, "", timeout=30, body="^first line$")
        self.judge(servers.a_gigabyte, FAILED, "no line of the body's first 256K matches 'last'", timeout=30, body="last")
        peak = int(status_of(self.gateway.process.pid, "VmHWM")[0])
        if not is_sanitized(self.gateway.process.pid):
            self.assertLess(peak, 64 * 1024, "KiB in memory")

    def test_methods_and_headers_are_sent_as_declared(self):
        seen = []
        with Server(servers.recording(seen, b"HTTP/1.1 204 X\r\n\r\n")) as server:
            for method in ("GET", "HEAD", "POST", "PUT", "OPTIONS", "DELETE"):
                outcome = self.gateway.check(server.url("/a/../b?c=1"), method=method,
                                             headers={"Host": "web.example.org", "X-Empty": "", "Authorization": "Bearer x"})
                self.assertEqual(outcome.verdict, PASSED, outcome)
                head = seen.pop().decode()
                self.assertTrue(head.startswith(f"{method} /a/../b?c=1 HTTP/1.1\r\n"), head)
                for line in ("Host: web.example.org", "X-Empty:", "Authorization: Bearer x", "Connection: close"):
                    self.assertIn(f"\r\n{line}\r\n", head)
                self.assertNotIn("Content-Type", head)
                self.assertIn("User-Agent: mainstay/", head)
                self.assertEqual("Content-Length: 0\r\n" in head, method in ("POST", "PUT"), head)

    def test_every_check_has_a_connection_of_its_own(self):
        seen = []
        with Server(servers.recording(seen)) as server:
            for _ in range(3):
                self.assertEqual(self.gateway.check(server.url()).verdict, PASSED)
            self.assertEqual(len(seen), 3)

    def test_ipv6(self):
        try:
            server = Server(servers.answer(servers.OK), family=socket.AF_INET6)
        except OSError as error:
            self.skipTest(f"no IPv6 here: {error}")
        with server:
            self.assertEqual(self.gateway.check(server.url()).verdict, PASSED)
        self.assertEqual(self.gateway.check(server.url()).message, f"connection refused on [::1]:{server.port}")

    def test_localhost_needs_no_resolver(self):
        with Server(servers.answer(servers.OK)) as server:
            outcome = self.gateway.check(f"http://localhost:{server.port}/")
        self.assertEqual((outcome.verdict, outcome.name_lookup), (PASSED, 0))

    def test_a_name_that_is_none(self):
        outcome = self.gateway.check("http://no-such-name.invalid/", timeout=30)
        self.assertEqual(outcome.verdict, FAILED)
        self.assertTrue(outcome.message.startswith("cannot look up no-such-name.invalid: "), outcome)

    def test_a_thousand_names_do_not_make_a_thousand_threads(self):
        with Gateway() as gateway:
            tokens = [gateway.ask(f"http://name-{n}.invalid/", timeout=2) for n in range(1000)]
            gateway.outcome(tokens[0])
            self.assertLess(int(status_of(gateway.process.pid, "Threads")[0]), 24)
            for token in tokens[1:]:
                self.assertEqual(gateway.outcome(token).verdict, FAILED)

    def test_what_is_no_url_is_unknown(self):
        for url in ("ftp://127.0.0.1/", "http://", "http://a b/", "http://127.0.0.1:0/", "http://[127.0.0.1/", "file:///etc/passwd"):
            with self.subTest(url):
                outcome = self.gateway.check(url)
                self.assertEqual(outcome.verdict, UNKNOWN)
                self.assertIn("is not one", outcome.message)

    def test_a_slow_check_delays_no_other(self):
        with Server(servers.hang) as slow, Server(servers.answer(servers.OK)) as quick:
            waiting = [self.gateway.ask(slow.url(), timeout=60) for _ in range(200)]
            until(lambda: len(slow.connections) == 200, "all of them are connected")
            outcome = self.gateway.check(quick.url())
            self.assertEqual(outcome.verdict, PASSED)
            self.assertLess(outcome.total, 2)
            for token in waiting:
                self.gateway.cancel(token)
            until(lambda: slow.ended == 200, "what was cancelled is hung up")
            self.assertEqual(self.gateway.check(quick.url()).verdict, PASSED)
        self.assertEqual(self.gateway.outcomes, {})

    def test_a_thousand_at_once(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < 4096:
            self.skipTest("needs 4096 open files")
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4096), hard))
        with Gateway() as gateway, Server(servers.hang) as server:
            tokens = [gateway.ask(server.url(), timeout=5) for _ in range(1000)]
            messages = {gateway.outcome(token).message for token in tokens}
        self.assertEqual(messages, {"no answer within 5s"})


class NoIpv6Test(TestCase):
    """In a new network namespace there is no IPv6 address, and 127.0.0.1 is not up."""

    ALONE = ("unshare", "--net", "--")

    def test_localhost_is_judged_by_ipv4(self):
        if subprocess.run([*self.ALONE, "true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
            self.skipTest("needs root: a network without IPv6")
        with Gateway(under=self.ALONE) as gateway:
            outcome = gateway.check("http://localhost:8000/")
            self.assertEqual((outcome.verdict, outcome.message), (FAILED, "no route to localhost:8000"))
            self.assertEqual(gateway.check("http://[::1]:8000/").verdict, UNKNOWN)


class SocketTest(TestCase):
    """Over a Unix socket, and over TLS."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="mainstay-gateway-")
        self.addCleanup(shutil.rmtree, self.folder)
        os.chmod(self.folder, 0o755)

    def test_a_unix_socket(self):
        path = pathlib.Path(self.folder, "app.sock")
        seen = []
        with Gateway() as gateway:
            missing = gateway.check(f"http://unix:{path}:/health")
            self.assertEqual((missing.verdict, missing.message), (FAILED, f"no socket {path}"))
            with Server(servers.recording(seen), path=path):
                self.assertEqual(gateway.check(f"http://unix:{path}:/health?a=b").verdict, PASSED)
                self.assertEqual(gateway.check(f"http://unix:{path}").verdict, PASSED)
            refused = gateway.check(f"http://unix:{path}:/")
            self.assertEqual((refused.verdict, refused.message), (FAILED, f"connection refused on {path}"))
            long = gateway.check("http://unix:/" + "x" * 200 + ":/")
            self.assertEqual(long.verdict, UNKNOWN)
        self.assertTrue(seen[0].startswith(b"GET /health?a=b HTTP/1.1\r\nHost: localhost\r\n"), seen[0])
        self.assertTrue(seen[1].startswith(b"GET / HTTP/1.1\r\n"), seen[1])

    @unittest.skipUnless(mainstay.as_root(), "needs root: becomes another user")
    def test_a_socket_that_the_gateway_may_not_use_is_unknown(self):
        path = pathlib.Path(self.folder, "app.sock")
        with Gateway("--user=65534:65534") as gateway, Server(servers.answer(servers.OK), path=path):
            path.chmod(0o600)
            outcome = gateway.check(f"http://unix:{path}:/")
            self.assertEqual(outcome.verdict, UNKNOWN)
            self.assertIn("permission denied; the gateway is an unprivileged process", outcome.message)
            path.chmod(0o666)
            self.assertEqual(gateway.check(f"http://unix:{path}:/").verdict, PASSED)

    @unittest.skipUnless(shutil.which("openssl"), "needs openssl, which makes the certificate")
    def test_certificates(self):
        context = servers.self_signed(self.folder)
        with Gateway() as gateway, Server(servers.answer(servers.OK), context=context) as server:
            outcome = gateway.check(server.url(), timeout=30)
            self.assertEqual((outcome.verdict, outcome.message), (
                FAILED, f"certificate of 127.0.0.1:{server.port}: self-signed certificate; insecure: true accepts it"))
            self.assertEqual(gateway.check(server.url(), timeout=30, insecure=True).verdict, PASSED)
            # Having accepted it once changes nothing for others.
            self.assertEqual(gateway.check(server.url(), timeout=30).verdict, FAILED)

    def test_tls_with_somebody_who_does_not_speak_it(self):
        with Gateway() as gateway:
            with Server(servers.banner) as server:
                outcome = gateway.check(server.url(scheme="https"), timeout=30)
            self.assertEqual(outcome.verdict, FAILED)
            self.assertTrue(outcome.message.startswith(f"no TLS with 127.0.0.1:{server.port}: "), outcome)
            with Server(servers.hang) as server:
                outcome = gateway.check(server.url(scheme="https"), timeout=0.5)
            self.assertEqual(outcome.message, f"no TLS handshake with 127.0.0.1:{server.port} within 500ms")


if __name__ == "__main__":
    mainstay.main()
