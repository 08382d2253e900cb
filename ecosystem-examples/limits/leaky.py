"""Leaks a mebibyte every LEAK_EVERY_SECONDS, and ends politely when asked to."""

import os
import signal
import sys
import time


def leave(*_):
    print(f"asked to end with {len(leaked)} MB", flush=True)
    sys.exit(0)


leaked = []
signal.signal(signal.SIGTERM, leave)
print("begins", flush=True)
while True:
    leaked.append(bytearray(1 << 20))
    time.sleep(float(os.environ.get("LEAK_EVERY_SECONDS", "0.1")))
