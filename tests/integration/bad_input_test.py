"""Bad input gets a clear error and disturbs nothing that runs."""

import json
import os
import pwd
import socket
import subprocess
import unittest

import mainstay
from mainstay import Supervisor, TestCase


class Files(TestCase):
    """What `ctl check` and `supervisor --check` say of a bad file."""

    def check(self, yaml, words, files=None, prepare=None):
        s = Supervisor(yaml, files, start=False)
        try:
            if prepare:
                prepare(s)
            for command in ([mainstay.BIN / "ctl", "check", s.config], [*s.command(), "--check"]):
                done = subprocess.run([str(word) for word in command], cwd=s.folder, capture_output=True, text=True,
                                      timeout=mainstay.DEADLINE, check=False)
                said = done.stdout + done.stderr
                self.assertEqual(done.returncode, 2, said)
                for word in words:
                    self.assertIn(word, said)
        finally:
            s.close()

    def test_broken_yaml(self):
        self.check("services: {a: [", ["ecosystem.yaml:1:", "error"])

    def test_a_100_mb_file_is_refused_unread(self):
        self.check("", ["it has 100 MB", "may have 1 MB"], prepare=lambda s: os.truncate(s.config, 100 << 20))

    def test_cyclic_includes(self):
        self.check("include: [b.yaml]", ["b.yaml:1:", "include each other in a circle"],
                   {"b.yaml": "include: [ecosystem.yaml]"})

    def test_unknown_user(self):
        self.check("services: {a: {command: 'true', user: no-such-user-here}}", ["no-such-user-here"])

    def test_unreadable_env_file(self):
        self.check("services: {a: {command: 'true', env_file: [missing.env]}}", ["missing.env"])

    def test_a_name_with_a_slash(self):
        self.check("services: {'../evil': {command: 'true'}}", ["../evil"])

    def test_dependency_cycle(self):
        self.check("services: {a: {command: 'true', depends_on: [b]}, b: {command: 'true', depends_on: [a]}}", ["in a circle: a -> b -> a"])

    def test_all_errors_are_told_at_once(self):
        self.check("services:\n  a: {comand: x}\n  b: {command: 'true', stop: {timeout: 5}}\n  b: {command: 'true'}\n",
                   [":2:", ":3:", ":4:", "did you mean 'command'?", "5s"])

    @unittest.skipUnless(mainstay.as_root(), "only root refuses files that others may write")
    def test_root_refuses_a_file_that_others_may_write(self):
        self.check("services: {a: {command: 'true'}}", ["can be written by group or others", "chmod go-w"], prepare=lambda s: s.config.chmod(0o666))

    @unittest.skipUnless(mainstay.as_root(), "only root refuses files of others")
    def test_root_refuses_a_file_of_another_user(self):
        nobody = pwd.getpwnam("nobody").pw_uid
        self.check("services: {a: {command: 'true'}}", ["owned"], prepare=lambda s: os.chown(s.config, nobody, -1))

    def test_a_good_file_passes_and_names_what_is_not_active_yet(self):
        s = Supervisor("services: {a: {command: 'true', watch: {paths: [src]}}}", start=False)
        try:
            done = s.ctl("check", s.config, check=0)
            self.assertIn("watch", done.stdout + done.stderr)
            self.assertIn("not yet active", done.stdout + done.stderr)
        finally:
            s.close()


