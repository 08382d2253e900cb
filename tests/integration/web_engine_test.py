"""The page as the controller keeps it up: gateway and controller die, the port is taken, certificates change."""

import http.client
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

import mainstay
from mainstay import Supervisor, TestCase, until

YAML = """
web: {{listen: "{listen}"{more}}}
services:
  web:
    command: [sleep, infinity]
"""


def listener(port=0):
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", port))
    server.listen(8)
    return server


def free_port():
    with listener() as server:
        return server.getsockname()[1]


def yaml_for(port, more="", host="127.0.0.1"):
    return YAML.format(listen=f"{host}:{port}", more=more)


def get(port, path, host="127.0.0.1"):
    """Status and body; None while nobody answers."""
    connection = http.client.HTTPConnection(host, port, timeout=mainstay.DEADLINE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except (ConnectionError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def gateways(s):
    keeper = s.process.pid
    children = pathlib.Path(f"/proc/{keeper}/task/{keeper}/children").read_text(encoding="utf-8").split()
    names = {int(pid): pathlib.Path(f"/proc/{pid}/comm") for pid in children if mainstay.alive(int(pid))}
    return [pid for pid, name in names.items() if name.exists() and name.read_text().strip() == "mainstay-gatewa"]


def page(s):
    return s.call("supervisor.info")["web"]


class PageTest(TestCase):
    def test_the_page_is_there_and_ctl_says_where(self):
        port = free_port()
        with Supervisor(yaml_for(port)) as s:
            self.assertEqual(page(s), {"url": f"http://127.0.0.1:{port}", "problem": None})
            self.assertEqual(until(lambda: get(port, "/health"), "the page answers")[0], 200)
            self.assertIn(f"Page: http://127.0.0.1:{port}", s.ctl("status").stdout)

    def test_without_web_there_is_none(self):
        with Supervisor("services: {a: {command: [sleep, infinity]}}") as s:
            self.assertIsNone(page(s))
            self.assertNotIn("Page", s.ctl("status").stdout)
            self.assertEqual(gateways(s), [])

    def test_localhost_is_both_loopbacks(self):
        port = free_port()
        with Supervisor(yaml_for(port, host="localhost")) as s:
            until(lambda: get(port, "/health"), "the page answers")
            if socket.has_ipv6 and pathlib.Path("/proc/net/if_inet6").exists():
                self.assertEqual(get(port, "/health", host="::1")[0], 200)

    def test_a_killed_gateway_is_back_and_nobody_was_refused(self):
        port = free_port()
        with Supervisor(yaml_for(port)) as s:
            until(lambda: get(port, "/health"), "the page answers")
            first = gateways(s)
            os.kill(first[0], signal.SIGKILL)
            with socket.create_connection(("127.0.0.1", port), mainstay.DEADLINE):
                pass  # refused: there would be an error
            until(lambda: get(port, "/health"), "the page answers again")
            self.assertNotEqual(gateways(s), first)

    def test_a_killed_controller_keeps_the_port(self):
        port = free_port()
        with Supervisor(yaml_for(port), environment=mainstay.AT_ONCE) as s:
            until(lambda: get(port, "/health"), "the page answers")
            for _ in range(3):
                before = s.call("supervisor.info")["controller_pid"]
                os.kill(before, signal.SIGKILL)
                with socket.create_connection(("127.0.0.1", port), mainstay.DEADLINE):
                    pass
                until(lambda: get(port, "/health"), "the page answers again")
                self.assertIsNone(page(s)["problem"])

    def test_a_port_that_is_taken_is_said_and_taken_when_it_is_free(self):
        with listener() as holder:
            port = holder.getsockname()[1]
            with Supervisor(yaml_for(port)) as s:
                problem = until(lambda: page(s)["problem"], "there is a problem")
                self.assertIn(f"cannot listen on 127.0.0.1:{port}: address already in use", problem.lower())
                self.assertIn(f"(pid {os.getpid()})", problem)
                self.assertIn("There is no page", s.ctl("status").stdout.replace("\n", " "))
                s.wait_state("web", "running")
                holder.close()
                until(lambda: get(port, "/health"), "the page appears")
                self.assertIsNone(page(s)["problem"])

    def test_metrics(self):
        port = free_port()
        with Supervisor(yaml_for(port)) as s:
            s.wait_state("web", "running")
            status, text = until(lambda: get(port, "/metrics"), "the page answers")
            self.assertEqual(status, 200, text)
            self.assertIn('mainstay_service_up{service="web",instance="0"} 1', text)
            promtool = shutil.which("promtool")
            if promtool is None:
                self.skipTest("promtool is not installed (Debian: prometheus)")
            done = subprocess.run([promtool, "check", "metrics"], input=text, text=True, capture_output=True)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_logs_are_counted_by_stream_and_errors_where_lines_are_read(self):
        port = free_port()
        printing = "sh -c 'echo ERROR one; echo fine; echo FATAL two >&2; exec sleep infinity'"
        yaml = yaml_for(port) + f"""
  raw: {{command: {printing}}}
  lines: {{command: {printing}, logs: {{format: json}}}}
  merged: {{command: {printing}, logs: {{format: text, merge: true}}}}
"""
        expected = {("bytes", "raw", "out"): 15, ("bytes", "raw", "err"): 10,
                    ("bytes", "lines", "out"): 15, ("bytes", "lines", "err"): 10, ("bytes", "merged", "both"): 25,
                    ("errors", "lines", "out"): 1, ("errors", "lines", "err"): 1, ("errors", "merged", "both"): 2}
        line = re.compile(r'mainstay_service_log_(bytes|errors)_total\{service="(\w+)",instance="0",stream="(\w+)"\} (\d+)')

        def counted():
            found = {match[:3]: int(match[3]) for match in line.findall((get(port, "/metrics") or ("", ""))[1])}
            return {key: value for key, value in found.items() if key[1] != "web"}

        with Supervisor(yaml) as s:
            until(lambda: counted() == expected, f"it is counted: {expected}")
            s.kill_controller()
            until(lambda: counted() == dict.fromkeys(expected, 0), "counts begin anew")

    def test_nobody_but_the_gateway_asks_for_others(self):
        with Supervisor(yaml_for(free_port())) as s, s.client() as client:
            client.socket.sendall(b'{"jsonrpc":"2.0","id":1,"method":"supervisor.ping",'
                                  b'"as":{"who":"user ana","from":"x","level":"read"}}\n')
            self.assertEqual(client.read()["error"]["data"]["code"], "invalid_request")

    def test_services_are_followed(self):
        with Supervisor(yaml_for(free_port())) as s, s.client() as client:
            items = client.stream("services.follow")
            first = next(items)
            self.assertTrue(first["snapshot"])
            self.assertEqual([one["name"] for one in first["services"]], ["web"])
            s.ctl("stop", "web", check=0)
            for item in items:
                if any(one["state"] == "stopped" for one in item["services"]):
                    return


@unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")
class TlsTest(TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mainstay-tls-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def make_pair(self, name):
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                   "-keyout", self.folder / "new.key", "-out", self.folder / "new.pem", "-days", "2", "-subj", f"/CN={name}"]
        subprocess.run(command, check=True, capture_output=True)
        for ending in ("key", "pem"):
            os.rename(self.folder / f"new.{ending}", self.folder / f"page.{ending}")

    def subject(self, port):
        done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}"], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True)
        return next((line for line in done.stdout.splitlines() if line.startswith("subject=")), "")

    def test_a_new_certificate_is_served_without_a_restart_and_a_bad_one_is_not(self):
        port = free_port()
        self.make_pair("first")
        more = f', tls: {{certificate: "{self.folder}/page.pem", key: "{self.folder}/page.key"}}'
        with Supervisor(yaml_for(port, more)) as s:
            until(lambda: "first" in self.subject(port), "the certificate is served")
            pid = gateways(s)
            self.make_pair("second")
            until(lambda: "second" in self.subject(port), "the new certificate is served")
            (self.folder / "page.key").write_text("nonsense\n", encoding="utf-8")
            until(lambda: page(s)["problem"], "the bad key is noticed")
            self.assertIn("web.tls.key", page(s)["problem"])
            self.assertIn("second", self.subject(port))
            self.assertEqual(gateways(s), pid)


if __name__ == "__main__":
    mainstay.main()
