#!/usr/bin/env python3
"""Under a service manager that wants to hear from us: sd_notify and its heartbeat."""

import array
import json
import os
import signal
import socket
import tempfile
import time
import unittest

from mainstay import DEADLINE, Supervisor, kill, until

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
        self.stored = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        self.folder.cleanup()
        for fd in self.stored.values():
            os.close(fd)

    def environment(self, watchdog=None):
        out = {"NOTIFY_SOCKET": self.name}
        if watchdog is not None:
            out["WATCHDOG_USEC"] = str(int(watchdog * 1_000_000))
        return out

    def read(self, seconds=DEADLINE):
        """The next message as its lines by name, or None when there is none in time."""
        self.socket.settimeout(seconds)
        try:
            message, ancillary, _, _ = self.socket.recvmsg(4096, 1024)
        except TimeoutError:
            return None
        said = dict(line.split("=", 1) for line in message.decode().splitlines())
        self.keep(said, ancillary)
        return said

    def keep(self, said, ancillary):
        """Its store for descriptors: the latest of each name, and how many were stored at once."""
        fds = array.array("i")
        for level, kind, data in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                fds.frombytes(data)
        name = said.get("FDNAME")
        if "FDSTOREREMOVE" in said and name in self.stored:
            os.close(self.stored.pop(name))
        if "FDSTORE" in said:
            assert len(fds) == 1 and name not in self.stored, said
            self.stored[name] = fds.pop()
        for fd in fds:
            os.close(fd)

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


def names(supervisor):
    """Of the services; none while one controller follows another."""
    told = supervisor.ctl("status", "--json").stdout
    return [service["name"] for service in json.loads(told)["services"]] if told else []


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

    def test_a_reload_applies_the_file_and_says_what_came_of_it(self):
        with Manager() as manager, Supervisor(YAML, environment=manager.environment()) as supervisor:
            manager.wait("READY")
            pid = supervisor.wait_state("a", "running")["pid"]
            for text, expected in ((YAML, "is what runs"), (YAML + "  b: {command: sleep 1000}\n", "added: 1, changed: 0"),
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

    def test_reloads_in_a_row_leave_the_last_file_in_force(self):
        with Manager() as manager, Supervisor(YAML, environment=manager.environment()) as supervisor:
            manager.wait("READY")
            pid = supervisor.wait_state("a", "running")["pid"]
            for number in range(20):
                supervisor.write(YAML + f"  b{number}: {{command: sleep 1000}}\n")
                os.kill(pid_of(supervisor), signal.SIGHUP)
            until(lambda: names(supervisor) == ["a", "b19"], "the last file is in force")
            supervisor.wait_state("b19", "running")
            self.assertEqual(supervisor.service("a")["pid"], pid)

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

    def start_anew(self, supervisor, manager):
        """As systemd does it after a crash: with what is in its store."""
        manager.drain()
        names = sorted(manager.stored)
        # The first numbers, which are those of the store, are then no others' here.
        taken = [os.open("/dev/null", os.O_RDWR) for _ in range(8)]
        copies = [os.dup(manager.stored[name]) for name in names]
        supervisor.environment.update({"LISTEN_FDS": str(len(names)), "LISTEN_FDNAMES": ":".join(names)})
        plain = supervisor.command()
        # The numbers are 3 and so on, and the pid is its own.
        moves = " ".join(f"{3 + number}<&{fd}" for number, fd in enumerate(copies))
        words = ["bash", "-c", f'export LISTEN_PID=$$; exec "$@" {moves}', "bash", *plain]
        supervisor.start(words, copies)
        for fd in (*taken, *copies):
            os.close(fd)

    def crash(self, supervisor):
        """All of it at once, services included, as systemd ends a unit whose process has died."""
        pids = [pid_of(supervisor), supervisor.controller_pid()]
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in pids:
                os.kill(pid, number)
        supervisor.process.wait()
        kill(supervisor.survivors())
        until(lambda: not supervisor.survivors(), "all is gone")

    def test_what_is_in_force_survives_a_crash_and_a_file_with_errors(self):
        with Manager() as manager, Supervisor(YAML, environment=manager.environment()) as supervisor:
            manager.wait("READY")
            supervisor.wait_state("a", "running")
            supervisor.call("services.stop", targets=["a"])
            supervisor.wait_state("a", "stopped")
            self.crash(supervisor)
            # As if there had been no time to write it.
            (supervisor.state / "run.state").unlink(missing_ok=True)
            supervisor.write("services: {a: {comand: x}}")
            self.start_anew(supervisor, manager)
            self.assertEqual(supervisor.service("a")["state"], "stopped")
            self.assertIn("going on with what was in force before", supervisor.stderr())
            self.assertIn("unknown key 'comand'", supervisor.stderr())

    def test_a_sound_file_is_used_after_a_crash(self):
        with Manager() as manager, Supervisor(YAML, environment=manager.environment()) as supervisor:
            manager.wait("READY")
            self.crash(supervisor)
            supervisor.write(YAML + "  b: {command: sleep 1000}\n")
            self.start_anew(supervisor, manager)
            supervisor.wait_state("a", "running")
            supervisor.wait_state("b", "running")

    def test_an_orderly_end_leaves_nothing_with_the_manager(self):
        with Manager() as manager, Supervisor(YAML, environment=manager.environment()) as supervisor:
            manager.wait("READY")
            manager.drain()
            self.assertEqual(sorted(manager.stored), ["config", "state"])
            os.kill(pid_of(supervisor), signal.SIGTERM)
            supervisor.process.wait(DEADLINE)
            manager.drain()
            self.assertEqual(manager.stored, {})

    def test_a_manager_that_keeps_nothing_is_given_nothing(self):
        with Manager() as manager, Supervisor(YAML, environment={**manager.environment(), "FDSTORE": "0"}):
            manager.wait("READY")
            manager.drain()
            self.assertEqual(manager.stored, {})

    def test_nonsense_in_its_store_harms_nobody(self):
        with Manager() as manager, Supervisor(YAML, environment=manager.environment()) as supervisor:
            manager.wait("READY")
            self.crash(supervisor)
            manager.drain()
            for fd in manager.stored.values():
                os.close(fd)
            manager.stored = {name: os.open("/dev/null", os.O_RDWR) for name in ("config", "other", "state")}
            self.start_anew(supervisor, manager)
            supervisor.wait_state("a", "running")

    def test_a_socket_that_is_gone_or_nonsense_harms_nobody(self):
        for name in ("/nowhere/at/all", "relative", "@", "/" + 200 * "x", "vsock:2:9", ""):
            with self.subTest(name=name), Supervisor(YAML, environment={"NOTIFY_SOCKET": name}) as supervisor:
                supervisor.wait_state("a", "running")


if __name__ == "__main__":
    unittest.main()
