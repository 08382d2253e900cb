"""A writer of numbered lines at full speed, and what its log must be whatever happens meanwhile."""

import mainstay
from mainstay import Supervisor, until

WRITER = """
import os, sys
count = int(sys.argv[1])
for first in range(0, count, 50):
    os.write(1, b"".join(b"%08d " % i + b"x" * 90 + b"\\n" for i in range(first, first + 50)))
sys.exit(7)
"""


def check_exact_while(test, disturb, times, lines=100_000, **options):
    """Calls `disturb(supervisor)` so often at random moments, unless the writer ends first. Checks that its log has
    every line once; returns its last exit, and how often it was disturbed."""
    yaml = (f"services: {{writer: {{command: [python3, writer.py, '{lines}'], restart: {{policy: never}},"
            " logs: {rotate: {size: 1G}}}}")
    moments = mainstay.random_moments()
    with Supervisor(yaml, {"writer.py": WRITER}, **options) as s:
        log = s.logs / "writer.out.log"
        size = done = 0

        def ended():
            return s.service("writer")["state"] == "exited"

        while done < times and not ended():
            size += moments.randrange(100_000, 1_500_000)
            until(lambda: (log.exists() and log.stat().st_size >= size) or ended(), "more output")
            disturb(s)
            done += 1
        last_exit = s.wait_state("writer", "exited")["last_exit"]
        numbers = [int(line[:8]) for line in s.log("writer.out.log").splitlines()]
        test.assertEqual(numbers, list(range(lines)))
    return last_exit, done
