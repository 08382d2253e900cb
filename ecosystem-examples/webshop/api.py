#!/usr/bin/env python3
"""The API: GET /health, POST /orders {"item": "tea", "count": 2}, GET /orders/ID."""

import json
import os
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from resp import Gone, Redis, Refused
from supervised import asked_to_end, end_politely

REDIS_PORT = int(os.environ["REDIS"])
MAX_BODY = 16 * 1024  # what nginx lets through


def order_book():
    return Redis(REDIS_PORT, timeout=1)


def place(item, count):
    with order_book() as redis:
        number = redis.call("INCR", "orders:last")
        redis.atomically(("HSET", f"order:{number}", "item", item, "count", count, "state", "placed"),
                         ("LPUSH", "orders:placed", number))
    return 202, {"id": number}


def look_up(number):
    with order_book() as redis:
        pairs = redis.call("HGETALL", f"order:{number}")
    if not pairs:
        return 404, {"error": "no such order"}
    order = dict(zip(pairs[::2], pairs[1::2]))
    return 200, {**order, "count": int(order["count"])}


def health():
    with order_book() as redis:
        return 200, {"status": "ok", "placed": redis.call("LLEN", "orders:placed")}


class Handler(BaseHTTPRequestHandler):
    server_version = "webshop"
    timeout = 10  # a client that says nothing must not keep a thread

    def do_GET(self):
        order = re.fullmatch(r"/orders/(\d{1,15})", self.path)
        if self.path == "/health":
            self.answer_with(health)
        elif order:
            self.answer_with(look_up, order[1])
        else:
            self.answer(404, {"error": "no such page"})

    def do_POST(self):
        if self.path != "/orders":
            return self.answer(404, {"error": "no such page"})
        try:
            length = min(int(self.headers["Content-Length"]), MAX_BODY)
            order = json.loads(self.rfile.read(length))
            item, count = str(order["item"])[:100], int(order.get("count", 1))
        except (ValueError, KeyError, TypeError, AttributeError):
            return self.answer(400, {"error": 'write {"item": "tea", "count": 2}'})
        self.answer_with(place, item, count)

    def answer_with(self, act, *arguments):
        try:
            status, body = act(*arguments)
        except (Gone, Refused) as error:
            status, body = 503, {"error": str(error)}
        self.answer(status, body)

    def answer(self, status, body):
        content = json.dumps(body).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_request(self, code="-", size="-"):
        if self.path != "/health" or int(code) != 200:
            print(f"{self.command} {self.path} {int(code)}")


def main():
    end_politely()
    try:
        health()
    except (Gone, Refused) as error:
        sys.exit(f"no shop without its order book: {error}")
    host, port = os.environ["API"].rsplit(":", 1)
    server = ThreadingHTTPServer((host, int(port)), Handler)
    server.daemon_threads = False  # server_close() waits for the requests that are being answered
    print(f"listening on http://{host}:{port}")
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}).start()
    asked_to_end.wait()
    server.shutdown()
    server.server_close()
    print("the API ends")


if __name__ == "__main__":
    main()
