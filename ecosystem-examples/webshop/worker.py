#!/usr/bin/env python3
"""A worker: packs one order after the other. An order that it has taken is in a list of its own until it is packed, so none is
lost when it dies; without Redis there is nothing to do, so it ends and is started when there is one again."""

import os
import sys

from resp import Gone, Redis
from supervised import asked_to_end, end_politely, tell

NAME = os.environ.get("WORKER", "0")
MINE = f"orders:packing:{NAME}"
WAIT_SECONDS = 1  # for an order; the supervisor hears from us after each


def put_back_unfinished(redis):
    count = 0
    while redis.call("LMOVE", MINE, "orders:placed", "RIGHT", "RIGHT") is not None:
        count += 1
    return count


def pack(redis, number):
    asked_to_end.wait(0.1)  # the work
    redis.atomically(("HSET", f"order:{number}", "state", "packed", "by", NAME), ("LREM", MINE, 1, number))
    print(f"order {number} is packed")


def work(redis):
    print(f"worker {NAME} is ready, {put_back_unfinished(redis)} unfinished orders go first")
    tell("READY=1", "WATCHDOG=1")
    packed = 0
    while not asked_to_end.is_set():
        number = redis.call("BLMOVE", "orders:placed", MINE, "RIGHT", "LEFT", WAIT_SECONDS)
        if number is not None:
            pack(redis, number)
            packed += 1
        tell("WATCHDOG=1", f"STATUS={packed} orders packed")
    print(f"worker {NAME} ends")


def main():
    end_politely()
    try:
        with Redis(int(os.environ["REDIS"]), timeout=WAIT_SECONDS + 10) as redis:
            work(redis)
    except Gone as error:
        sys.exit(f"worker {NAME} ends: {error}")


if __name__ == "__main__":
    main()
