"""The API over HTTP, with everything real behind it."""
import concurrent.futures
import http.client
import json
import pathlib
import re
import subprocess
import unittest

from mainstay import DEADLINE, Supervisor, TestCase, free_port, main, until

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs" / "api.md"
YAML = """
web: {{listen: "127.0.0.1:{port}"}}
services:
  backend: {{command: ["sh", "-c", "while :; do echo '<b>tick</b>'; sleep 0.2; done"]}}
  broken: {{command: ["sh", "-c", "exit 3"], restart: {{policy: never}}}}
"""

# Prints its numbers without an end, some of them while others begin to follow.
COUNTING = """
web: {{listen: "127.0.0.1:{port}"}}
services:
  counter: {{command: ["sh", "-c", "n=0; while :; do echo $((n += 1)); sleep 0.05; done"]}}
"""
# The same as fast as a clock that tells milliseconds gives several the same time, over many archives.
HURRYING = """
web: {{listen: "127.0.0.1:{port}"}}
services:
  counter:
    command: ["python3", "-uc", "import time\\nn = 0\\nwhile True: n += 1; print(str(n).zfill(60)); time.sleep(0.001)"]
    logs: {{rotate: {{size: 4K, keep: 1000}}}}
"""
FOLLOW = "/api/v1/services/counter/logs?follow=true&lines=10000"
FOLLOWERS = 200


