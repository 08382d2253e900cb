"""Users and tokens of the page: set with ctl, kept by the controller, asked for by the gateway."""

import http.client
import json
import os
import pathlib
import pty
import re
import select
import stat
import subprocess

import mainstay
from mainstay import Supervisor, TestCase, free_port, until

PASSWORD = "correct horse"
IDLE = "services: {a: {command: sleep 1000}}\n"


class Terminal:
    """A command that a person types into."""

    def __init__(self, command):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execv(str(command[0]), [str(word) for word in command])
        self.shown = ""

    def wait_for(self, text):
        while text not in self.shown:
            ready, _, _ = select.select([self.fd], [], [], mainstay.DEADLINE)
            if not ready:
                raise AssertionError(f"{text!r} did not come; shown: {self.shown!r}")
            try:
                piece = os.read(self.fd, 4096)
            except OSError:
                piece = b""
            if not piece:
                raise AssertionError(f"{text!r} did not come before the end; shown: {self.shown!r}")
            self.shown += piece.decode()

    def type(self, text):
        os.write(self.fd, text.encode())

    def end(self):
        """The exit code, negative when it ended by a signal."""
        while True:
            try:
                piece = os.read(self.fd, 4096)
            except OSError:
                break
            if not piece:
                break
            self.shown += piece.decode()
        os.close(self.fd)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


class Keeping(TestCase):
    def test_a_password_is_kept_as_a_hash_and_only_for_the_owner(self):
        with Supervisor(IDLE) as s:
            told = s.ctl("password", "ana", input=PASSWORD + "\n", check=0).stdout
            self.assertEqual(told, "ana may log in, level admin; earlier sessions have ended\n")
            file = s.state / "access.json"
            self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
            kept = json.loads(file.read_text())
            self.assertTrue(kept["users"][0]["password"].startswith("$y$j9T$"))
            self.assertNotIn(PASSWORD, file.read_text())
            s.ctl("password", "bob", "--level", "read", input=PASSWORD, check=0)
            self.assertEqual(s.ctl("password", "--list", check=0).stdout,
                             "USER  LEVEL\nana   admin\nbob   read\n")
            # A new password keeps the level.
            s.ctl("password", "bob", input="another one\n", check=0)
            self.assertIn("bob   read", s.ctl("password", "--list", check=0).stdout)
            s.ctl("password", "bob", "--remove", check=0)
            listed = json.loads(s.ctl("password", "--list", "--json", check=0).stdout)
            self.assertEqual(listed, {"users": [{"user": "ana", "level": "admin"}]})
            self.assertEqual(s.ctl("password", "bob", "--remove", check=4).stderr,
                             "ctl: no user is called 'bob'\n")

    def test_what_is_no_password_changes_nothing(self):
        with Supervisor(IDLE) as s:
            for given, said in (("short", "a password needs 8 characters at least; this one has 5"),
                                ("", "no password was entered: the input is empty"),
                                ("\n", "a password needs 8 characters at least; this one has 0"),
                                ("x" * 600, "a password may have 500 bytes; this one is longer")):
                self.assertIn(said, s.ctl("password", "ana", input=given, check=2).stderr)
            self.assertIn("is no name of a user", s.ctl("password", "Ana", input=PASSWORD, check=2).stderr)
            self.assertIn("is no level", s.ctl("password", "ana", "--level", "root", input=PASSWORD, check=2).stderr)
            self.assertEqual(s.ctl("password", "--list", check=0).stdout,
                             "nobody has a password; ctl password USER\n")
            self.assertFalse((s.state / "access.json").exists())

    def test_a_person_is_asked_twice_and_nothing_typed_is_shown(self):
        with Supervisor(IDLE) as s:
            command = [mainstay.BIN / "ctl", "--socket", s.socket, "password", "ana"]
            person = Terminal(command)
            person.wait_for("password for ana: ")
            person.type(PASSWORD + "\n")
            person.wait_for("once more: ")
            person.type(PASSWORD + "\n")
            self.assertEqual(person.end(), 0)
            self.assertIn("ana may log in", person.shown)
            self.assertNotIn(PASSWORD, person.shown)
            before = s.call("access.get")

            # Both lines are typed ahead, as fast as the first prompt is there.
            person = Terminal(command)
            person.wait_for("password for ana: ")
            person.type(f"{PASSWORD}\n{PASSWORD}\n")
            self.assertEqual(person.end(), 0)
            self.assertNotIn(PASSWORD, person.shown)

            person = Terminal(command)
            person.wait_for("password for ana: ")
            person.type(PASSWORD + "\n")
            person.wait_for("once more: ")
            person.type("something else\n")
            self.assertEqual(person.end(), 2)
            self.assertIn("the two passwords differ; nothing was changed", person.shown)

            person = Terminal(command)
            person.wait_for("password for ana: ")
            person.type("\x03")
            self.assertNotEqual(person.end(), 0)
            self.assertEqual(s.call("access.get"), before)

    def test_a_token_is_shown_once_and_kept_as_its_digest(self):
        with Supervisor(IDLE) as s:
            made = s.ctl("token", "create", "ci", "--level", "operate", check=0)
            self.assertRegex(made.stdout, r"\Ams_[A-Za-z0-9_-]{43}\n\Z")
            self.assertEqual(made.stderr, "ctl: the token ci, level operate; it is not shown again\n")
            self.assertNotIn(made.stdout.strip(), (s.state / "access.json").read_text())
            other = json.loads(s.ctl("token", "create", "scrape", "--json", check=0).stdout)
            self.assertEqual((other["name"], other["level"]), ("scrape", "read"))
            listed = s.ctl("token", "list", check=0).stdout
            self.assertRegex(listed, r"\ATOKEN +LEVEL +CREATED\nci +operate +[0-9-]{10} [0-9:]{8}\nscrape +read +")
            self.assertIn("there is a token called 'ci'", s.ctl("token", "create", "ci", check=1).stderr)
            self.assertEqual(s.ctl("token", "revoke", "ci", check=0).stdout, "the token ci is revoked\n")
            self.assertEqual(s.ctl("token", "revoke", "ci", check=4).stderr, "ctl: no token is called 'ci'\n")
            self.assertIn("did you mean 'list'?", s.ctl("token", "lst", check=2).stderr)

    def test_they_outlive_the_controller_and_the_supervisor(self):
        with Supervisor(IDLE) as s:
            s.ctl("password", "ana", input=PASSWORD, check=0)
            s.ctl("token", "create", "ci", check=0)
            before = (s.call("access.get"), (s.state / "access.json").read_text())
            s.kill_controller()
            self.assertEqual((s.call("access.get"), (s.state / "access.json").read_text()), before)
            s.stop()
            s.start()
            self.assertEqual(s.call("access.get"), before[0])

    def test_a_damaged_file_is_kept_and_said_and_opens_nothing(self):
        with Supervisor(IDLE) as s:
            s.ctl("password", "ana", input=PASSWORD, check=0)
            s.stop()
            (s.state / "access.json").write_text("{")
            s.start()
            self.assertEqual([token["name"] for token in s.call("access.get")["tokens"]], ["access-file-unreadable"])
            self.assertEqual(len(list(s.state.glob("access.json.unreadable-*"))), 1)

    def test_every_change_is_an_event_and_no_secret_is_in_one(self):
        with Supervisor(IDLE) as s:
            s.ctl("password", "ana", input=PASSWORD, check=0)
            secret = s.ctl("token", "create", "ci", check=0).stdout.strip()
            s.ctl("token", "revoke", "ci", check=0)
            events = s.ctl("events", check=0).stdout
            for what in ("access set_user ana", "access add_token ci", "access revoke_token ci"):
                self.assertIn(what, events)
            self.assertNotIn("$y$", events)
            self.assertNotIn(secret, events)


