"""The example with nginx, an API, Redis and workers: order, health, a killed database, an API that hangs."""

import os
import shutil
import signal
import socket
import sys
import unittest

from examples import EXAMPLES, Example, ask, get
from mainstay import TestCase, free_port, main, until

PATH = f"{os.environ.get('PATH', '/usr/bin:/bin')}:/usr/sbin"
MISSING = [program for program in ("nginx", "redis-server", "redis-cli") if not shutil.which(program, path=PATH)]
NEEDS_REDIS = ("api", "worker:0", "worker:1")
EVERYBODY = ("redis", *NEEDS_REDIS, "nginx")


class Webshop(Example):
    def __init__(self, start=True):
        self.shop, self.api, self.redis = free_port(), free_port(), free_port()
        ports = {"SHOP_PORT": self.shop, "API_PORT": self.api, "REDIS_PORT": self.redis}
        super().__init__("webshop", {**{name: str(port) for name, port in ports.items()}, "CHECK_EVERY": "250ms"}, start)
        self.orders = f"http://127.0.0.1:{self.shop}/orders"

    def place(self, item):
        """Orders by way of nginx, and returns where the order is."""
        order = until(lambda: get(self.orders, {"item": item, "count": 2}), "the shop takes an order")
        return f"{self.orders}/{order['id']}"

    def pids(self, *names):
        return [self.service(name)["pid"] for name in names]

    def unstable_runs(self, *names):
        return [self.service(name)["unstable_runs"] for name in names]

    def is_another(self, name, pid):
        return self.wait(name, lambda now: now["state"] == "running" and now["pid"] not in (None, pid), "another run")

    def events(self, kind, after=0):
        """(id, instance) of each event of that kind."""
        events = self.call("events.list", limit=1000)["events"]
        return [(event["id"], event["instance"]) for event in events if event["kind"] == kind and event["id"] > after]

    def started(self, after=0):
        return [instance for _, instance in self.events("service_started", after)]


def listen(port):
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", port))
    server.listen()
    return server


@unittest.skipIf(MISSING, f"not installed: {', '.join(MISSING)} (packages nginx-light, redis-server)")
class WebshopTest(TestCase):
    def is_packed(self, order, item):
        packed = until(lambda: (get(order) or {}).get("state") == "packed" and get(order), f"{item} is packed")
        self.assertEqual((packed["item"], packed["count"]), (item, 2))

    def test_nobody_starts_before_what_it_needs_is_healthy_and_all_work_together(self):
        files = sorted(os.listdir(EXAMPLES / "webshop"))
        with Webshop(start=False) as s:
            with listen(s.redis):  # so that Redis cannot
                s.start()
                s.wait("redis", lambda redis: redis["unstable_runs"] > 0, "refused its port")
                for name in NEEDS_REDIS:
                    self.assertIn("waits for redis, which is", s.ctl("why", name, check=0).stdout)
                self.assertIn("waits for api, which waits itself", s.ctl("why", "nginx", check=0).stdout)
                self.assertEqual(set(s.started()), {"prepare", "redis"})
            s.all_healthy(*EVERYBODY)
            ready = {instance: number for number, instance in s.events("service_ready")}
            start = {instance: number for number, instance in s.events("service_started")}
            for name in NEEDS_REDIS:
                self.assertLess(ready["redis"], start[name], name)
            self.assertLess(ready["api"], start["nginx"])
            for name in (*NEEDS_REDIS, "nginx"):
                self.assertEqual(s.started().count(name), 1, name)

            self.is_packed(s.place("tea"), "tea")
            self.assertEqual(ask(s.orders, {"count": 1})[0], 400)
            self.assertEqual(ask(f"{s.orders}/999")[0], 404)
            self.assertEqual(ask(f"http://127.0.0.1:{s.shop}/health")[0], 200)
            self.assertEqual(s.stop(), 0)
            self.assertIn("the API ends", s.text("api.out.log"))
            for worker in (0, 1):  # Redis was there until the end
                self.assertIn(f"worker {worker} ends\n", s.text(f"worker:{worker}.out.log"))
                self.assertEqual(s.text(f"worker:{worker}.err.log"), "")
        self.assertEqual(sorted(os.listdir(EXAMPLES / "webshop")), files, "all that it writes is in DATA_DIR")

    def test_a_killed_database_is_waited_for_and_nobody_is_blamed(self):
        with Webshop() as s:
            s.all_healthy(*EVERYBODY)
            order = s.place("tea")
            self.is_packed(order, "tea")
            nginx = s.pids("nginx")
            before = s.events("service_started")[-1][0]
            os.rename(s.data / "redis", s.data / "away")  # it will not come back before its data do
            os.kill(s.service("redis")["pid"], signal.SIGKILL)
            for name in NEEDS_REDIS:
                s.wait_state(name, "waiting")
                self.assertIn("waits for redis, which is", s.ctl("why", name, check=0).stdout)
            self.assertEqual(s.unstable_runs(*NEEDS_REDIS), [0, 0, 0])
            self.assertEqual(s.service("api")["last_exit"]["reason"], "unhealthy")
            status, answer = ask(order)
            self.assertEqual(status, 503)
            self.assertIn("please come again", answer["error"])
            self.assertEqual(set(s.started(before)), {"redis"}, "nobody tried in vain")

            os.rename(s.data / "away", s.data / "redis")
            s.all_healthy(*EVERYBODY)
            self.assertEqual(s.unstable_runs(*NEEDS_REDIS), [0, 0, 0])
            self.assertEqual(s.pids("nginx"), nginx)
            for name in NEEDS_REDIS:
                self.assertEqual(s.started(before).count(name), 1, name)
            self.is_packed(order, "tea")  # still
            self.is_packed(s.place("coffee"), "coffee")

    def test_an_api_that_hangs_is_started_again_and_says_why(self):
        with Webshop() as s:
            s.all_healthy(*EVERYBODY)
            others = ("redis", "worker:0", "worker:1", "nginx")
            before, api = s.pids(*others), s.service("api")["pid"]
            os.kill(api, signal.SIGSTOP)
            restarted = s.is_another("api", api)
            self.assertEqual(restarted["last_exit"]["reason"], "unhealthy")
            self.assertIn("3 of 3 failed: no answer within 2s; last good", restarted["last_exit"]["note"])
            self.assertEqual(restarted["unstable_runs"], 1)
            self.assertIn("unhealthy: http", s.ctl("why", "api", check=0).stdout)
            s.all_healthy(*EVERYBODY)
            self.assertEqual(s.pids(*others), before)
            self.is_packed(s.place("tea"), "tea")

    def test_a_worker_that_was_stopped_by_hand_stays_stopped_when_redis_is_restarted(self):
        with Webshop() as s:
            s.all_healthy(*EVERYBODY)
            s.ctl("stop", "worker:1", check=0)
            worker = s.service("worker:0")["pid"]
            s.ctl("restart", "redis", check=0)
            s.is_another("worker:0", worker)  # the one follows it, so the other would have
            s.all_healthy("redis", "api", "worker:0", "nginx")
            self.assertEqual(s.unstable_runs(*NEEDS_REDIS), [0, 0, 0])
            self.assertEqual(s.service("worker:1")["state"], "stopped")
            self.assertEqual(s.started().count("worker:1"), 1)
            self.is_packed(s.place("tea"), "tea")


if __name__ == "__main__":
    sys.exit(main())
