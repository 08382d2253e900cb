#!/usr/bin/env python3
"""Under a service manager that wants to hear from us: sd_notify and its heartbeat."""

import os
import signal
import socket
import tempfile
import time
import unittest

from mainstay import DEADLINE, Supervisor, until

YAML = """
services:
  a: {command: sh -c 'env > environment; exec sleep 1000'}
"""
# Long enough for a loaded machine, short enough to be missed in a test.
WATCHDOG_SECONDS = 2


class Manager:
    """What systemd is to us: a socket for datagrams."""

    def __init__(self, abstract=False):
        self.folder = tempfile.TemporaryDirectory(prefix="mainstay-test-")
        self.name = f"@{self.folder.name}" if abstract else f"{self.folder.name}/notify"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.socket.bind(self.name.replace("@", "\0", 1))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        self.folder.cleanup()

    def environment(self, watchdog=None):
        out = {"NOTIFY_SOCKET": self.name}
        if watchdog is not None:
            out["WATCHDOG_USEC"] = str(int(watchdog * 1_000_000))
        return out

    def read(self, seconds=DEADLINE):
        """The next message as its lines by name, or None when there is none in time."""
        self.socket.settimeout(seconds)
        try:
            message, _, _, _ = self.socket.recvmsg(4096, 1024)
        except TimeoutError:
            return None
        return dict(line.split("=", 1) for line in message.decode().splitlines())

    def wait(self, name):
        """The next message that says `name`."""
        while True:
            message = self.read()
            if message is None:
                raise AssertionError(f"no {name} in time")
            if name in message:
                return message

    def drain(self):
        while self.read(0.001) is not None:
            pass


def pid_of(supervisor):
    return supervisor.process.pid


class ServiceManagerTest(unittest.TestCase):
    def test_it_is_told_when_we_serve_and_when_we_stop(self):
        for abstract in (False, True):
            with self.subTest(abstract=abstract), Manager(abstract) as manager:
                with Supervisor(YAML, environment=manager.environment()) as supervisor:
                    ready = manager.wait("READY")
                    self.assertEqual((ready["READY"], ready["MAINPID"]), ("1", str(pid_of(supervisor))))
                    self.assertTrue(ready["STATUS"])
                    os.kill(pid_of(supervisor), signal.SIGTERM)
                    stopping = manager.wait("STOPPING")
                    self.assertGreater(int(stopping["EXTEND_TIMEOUT_USEC"]), 10_000_000)

    def test_services_hear_nothing_of_it(self):
        variables = {"WATCHDOG_PID": "1", "LISTEN_FDS": "1", "LISTEN_PID": "1"}
        with Manager() as manager:
            with Supervisor(YAML, environment={**manager.environment(30), **variables}) as supervisor:
                supervisor.wait_state("a", "running")
                path = supervisor.folder / "environment"
                until(lambda: path.exists() and "INSTANCE=" in path.read_text(), "the service has written")
                for word in ("NOTIFY_SOCKET", "WATCHDOG", "LISTEN_", manager.name):
                    self.assertNotIn(word, path.read_text())

    def test_a_reload_looks_at_the_file_and_says_what_it_finds(self):
        with Manager() as manager, Supervisor(YAML, environment=manager.environment()) as supervisor:
            manager.wait("READY")
            pid = supervisor.wait_state("a", "running")["pid"]
            for text, expected in ((YAML, "is what runs"), (YAML + "  b: {command: sleep 1}\n", "restart the supervisor"),
                                   ("services: {a: {comand: x}}", "what runs goes on")):
                supervisor.write(text)
                os.kill(pid_of(supervisor), signal.SIGHUP)
                self.assertEqual(manager.wait("RELOADING")["RELOADING"], "1")
                found = manager.wait("READY")["STATUS"]
                self.assertIn(expected, found)
                self.assertIn("asked to reload: " + found, supervisor.stderr())
            self.assertEqual(supervisor.service("a")["pid"], pid)

    def test_reloads_in_a_row_end_with_the_last_file(self):
        with Manager() as manager, Supervisor(YAML, environment=manager.environment()) as supervisor:
            manager.wait("READY")
            for _ in range(50):
                os.kill(pid_of(supervisor), signal.SIGHUP)
            supervisor.write("services: {a: {comand: x}}")
            os.kill(pid_of(supervisor), signal.SIGHUP)
            until(lambda: "what runs goes on" in (manager.read() or {}).get("STATUS", ""), "the last file is told of")

    def test_the_heartbeat_goes_on_while_controllers_are_killed(self):
        with Manager() as manager:
            with Supervisor(YAML, environment=manager.environment(WATCHDOG_SECONDS)) as supervisor:
                manager.wait("READY")
                supervisor.kill_controller()
                self.assertEqual(manager.wait("READY")["MAINPID"], str(pid_of(supervisor)))
                for _ in range(3):
                    manager.wait("WATCHDOG")

    def test_the_heartbeat_stops_while_the_controller_hangs_and_comes_back_with_the_next(self):
        with Manager() as manager:
            with Supervisor(YAML, environment=manager.environment(WATCHDOG_SECONDS)) as supervisor:
                manager.wait("WATCHDOG")
                pid = supervisor.wait_state("a", "running")["pid"]
                os.kill(supervisor.controller_pid(), signal.SIGSTOP)
                began = time.monotonic()
                until(lambda: manager.read(1.5 * WATCHDOG_SECONDS) is None, "silence")
                manager.wait("WATCHDOG")
                self.assertGreater(time.monotonic() - began, 5)
                self.assertEqual(supervisor.service("a")["pid"], pid)

    def test_the_heartbeat_stops_with_the_keeper(self):
        with Manager() as manager:
            with Supervisor(YAML, environment=manager.environment(WATCHDOG_SECONDS)) as supervisor:
                manager.wait("WATCHDOG")
                os.kill(pid_of(supervisor), signal.SIGSTOP)
                manager.drain()
                self.assertIsNone(manager.read(2 * WATCHDOG_SECONDS))
                os.kill(pid_of(supervisor), signal.SIGCONT)
                manager.wait("WATCHDOG")

    def test_a_watchdog_for_another_process_is_none_for_us(self):
        environment = {"WATCHDOG_PID": "1"}
        with Manager() as manager:
            with Supervisor(YAML, environment={**manager.environment(0.2), **environment}):
                manager.wait("READY")
                self.assertIsNone(manager.read(1))

    def test_the_controller_that_takes_the_place_of_a_killed_keeper_says_so(self):
        with Manager() as manager:
            with Supervisor(YAML, environment=manager.environment(WATCHDOG_SECONDS)) as supervisor:
                manager.wait("READY")
                pid = supervisor.wait_state("a", "running")["pid"]
                supervisor.kill_keeper()
                self.assertEqual(manager.wait("READY")["MAINPID"], str(supervisor.successor))
                manager.wait("WATCHDOG")
                self.assertEqual(supervisor.service("a")["pid"], pid)

    def test_a_socket_that_is_gone_or_nonsense_harms_nobody(self):
        for name in ("/nowhere/at/all", "relative", "@", "/" + 200 * "x", "vsock:2:9", ""):
            with self.subTest(name=name), Supervisor(YAML, environment={"NOTIFY_SOCKET": name}) as supervisor:
                supervisor.wait_state("a", "running")


if __name__ == "__main__":
    unittest.main()
