#!/usr/bin/env python3
"""Serves the files of public/, and /config.json, which tells the page where the API is."""

import functools
import json
import os
import pathlib
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from supervised import listen_for_stop, stopping

PUBLIC = pathlib.Path(__file__).resolve().parent / "public"
API_URL = os.environ.get("API_URL", "http://127.0.0.1:8000")


class Handler(SimpleHTTPRequestHandler):
    server_version = "quickstart-frontend"
    timeout = 10

    def do_GET(self):
        if self.path != "/config.json":
            return super().do_GET()
        content = json.dumps({"api": API_URL}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def list_directory(self, path):
        self.send_error(404)

    def end_headers(self):
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy",
                         f"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' {API_URL}")
        super().end_headers()

    def log_message(self, format, *args):
        print(format % args)


class Server(ThreadingHTTPServer):
    daemon_threads = False


def main():
    listen_for_stop()
    server = Server(("127.0.0.1", int(os.environ.get("PORT", "8080"))),
                    functools.partial(Handler, directory=str(PUBLIC)))
    print(f"serving http://127.0.0.1:{server.server_port} (API at {API_URL})")
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}).start()
    stopping.wait()
    server.shutdown()
    server.server_close()


if __name__ == "__main__":
    main()