class Web:
    def __init__(self, port):
        self.port = port

    def ask(self, target, method="GET", body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        try:
            headers = {name.replace("_", "-"): value for name, value in headers.items()}
            if body is not None:
                headers.setdefault("Content-Type", "application/json")
                body = json.dumps(body)
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    def json(self, target, status=200, **options):
        response, body = self.ask(target, **options)
        if response.status != status:
            raise AssertionError(f"{target}: {response.status}, not {status}: {body[:500]!r}")
        return json.loads(body)


class Stream:
    """Frames of server-sent events, each a dictionary."""

    def __init__(self, port, target, last_id=None, headers=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
        headers = dict(headers or {}, **({"Last-Event-ID": last_id} if last_id else {}))
        self.connection.request("GET", target, headers=headers)
        self.response = self.connection.getresponse()
        if self.response.status != 200:
            raise AssertionError(f"{target}: {self.response.status}: {self.response.read()[:500]!r}")

    def frame(self):
        """The next one with data; None at the end."""
        found = {}
        while True:
            line = self.response.readline().decode()
            if not line:
                return None
            line = line.rstrip("\n")
            if not line and "data" in found:
                found["data"] = json.loads(found["data"])
                return found
            name, colon, value = line.partition(": ")
            if colon and name:
                found[name] = value

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()


def numbers_until(stream, last):
    """The numbers that a follower of `counter` gets until it gets `last`."""
    numbers = []
    while not numbers or numbers[-1] < last:
        numbers += [int(line["text"]) for line in stream.frame()["data"]["lines"]]
    return numbers[:numbers.index(last) + 1] if last in numbers else numbers


def matches(schema, value, schemas, where="$"):
    """What of `value` does not fit the schema; the part of JSON Schema that openapi.json uses."""
    if "$ref" in schema:
        return matches(schemas[schema["$ref"].rsplit("/", 1)[1]], value, schemas, where)
    if "oneOf" in schema:
        problems = [matches(each, value, schemas, where) for each in schema["oneOf"]]
        return [] if any(not each for each in problems) else problems[-1]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{where}: {value!r} is none of {schema['enum']}"]
    kinds = {"string": str, "boolean": bool, "object": dict, "array": list, "null": type(None)}
    wanted = schema.get("type", [])
    wanted = [wanted] if isinstance(wanted, str) else wanted

    def is_kind(kind):
        number = not isinstance(value, bool) and isinstance(value, (int, float))
        if kind == "integer":
            return number and int(value) == value
        return number if kind == "number" else isinstance(value, kinds[kind])

    if wanted and not any(is_kind(kind) for kind in wanted):
        return [f"{where}: {value!r} is not {wanted}"]
    problems = []
    if isinstance(value, dict):
        problems += [f"{where}: {name} is missing" for name in schema.get("required", []) if name not in value]
        for name, each in schema.get("properties", {}).items():
            if name in value:
                problems += matches(each, value[name], schemas, f"{where}.{name}")
    if isinstance(value, list) and "items" in schema:
        for i, each in enumerate(value):
            problems += matches(schema["items"], each, schemas, f"{where}[{i}]")
    return problems


class WebApi(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.port = free_port()
        cls.supervisor = Supervisor(YAML.format(port=cls.port))
        cls.web = Web(cls.port)
        cls.supervisor.wait_state("backend", "running")
        cls.supervisor.wait_state("broken", "failed", "exited")

        def answers():
            try:
                return cls.web.ask("/health/live")[0].status == 200
            except OSError:
                return False
        until(answers, "the page is served")

    @classmethod
    def tearDownClass(cls):
        cls.supervisor.close()

    def test_answers_are_what_is_described(self):
        described = self.web.json("/api/v1/openapi.json")
        schemas = described["components"]["schemas"]
        skipped = {"/api/v1/audit", "/api/v1/audit/verify"}  # admin
        for path, methods in described["paths"].items():
            content = methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
            schema = content.get("application/json", {}).get("schema", {})
            if path in skipped or "$ref" not in schema:
                continue
            target = path.replace("{name}", "backend").replace("{targets}", "backend")
            if path.endswith("/history"):
                target += "?kind=host"
            with self.subTest(target):
                response, body = self.web.ask(target)
                self.assertIn(response.status, (200, 503) if "health" in path else (200,), body[:300])
                self.assertEqual(matches(schema, json.loads(body), schemas), [])

    def test_errors_are_of_the_described_form(self):
        for target, status, code in [("/api/v1/services/bakend", 404, "no_such_service"),
                                     ("/api/v1/services/all/logs?lines=x", 400, "invalid_params"),
                                     ("/api/v1/nothing", 404, "no_such_route"),
                                     ("/assets/nothing", 404, "no_such_file")]:
            with self.subTest(target):
                error = self.web.json(target, status)["error"]
                self.assertEqual(error["code"], code)
                self.assertTrue(error["message"])

    def test_without_users_this_machine_may_read_and_no_more(self):
        self.assertEqual(self.web.json("/api/v1/session")["level"], "read")
        for verb in ("restart", "stop", "signal"):
            error = self.web.json(f"/api/v1/services/backend/{verb}", 403, method="POST")["error"]
            self.assertEqual(error["code"], "denied")
        self.assertEqual(self.web.json("/api/v1/audit", 403)["error"]["code"], "denied")
        self.assertEqual(self.web.ask("/api/v1/services", Host="evil.example")[0].status, 421)

    def test_head_and_methods(self):
        response, body = self.web.ask("/api/v1/supervisor", method="HEAD")
        self.assertEqual((response.status, body), (200, b""))
        self.assertGreater(int(response.getheader("Content-Length")), 10)
        response, _ = self.web.ask("/api/v1/services", method="DELETE")
        self.assertEqual((response.status, response.getheader("Allow")), (405, "GET, HEAD"))

    def test_changes_show_up_in_the_live_stream(self):
        with Stream(self.port, "/api/v1/live") as stream:
            first = stream.frame()
            self.assertTrue(first["data"]["snapshot"])
            self.assertEqual({each["name"] for each in first["data"]["services"]}, {"backend", "broken"})
            before = next(each for each in first["data"]["services"] if each["name"] == "backend")
            self.supervisor.ctl("restart", "backend", check=0)
            kinds = set()
            new_pid = None
            while not {"service_started", "action"} <= kinds or new_pid in (None, before["pid"]):
                frame = stream.frame()
                if frame["event"] == "event":
                    kinds.add(frame["data"]["kind"])
                    self.assertEqual(frame["id"], str(frame["data"]["id"]))
                else:
                    for each in frame["data"]["services"]:
                        new_pid = each["pid"] if each["name"] == "backend" else new_pid

    def test_events_go_on_after_the_last_one(self):
        listed = self.web.json("/api/v1/events?limit=1000")
        numbers = [event["id"] for event in listed["events"]]
        with Stream(self.port, "/api/v1/events?follow=true", str(numbers[0])) as stream:
            self.assertEqual([int(stream.frame()["id"]) for _ in numbers[1:]], numbers[1:])

    def test_a_log_goes_on_where_it_was(self):
        target = "/api/v1/services/counter/logs?follow=true&lines=5"
        port = free_port()
        counter = "n=0; while :; do n=$((n+1)); echo $n; sleep 0.01; done"
        yaml = f'web: {{listen: "127.0.0.1:{port}"}}\nservices:\n  counter: {{command: ["sh", "-c", "{counter}"]}}\n'
        with Supervisor(yaml) as supervisor:
            supervisor.wait_state("counter", "running")
            until(lambda: len(supervisor.log("counter.out.log")) > 100, "some lines are printed")
            seen, last_id = [], None
            for kill in (False, False, True, False):
                stream = until(lambda: self.try_stream(port, target, last_id), "the log can be followed")
                with stream:
                    wanted = len(seen) + 60
                    while len(seen) < wanted:
                        frame = stream.frame()
                        if frame is None:
                            break
                        seen += [int(line["text"]) for line in frame["data"]["lines"]]
                        last_id = frame["id"]
                    if kill:
                        supervisor.kill_controller()
            self.assertEqual(seen, list(range(seen[0], seen[0] + len(seen))))

    @staticmethod
    def try_stream(port, target, last_id):
        try:
            return Stream(port, target, last_id)
        except (OSError, http.client.HTTPException, AssertionError):
            return None

    def test_two_hundred_follow_one_log_and_get_the_same_lines(self):
        with Supervisor(COUNTING.format(port=(port := free_port()))) as supervisor:
            supervisor.wait_state("counter", "running")
            until(lambda: self.try_health(port), "the page is served")
            streams = [Stream(port, FOLLOW) for _ in range(FOLLOWERS)]
            try:
                # Every one of them is there by now: what is printed from here on, all get live.
                last = int(Web(port).json("/api/v1/services/counter/logs?lines=1")["lines"][-1]["text"]) + 40
                with concurrent.futures.ThreadPoolExecutor(FOLLOWERS) as readers:
                    read = list(readers.map(lambda stream: numbers_until(stream, last), streams))
            finally:
                for each in streams:
                    each.__exit__()
        for numbers in read:
            self.assertEqual(numbers, list(range(1, last + 1)))

    def test_who_comes_while_lines_come_gets_each_once(self):
        port = free_port()
        with Supervisor(HURRYING.format(port=port)) as supervisor:
            supervisor.wait_state("counter", "running")
            until(lambda: self.try_health(port), "the page is served")

            def follow(_):
                with Stream(port, FOLLOW.replace("10000", "100")) as stream:
                    numbers = []
                    while len(numbers) < 150:
                        numbers += [int(line["text"]) for line in stream.frame()["data"]["lines"]]
                    return numbers

            with concurrent.futures.ThreadPoolExecutor(6) as readers:
                for numbers in readers.map(follow, range(200)):
                    self.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(numbers))))

    def test_the_examples_of_the_page_run(self):
        port = free_port()
        yaml = YAML.format(port=port).replace("  broken:", "  unused:").replace("exit 3", "exec sleep 1000")
        with Supervisor(yaml) as supervisor:
            supervisor.wait_state("backend", "running")
            until(lambda: self.try_health(port), "the page is served")
            token = supervisor.ctl("token", "create", "deploy", "--level", "operate", check=0).stdout.split()[-1]
            blocks = re.findall(r"```sh\n(.*?)```", DOCS.read_text(), re.DOTALL)
            commands = [line for block in blocks for line in block.splitlines()]
            self.assertGreater(len(commands), 15)
            for command in commands:
                supervisor.wait_state("backend", "running")  # one asks without waiting for what comes of it
                # With a token declared, reading needs one as well.
                run = command if "Authorization" in command else command.replace("curl ", f'curl -H "Authorization: Bearer {token}" ', 1)
                done = subprocess.run(["sh", "-c", run], capture_output=True, text=True, timeout=DEADLINE,
                                      env={"URL": f"http://127.0.0.1:{port}", "TOKEN": token,
                                           "PATH": "/usr/local/bin:/usr/bin:/bin"})
                self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout}\n{done.stderr}")

    @staticmethod
    def try_health(port):
        try:
            return Web(port).ask("/health/live")[0].status == 200
        except OSError:
            return False


if __name__ == "__main__":
    main()