class Browser:
    """A client of the page with a cookie."""

    def __init__(self, port):
        self.port = port
        self.cookie = None
        self.csrf = None

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=mainstay.DEADLINE)
        sent = dict(headers or {})
        if self.cookie:
            sent["Cookie"] = self.cookie
        if self.csrf and method != "GET":
            sent.setdefault("X-CSRF-Token", self.csrf)
        if body is not None:
            sent["Content-Type"] = "application/json"
        try:
            connection.request(method, path, None if body is None else json.dumps(body), sent)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        cookie = answer.getheader("Set-Cookie")
        if cookie:
            self.cookie = cookie.split(";")[0]
        return answer.status, json.loads(text) if text else None

    def log_in(self, user, password):
        status, answer = self.ask("POST", "/api/v1/session", {"user": user, "password": password})
        if status == 200:
            self.csrf = answer["csrf"]
        return status

    def reads(self, headers=None):
        return self.ask("GET", "/api/v1/services", headers=headers)[0]

    def restarts(self, headers=None):
        return self.ask("POST", "/api/v1/services/a/restart", {}, headers)[0]


class PageCase(TestCase):
    def supervisor(self):
        self.port = free_port()
        return Supervisor(IDLE + f"web: {{listen: '127.0.0.1:{self.port}'}}\n")

    def wait_for_page(self):
        def there():
            try:
                return Browser(self.port).ask("GET", "/health/live")[0] == 200
            except OSError:
                return False
        until(there, "the page")

    def becomes(self, browser, status, headers=None):
        """What ctl changes reaches the gateway a moment later."""
        until(lambda: browser.reads(headers) == status, f"reading to become {status}")


