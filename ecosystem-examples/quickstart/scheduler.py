#!/usr/bin/env python3
"""Puts a report job into the queue every few seconds, on the clock's whole intervals: at :00, :05, :10 …"""

import os
import time

from jobs import Queue
from supervised import Heartbeat, listen_for_stop, stopping

BEAT_SECONDS = 2  # the supervisor hears from us at least as often


def seconds_to_next(every):
    return every - time.time() % every


def main():
    listen_for_stop()
    every = max(1.0, float(os.environ.get("EVERY_SECONDS", "5")))
    queue = Queue()
    print(f"a report every {every:g} s")
    heart = Heartbeat()
    interval = time.time() // every
    while not stopping.wait(min(seconds_to_next(every), BEAT_SECONDS)):
        heart.beat()
        if time.time() // every == interval:
            continue
        interval = time.time() // every
        job = queue.put("report", {"text": f"it was {time.strftime('%H:%M:%S')} and all was well"})
        print(f"queued {job}")
    print("scheduler ends")


if __name__ == "__main__":
    main()
