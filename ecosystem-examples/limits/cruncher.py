"""Counts as fast as it may."""

import time

begun, last = time.monotonic(), 0.0
while True:
    if time.process_time() - last >= 1:
        last = time.process_time()
        print(f"used {100 * last / (time.monotonic() - begun):.0f} % of a processor", flush=True)
