"""Runs an example of the tree as it is, with its data and ports out of everybody's way."""

import json
import pathlib
import urllib.error
import urllib.request

from mainstay import DEADLINE, Supervisor

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "ecosystem-examples"


class Example(Supervisor):
    def __init__(self, name, environment=None, start=True):
        super().__init__(start=False)
        self.config = EXAMPLES / name / "ecosystem.yaml"
        self.data = self.folder / "data"
        # PATH as the tests have it: an interpreter need not be the system's own.
        self.environment.update({"DATA_DIR": str(self.data), **(environment or {})})
        if not start:
            return
        try:
            self.start()
        except BaseException:
            self.close()
            raise

    def all_running(self, *names):
        for name in names:
            self.wait_state(name, "running")

    def all_healthy(self, *names):
        for name in names:
            self.wait(name, lambda service: service["state"] == "running" and service["health"] == "healthy",
                      "running and healthy")

    def text(self, name):
        return self.log(name).decode(errors="replace")


def ask(url, body=None):
    """The status and the JSON of the answer; (None, None) while nobody answers there."""
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=data), timeout=DEADLINE) as response:
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())
    except (ConnectionError, urllib.error.URLError):
        return None, None


def get(url, body=None):
    """The JSON at `url`, or None while there is no good answer."""
    status, answer = ask(url, body)
    return answer if status is not None and status < 300 else None
