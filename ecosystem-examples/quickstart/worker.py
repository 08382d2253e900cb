#!/usr/bin/env python3
"""A queue worker: takes one job at a time, finishes it before it ends, and leaves a failed one for later."""

import os
import sys

from jobs import Queue
from supervised import Heartbeat, listen_for_stop, stopping

IDLE_SECONDS = 0.25


def report(payload, attempts):
    words = str(payload.get("text", "")).split()
    stopping.wait(0.2)  # the work
    return {"words": len(words), "longest": max(words, key=len, default="")}


def flaky(payload, attempts):
    if attempts == 0:
        raise RuntimeError("the first attempt always fails")
    return {"attempts": attempts + 1}


def poison(payload, attempts):
    raise RuntimeError("this job can never be done")


KINDS = {"report": report, "flaky": flaky, "poison": poison}


def run(queue, worker, job):
    try:
        result = KINDS[job["kind"]](job["payload"], job["attempts"])
    except Exception as error:  # whatever a job does, the worker goes on
        where = queue.fail(worker, job, str(error))
        print(f"{job['kind']} {job['id']} failed, now {where}: {error}", file=sys.stderr)
        return
    queue.finish(worker, job, result)
    print(f"{job['kind']} {job['id']} done: {result}")


def main():
    listen_for_stop()
    worker = os.environ.get("WORKER", "0")
    queue = Queue()
    recovered = queue.recover(worker)
    print(f"worker {worker} is ready" + (f", {recovered} unfinished jobs go first" if recovered else ""))
    heart = Heartbeat()
    while not stopping.is_set():
        heart.beat()
        job = queue.take(worker)
        if job:
            run(queue, worker, job)
        else:
            stopping.wait(IDLE_SECONDS)
    print(f"worker {worker} ends")


if __name__ == "__main__":
    main()
