"""The controller is killed again and again, at any moment: nothing is lost, doubled or torn.

MAINSTAY_KILLS says how often (100); the soak target takes 10,000. MAINSTAY_SEED repeats the moments of a run.
"""

import gzip
import json
import os
import random
import time

import mainstay
from mainstay import Supervisor, TestCase, until

KILLS = int(os.environ.get("MAINSTAY_KILLS", "100"))

# Bursts of numbered lines at full speed, until TERM; then the number of lines goes into a file of its own.
WRITER = """
import os, signal, sys, time
stopped = []
signal.signal(signal.SIGTERM, lambda *_: stopped.append(1))
name, number = sys.argv[1], 0
while not stopped:
    for _ in range(10):
        block = b"".join(b"%010d %s\\n" % (i, b"x" * (i % 150)) for i in range(number, number + 100))
        while block:
            block = block[os.write(1, block):]
        number += 100
    time.sleep(0.01)
with open(name + ".count", "w") as out:
    out.write(str(number))
sys.exit(7)
"""

# Counts its own starts, and ends at once.
FLASH = "#!/bin/sh\necho x >> starts\nexit 9\n"


def bytes_of(logs, base):
    """All that was ever logged: the archives in their order, once all are packed, then the log."""
    def archives(suffix):
        return sorted(p for p in logs.iterdir() if p.name.startswith(base + "_") and p.name.endswith(suffix))

    until(lambda: not archives(".log") and not archives(".tmp"), "all archives are packed")
    live = logs / (base + ".log")
    return b"".join(gzip.decompress(p.read_bytes()) for p in archives(".gz")) + (live.read_bytes() if live.exists() else b"")


def message_of(line, form):
    if form == "json":
        return json.loads(line)["message"].encode()
    return line.split(b" out ", 1)[1] if form == "text" else line


class KillMatrix(TestCase):
    def check_log(self, s, form):
        whole = bytes_of(s.logs, f"{form}.out")
        self.assertTrue(whole.endswith(b"\n"), f"{form}: torn at its end")
        messages = [message_of(line, form) for line in whole.split(b"\n")[:-1]]
        count = int((s.folder / f"{form}.count").read_text())
        wrong = [(i, m) for i, m in enumerate(messages) if m != b"%010d %s" % (i, b"x" * (i % 150))]
        self.assertEqual(wrong[:3], [], f"{form}: {len(wrong)} lines are wrong, the first ones are these")
        self.assertEqual(len(messages), count, f"{form}: lost or doubled at its end")

    def test_nothing_is_lost_doubled_or_torn(self):
        seed = int(os.environ.get("MAINSTAY_SEED", random.randrange(1 << 30)))
        print(f"MAINSTAY_SEED={seed}")
        moments = random.Random(seed)
        rotate = "rotate: {size: 256K, keep: 10000, max_age: 30d}"
        yaml = "logs: {total_size: 100G}\nservices:\n" + "".join(
            f"  {form}: {{command: [python3, writer.py, {form}], restart: {{policy: never}}, "
            f"logs: {{format: {form}, {rotate}}}}}\n" for form in ("raw", "text", "json"))
        yaml += "  flash: {command: ./flash.sh, restart: {max_restarts: unlimited, backoff: 30ms}}\n"
        yaml += "  stopped: {command: sleep 1000}\n"
        with Supervisor(yaml, {"writer.py": WRITER, "flash.sh": FLASH},
                        environment={"MAINSTAY_TEST_CONTROLLER_AT_ONCE": "1"}) as s:
            for form in ("raw", "text", "json", "stopped"):
                s.wait_state(form, "running")
            pids = {form: s.service(form)["pid"] for form in ("raw", "text", "json")}
            for kill in range(KILLS):
                if kill % 10 == 5:  # around stops and starts, too
                    s.ctl(moments.choice(["stop", "start"]), "stopped", "--no-wait")
                moment = time.monotonic() + moments.uniform(0, 0.03)
                until(lambda: time.monotonic() >= moment, "a random moment", every=0.001)
                s.kill_controller()
            for form, pid in pids.items():
                self.assertEqual(s.service(form)["pid"], pid)
            s.ctl("stop", "all", check=0)
            for form in ("raw", "text", "json"):
                ended = s.service(form)
                self.assertEqual((ended["state"], ended["last_exit"]["code"]), ("stopped", 7))
                self.check_log(s, form)
            starts = (s.folder / "starts").read_text().count("x")
            self.assertEqual(s.service("flash")["restarts"], starts - 1)


if __name__ == "__main__":
    mainstay.main()