class Page(PageCase):
    def test_without_a_password_this_machine_reads_and_changes_nothing(self):
        with self.supervisor():
            self.wait_for_page()
            browser = Browser(self.port)
            self.assertEqual((browser.reads(), browser.restarts()), (200, 403))
            self.assertEqual(browser.reads({"Host": "evil.example"}), 421)
            self.assertEqual(browser.reads({"Origin": "http://evil.example"}), 403)

    def test_people_log_in_and_out_also_over_deaths_of_gateway_and_controller(self):
        with self.supervisor() as s:
            self.wait_for_page()
            s.ctl("password", "ana", input=PASSWORD, check=0)
            browser = Browser(self.port)
            self.becomes(browser, 401)
            self.assertEqual(browser.log_in("ana", "wrong password"), 401)
            self.assertEqual(browser.log_in("ana", PASSWORD), 200)
            self.assertEqual((browser.reads(), browser.restarts()), (200, 200))
            self.assertEqual(browser.restarts({"X-CSRF-Token": "0"}), 403)
            s.kill_controller()
            self.wait_for_page()
            self.becomes(browser, 200)
            forgetful = Browser(self.port)
            forgetful.cookie, forgetful.csrf = browser.cookie, browser.csrf
            self.assertEqual(browser.ask("DELETE", "/api/v1/session")[0], 200)
            self.becomes(forgetful, 401)
            until(lambda: json.loads((s.state / "access.json").read_text())["ended"], "the log-out on disk")
            s.kill_controller()
            self.wait_for_page()
            self.becomes(forgetful, 401)
            events = s.ctl("events", check=0).stdout
            self.assertIn("access logged_in, asked by user ana: done", events)
            self.assertIn("wrong password", events)

    def test_a_new_password_ends_sessions(self):
        with self.supervisor() as s:
            self.wait_for_page()
            s.ctl("password", "ana", input=PASSWORD, check=0)
            browser = Browser(self.port)
            until(lambda: browser.log_in("ana", PASSWORD) == 200, "the log-in")
            s.ctl("password", "ana", input="another password", check=0)
            self.becomes(browser, 401)
            self.assertEqual(browser.log_in("ana", PASSWORD), 401)
            self.assertEqual(browser.log_in("ana", "another password"), 200)

    def test_tokens_do_what_their_level_allows_until_they_are_revoked(self):
        with self.supervisor() as s:
            self.wait_for_page()
            reads = {"Authorization": "Bearer " + s.ctl("token", "create", "scrape", check=0).stdout.strip()}
            made = s.ctl("token", "create", "ci", "--level", "operate", check=0).stdout.strip()
            operates = {"Authorization": "Bearer " + made}
            script = Browser(self.port)
            self.becomes(script, 401)
            self.becomes(script, 200, operates)
            self.assertEqual((script.reads(reads), script.restarts(reads)), (200, 403))
            self.assertEqual(script.restarts(operates), 200)
            s.ctl("token", "revoke", "ci", check=0)
            self.becomes(script, 401, operates)

    def test_who_guesses_is_slowed_down(self):
        with self.supervisor() as s:
            self.wait_for_page()
            s.ctl("password", "ana", input=PASSWORD, check=0)
            browser = Browser(self.port)
            self.becomes(browser, 401)
            statuses = [browser.log_in("ana", f"guess number {i}") for i in range(12)]
            self.assertEqual(statuses[:5], [401] * 5)
            self.assertIn(429, statuses[5:])


class Documentation(PageCase):
    DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "web-access.md"

    def examples(self):
        """Commands of the page, in order, each with what it shows; "…" stands for anything."""
        found = []
        for block in re.findall(r"```console\n(.*?)```", self.DOCUMENT.read_text(), re.S):
            for line in block.splitlines(keepends=True):
                if line.startswith("$ "):
                    found.append([line[2:].strip(), ""])
                else:
                    found[-1][1] += line
        return found

    def test_the_examples_do_what_the_page_says(self):
        self.port = free_port()
        yaml = f"services: {{backend: {{command: sleep 1000}}}}\nweb: {{listen: '127.0.0.1:{self.port}'}}\n"
        examples = self.examples()
        self.assertGreater(len(examples), 8)
        with Supervisor(yaml) as s:
            self.wait_for_page()
            path = f"{mainstay.BIN}:{os.environ['PATH']}"
            for command, shown in examples:
                command = command.replace(":9615", f":{self.port}")
                pattern = ".*".join(re.escape(part) for part in shown.split("…"))

                def run():
                    done = subprocess.run(["sh", "-c", command], cwd=s.folder, text=True,
                                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**s.environment, "PATH": path, "MAINSTAY_SOCKET": str(s.socket)},
                                          stdin=subprocess.DEVNULL, timeout=mainstay.DEADLINE)
                    self.last = done.stdout
                    return re.fullmatch(pattern, re.sub(r" +\n", "\n", done.stdout), re.S)

                # What ctl changes reaches the gateway a moment later.
                if "curl" in command:
                    until(run, f"{command} to show {shown!r}")
                else:
                    self.assertTrue(run(), f"{command} showed {self.last!r}, not {shown!r}")


if __name__ == "__main__":
    mainstay.main()
