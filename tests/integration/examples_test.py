"""Every example runs as it is, where its interpreter is installed."""

import os
import shutil
import signal
import subprocess
import sys
import unittest
import urllib.request

from examples import EXAMPLES, Example, get
from mainstay import DEADLINE, TestCase, free_port, main, until


@unittest.skipUnless(shutil.which("python3"), "python3 is not installed")
class Quickstart(TestCase):
    def setUp(self):
        self.api, self.frontend = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.api}"

    def example(self):
        return Example("quickstart", {"API_PORT": str(self.api), "FRONTEND_PORT": str(self.frontend),
                                      "PAGE_PORT": str(free_port()),
                                      "EVERY_SECONDS": "1"})

    def job(self, kind):
        """Puts a job into the queue and waits until it is done."""
        job_id = until(lambda: get(f"{self.url}/jobs", {"kind": kind, "payload": {"text": "a few words"}}),
                       "the API takes a job")["id"]

        def done():
            job = get(f"{self.url}/jobs/{job_id}")
            return job if job and job["state"] == "done" else None

        return until(done, f"the {kind} job is done")

    def test_the_four_programs_work_together_and_end_politely(self):
        with self.example() as s:
            s.all_healthy("api", "frontend", "worker:0", "worker:1", "scheduler")
            self.assertEqual(self.job("report")["result"], {"words": 3, "longest": "words"})
            self.assertEqual(self.job("flaky")["attempts"], 1)
            config = until(lambda: get(f"http://127.0.0.1:{self.frontend}/config.json"), "the page's configuration")
            self.assertEqual(config, {"api": self.url})
            with urllib.request.urlopen(f"http://127.0.0.1:{self.frontend}/", timeout=DEADLINE) as page:
                self.assertIn(b"<title>Quickstart</title>", page.read())
            until(lambda: "queued" in s.text("scheduler.out.log"), "the scheduler queued a job")
            self.assertEqual(get(f"{self.url}/health")["status"], "ok")
            self.assertEqual(s.stop(), 0)
            self.assertIn("finishing the open requests", s.text("api.out.log"))
            self.assertIn("scheduler ends", s.text("scheduler.out.log"))
            self.assertIn("worker 1 ends", s.text("worker:1.out.log"))

    def test_what_a_killed_worker_left_is_done_by_the_next(self):
        with self.example() as s:
            s.all_running("api", "worker:0", "worker:1")
            self.job("report")
            for name in ("worker:0", "worker:1"):
                before = s.service(name)
                os.kill(before["pid"], signal.SIGKILL)
                s.wait(name, lambda now: now["state"] == "running" and now["pid"] != before["pid"], "running again")
            self.assertEqual(self.job("report")["state"], "done")

    def test_the_frontend_starts_after_the_api(self):
        with self.example() as s:
            s.all_healthy("api", "frontend")
            started = {name: s.service(name)["started_at"] for name in ("api", "frontend")}
            self.assertLess(started["api"], started["frontend"])


@unittest.skipUnless(shutil.which("node") and shutil.which("npm"), "node and npm are not installed")
class NodeDev(TestCase):
    def test_npm_run_dev_starts_and_stops_as_one_tree(self):
        port = free_port()
        with Example("node-dev", {"NODE_PORT": str(port)}) as s:
            s.all_running("web")
            self.assertEqual(until(lambda: get(f"http://127.0.0.1:{port}/health"), "node answers")["status"], "ok")
            s.ctl("stop", "web", check=0)
            self.assertIsNone(get(f"http://127.0.0.1:{port}/health"))
            self.assertEqual(s.service("web")["state"], "stopped")


@unittest.skipUnless(shutil.which("php"), "php is not installed")
class PhpWorker(TestCase):
    def test_a_job_put_into_the_queue_is_done(self):
        with Example("php-worker") as s:
            s.all_running("worker:0", "worker:1")
            subprocess.run(["php", "enqueue.php", "hello from the test"], check=True, cwd=EXAMPLES / "php-worker",
                           env=s.environment, stdout=subprocess.DEVNULL)
            until(lambda: "job: hello from the test" in s.text("worker:0.out.log") + s.text("worker:1.out.log"),
                  "a worker did the job")


class Shell(TestCase):
    def test_the_service_waits_for_the_step_and_the_pipeline_sees_it(self):
        with Example("shell") as s:
            s.all_running("ticker", "watcher")
            prepare = s.service("prepare")
            self.assertEqual((prepare["state"], prepare["last_exit"]["code"]), ("exited", 0))
            until(lambda: "seen " in s.text("watcher.out.log"), "the pipeline saw a tick")
            self.assertEqual(s.stop(), 0)
            self.assertIn("ticker ends", s.text("ticker.out.log"))


@unittest.skipUnless(shutil.which("python3"), "python3 is not installed")
class Limits(TestCase):
    def test_the_leaking_worker_is_restarted_and_says_good_bye(self):
        with Example("limits", {"LEAK_EVERY_SECONDS": "0.01"}) as s:
            s.wait("leaky", lambda service: service["restarts"] >= 1, "restarted")
            self.assertEqual(s.service("leaky")["last_exit"]["reason"], "memory limit")
            s.all_running("cruncher")
            self.assertEqual(s.stop(), 0)


if __name__ == "__main__":
    sys.exit(main())
