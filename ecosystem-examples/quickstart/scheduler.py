#!/usr/bin/env python3
"""Puts a report job into the queue every few seconds, on the clock's whole intervals: at :00, :05, :10 …"""

import os
import time

from jobs import Queue
from stopping import listen_for_stop, stopping


def seconds_to_next(every):
    return every - time.time() % every


def main():
    listen_for_stop()
    every = max(1.0, float(os.environ.get("EVERY_SECONDS", "5")))
    queue = Queue()
    print(f"a report every {every:g} s")
    while not stopping.wait(seconds_to_next(every)):
        at = time.strftime("%H:%M:%S")
        job = queue.put("report", {"text": f"it was {at} and all was well"})
        print(f"queued {job}")
    print("scheduler ends")


if __name__ == "__main__":
    main()