class Clients(TestCase):
    """What a client of the control socket can do wrong."""

    def setUp(self):
        self.supervisor = Supervisor("services: {a: {command: sleep 1000}}")
        self.addCleanup(lambda: self.assertEqual(self.supervisor.close(), []))
        self.pid = self.supervisor.wait_state("a", "running")["pid"]

    def raw(self):
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        client.connect(str(self.supervisor.socket))  # blocking: with a time limit a full backlog is an error
        client.settimeout(mainstay.DEADLINE)
        self.addCleanup(client.close)
        return client

    def undisturbed(self):
        service = self.supervisor.service("a")
        self.assertEqual((service["state"], service["pid"]), ("running", self.pid))

    def answer(self, message):
        client = self.raw()
        client.sendall(message)
        return json.loads(client.makefile("rb").readline())

    def test_garbage(self):
        self.assertEqual(self.answer(b"\x00\xff\x1b[garbage\n")["error"]["code"], -32700)
        self.assertEqual(self.answer(b"[1,2]\n")["error"]["code"], -32600)
        self.assertEqual(self.answer(b'{"jsonrpc":"2.0","id":1,"method":"services.lst"}\n')["error"]["code"], -32601)
        wrong = self.answer(b'{"jsonrpc":"2.0","id":1,"method":"services.stop","params":{"targets":7}}\n')
        self.assertEqual(wrong["error"]["code"], -32602)
        self.undisturbed()

    def test_half_a_line_is_cut_off_and_others_are_served_meanwhile(self):
        half = self.raw()
        half.sendall(b'{"jsonrpc":')
        self.undisturbed()
        self.assertIsNotNone(half.recv(65536))  # an error or the end, after the line time
        self.undisturbed()

    def test_10_mb_without_a_newline(self):
        client = self.raw()
        try:
            client.sendall(b"x" * (10 << 20))
        except (BrokenPipeError, ConnectionResetError):
            pass
        self.undisturbed()

    def test_a_client_that_never_reads_is_cut_off(self):
        client = self.raw()
        client.settimeout(0.2)
        request = b'{"jsonrpc":"2.0","id":1,"method":"services.list"}\n'
        cut = False
        for _ in range(200_000):
            try:
                client.send(request)
            except socket.timeout:
                break  # it takes no more from us: just as good
            except (BrokenPipeError, ConnectionResetError):
                cut = True
                break
        self.undisturbed()
        self.assertLess(self.supervisor.call("supervisor.info")["memory_bytes"], 64 << 20, f"cut off: {cut}")

    def test_idle_clients_cannot_keep_the_others_out(self):
        idle = [self.raw() for _ in range(200)]
        self.undisturbed()
        self.assertTrue(any(b"error" in client.recv(65536) for client in idle[:1]))

    def test_busy_clients_keep_their_places_and_one_too_many_is_told(self):
        for _ in range(64):
            client = self.raw()
            client.sendall(b'{"jsonrpc":"2.0","id":1,"method":"events.follow","params":{"from":1}}\n')
            client.recv(1)
        self.assertIn(b"error", self.raw().recv(65536))

    @unittest.skipUnless(mainstay.as_root(), "needs root to become another user")
    def test_another_user_is_refused(self):
        code = ("import socket,sys,os\nos.setuid(65534)\ns=socket.socket(socket.AF_UNIX)\n"
                "try: s.connect(sys.argv[1]); print('in')\nexcept PermissionError: print('refused')\n")
        done = subprocess.run(["python3", "-c", code, str(self.supervisor.socket)], capture_output=True, text=True, check=True)
        self.assertEqual(done.stdout.strip(), "refused")

    def test_ctl_says_no_such_target_with_a_suggestion(self):
        done = self.supervisor.ctl("restart", "aa", check=4)
        self.assertIn("no service named 'aa'", done.stderr)
        self.undisturbed()

    def test_ctl_without_a_supervisor_exits_with_5(self):
        done = self.supervisor.ctl("--socket", self.supervisor.folder / "nowhere.sock", "status", check=5)
        self.assertIn("nowhere.sock", done.stderr)


class Runtime(TestCase):
    @unittest.skipUnless(mainstay.as_root(), "needs root to become another user")
    def test_a_service_runs_as_its_user_with_its_groups_and_home(self):
        yaml = "services: {a: {command: 'sh -c \"id -un; id -Gn; echo $$HOME; echo x > /dev/stdout\"', user: nobody, restart: {policy: never}}}"
        with Supervisor(yaml, start=False) as s:
            s.folder.chmod(0o755)
            s.start()
            s.wait_state("a", "exited")
            groups = subprocess.run(["id", "-Gn", "nobody"], capture_output=True, text=True, check=True).stdout.strip()
            home = pwd.getpwnam("nobody").pw_dir
            self.assertEqual(s.log("a.out.log").decode().splitlines(), ["nobody", groups, home, "x"])

    @unittest.skipIf(mainstay.as_root(), "root may become anyone")
    def test_a_plain_user_cannot_run_services_as_somebody_else(self):
        with Supervisor("services: {a: {command: 'true', user: root, restart: {max_restarts: 0}}}") as s:
            failed = s.wait_state("a", "failed")
            self.assertIn("root", failed["reason"])


if __name__ == "__main__":
    mainstay.main()
