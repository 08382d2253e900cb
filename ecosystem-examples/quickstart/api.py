#!/usr/bin/env python3
"""The API: GET /health, GET /jobs, GET /jobs/ID, POST /jobs {"kind": "...", "payload": {...}}."""

import json
import os
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from jobs import Queue
from supervised import listen_for_stop, stopping

MAX_BODY = 64 * 1024
KINDS = ("report", "flaky", "poison")


class Handler(BaseHTTPRequestHandler):
    server_version = "quickstart-api"
    timeout = 10  # a client that says nothing must not keep a thread
    queue = None
    origin = os.environ.get("ALLOWED_ORIGIN", "")

    def do_GET(self):
        if self.path == "/health":
            self.answer(200, {"status": "ok", **self.queue.counts()})
        elif self.path == "/jobs":
            self.answer(200, self.queue.counts())
        elif re.fullmatch(r"/jobs/[0-9a-f-]{1,64}", self.path):
            found = self.queue.find(self.path.removeprefix("/jobs/"))
            self.answer(200, {"state": found[0], **found[1]}) if found else self.answer(404, {"error": "no such job"})
        else:
            self.answer(404, {"error": "no such page"})

    def do_POST(self):
        if self.path != "/jobs":
            return self.answer(404, {"error": "no such page"})
        try:
            length = int(self.headers.get("Content-Length", ""))
        except ValueError:
            return self.answer(411, {"error": "Content-Length is needed"})
        if not 0 <= length <= MAX_BODY:
            return self.answer(413, {"error": f"at most {MAX_BODY} bytes"})
        try:
            job = json.loads(self.rfile.read(length))
            kind, payload = job["kind"], job.get("payload", {})
        except (ValueError, KeyError, TypeError, AttributeError):
            return self.answer(400, {"error": 'write {"kind": "report", "payload": {}}'})
        if kind not in KINDS:
            return self.answer(400, {"error": f"kind is one of {', '.join(KINDS)}"})
        self.answer(202, {"id": self.queue.put(kind, payload)})

    def do_OPTIONS(self):
        self.answer(204, None)

    def answer(self, status, body):
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        if self.origin and self.headers.get("Origin") == self.origin:
            self.send_header("Access-Control-Allow-Origin", self.origin)
            self.send_header("Access-Control-Allow-Headers", "Content-Type")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format, *args):
        if self.path != "/health":
            print(f"{self.command} {self.path} {args[1] if len(args) > 1 else ''}".rstrip())


class Server(ThreadingHTTPServer):
    daemon_threads = False  # server_close() waits for the requests that are being answered


def main():
    listen_for_stop()
    Handler.queue = Queue()
    server = Server(("127.0.0.1", int(os.environ.get("PORT", "8000"))), Handler)
    print(f"listening on http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}).start()
    stopping.wait()
    print("finishing the open requests")
    server.shutdown()
    server.server_close()


if __name__ == "__main__":
    main()
