"""The controller is killed again and again, at any moment: nothing is lost, doubled or torn.

MAINSTAY_KILLS says how often (100); the soak target takes 10,000. MAINSTAY_SEED repeats the moments of a run.
"""

import contextlib
import json
import os

import mainstay
from archives import everything, pieces, wait_compressed
from mainstay import Supervisor, TestCase, until
from small_disk import SmallDisk

KILLS = int(os.environ.get("MAINSTAY_KILLS", "100"))
# Seconds between two bursts. In the soak longer ones, or the disk would have to take 40 GB.
PAUSE = 0.01 if KILLS <= 1000 else 0.03

# Bursts of numbered lines at full speed, until TERM; then the number of lines goes into a file of its own.
WRITER = """
import os, signal, sys, time
stopped = []
signal.signal(signal.SIGTERM, lambda *_: stopped.append(1))
name, pause, number = sys.argv[1], float(sys.argv[2]), 0
while not stopped:
    for _ in range(10):
        block = b"".join(b"%010d %s\\n" % (i, b"x" * (i % 150)) for i in range(number, number + 100))
        while block:
            block = block[os.write(1, block):]
        number += 100
    time.sleep(pause)
with open(name + ".count", "w") as out:
    out.write(str(number))
sys.exit(7)
"""

# Counts its own starts, and ends at once.
FLASH = "#!/bin/sh\necho x >> starts\nexit 9\n"


FORMS = ("raw", "text", "json")


def printed_line(number):
    return b"%010d %s" % (number, b"x" * (number % 150))


def line_of(text):
    """What the writer has printed under the number that the text begins with."""
    return printed_line(int(text[:10])) if text[:10].isdigit() else None


def message_of(line, form):
    if form == "json":
        return json.loads(line)["message"].encode()
    return line.split(b" out ", 1)[1] if form == "text" else line


def check_log(test, s, form):
    """Every line that was printed is in the log, once and whole, and none is cut between two files."""
    wait_compressed(s, f"{form}.out")
    number = 0
    for piece in pieces(s, f"{form}.out"):
        test.assertTrue(piece == b"" or piece.endswith(b"\n"), f"{form}: torn at the end of a file, near {number}")
        messages = [message_of(line, form) for line in piece.split(b"\n")[:-1]]
        wrong = [(i, m) for i, m in enumerate(messages, number) if m != printed_line(i)]
        test.assertEqual(wrong[:3], [], f"{form}: {len(wrong)} lines are wrong, the first ones are these")
        number += len(messages)
    count = int((s.folder / f"{form}.count").read_text())
    test.assertEqual(number, count, f"{form}: lost or doubled at its end")


def stop_and_check(test, s, pids):
    """The writers are still the same processes, end as asked, and have lost nothing."""
    for form, pid in pids.items():
        test.assertEqual(s.service(form)["pid"], pid)
    s.ctl("stop", "all", check=0)
    for form in pids:
        ended = s.service(form)
        test.assertEqual((ended["state"], ended["last_exit"]["code"]), ("stopped", 7))
        check_log(test, s, form)


class KillMatrix(TestCase):
    def test_nothing_is_lost_doubled_or_torn(self):
        moments = mainstay.random_moments()
        rotate = "rotate: {size: 256K, keep: 10000, max_age: 30d}"
        yaml = "logs: {total_size: 100G}\nservices:\n" + "".join(
            f"  {form}: {{command: [python3, writer.py, {form}, '{PAUSE}'], restart: {{policy: never}}, "
            f"logs: {{format: {form}, {rotate}}}}}\n" for form in FORMS)
        yaml += "  flash: {command: ./flash.sh, restart: {max_restarts: unlimited, backoff: 30ms}}\n"
        yaml += "  stopped: {command: sleep 1000}\n"
        with Supervisor(yaml, {"writer.py": WRITER, "flash.sh": FLASH},
                        environment=mainstay.AT_ONCE) as s:
            for form in (*FORMS, "stopped"):
                s.wait_state(form, "running")
            pids = {form: s.service(form)["pid"] for form in FORMS}
            for kill in range(KILLS):
                if kill % 10 == 5:  # around stops and starts, too
                    s.ctl(moments.choice(["stop", "start"]), "stopped", "--no-wait")
                mainstay.wait_moment(moments, 0.03)
                s.kill_controller()
            stop_and_check(self, s, pids)
            starts = (s.folder / "starts").read_text().count("x")
            self.assertEqual(s.service("flash")["restarts"], starts - 1)


class FullDisk(SmallDisk):
    """The same around the moments at which the disk becomes full and has room again."""

    def trouble(self, s, form):
        return s.service(form)["log_trouble"]

    def kill(self, s, moments, times):
        for _ in range(times):
            mainstay.wait_moment(moments, 0.05)
            s.kill_controller()

    @contextlib.contextmanager
    def writers(self, on_full):
        yaml = "services:\n" + "".join(
            f"  {form}: {{command: [python3, writer.py, {form}, '0.1'], restart: {{policy: never}}, "
            f"logs: {{format: {form}, on_full: {on_full}, rotate: {{size: 1G}}}}}}\n" for form in FORMS)
        with self.supervisor(yaml, "1g", {"writer.py": WRITER}, environment=mainstay.AT_ONCE) as s:
            yield s, {form: s.wait_state(form, "running")["pid"] for form in FORMS}

    def room_again(self, s, moments):
        self.resize(s, "1g")
        self.kill(s, moments, 2)
        until(lambda: not any(self.trouble(s, form) for form in FORMS), "there is room again for all")

    def test_nothing_is_lost_doubled_or_torn_while_output_waits(self):
        moments = mainstay.random_moments()
        with self.writers("block") as (s, pids):
            for _ in range(max(3, KILLS // 20)):
                self.fill(s)
                self.kill(s, moments, 1)  # while it becomes known
                until(lambda: all(self.trouble(s, form) for form in FORMS), "the disk is full for all")
                self.kill(s, moments, 2)
                self.room_again(s, moments)
            stop_and_check(self, s, pids)
            self.assertEqual([s.service(form)["log_dropped_bytes"] for form in FORMS], [0, 0, 0])

    def test_what_is_thrown_away_is_counted_and_nothing_is_doubled(self):
        moments = mainstay.random_moments()
        with self.writers("drop") as (s, pids):
            for _ in range(max(2, KILLS // 50)):
                self.fill(s)
                until(lambda: all((self.trouble(s, form) or {}).get("dropping") for form in FORMS), "all drop")
                self.kill(s, moments, 2)
                self.room_again(s, moments)
            s.ctl("stop", "all", check=0)
            for form, pid in pids.items():
                self.assertEqual(s.service(form)["last_exit"]["code"], 7)
                self.check_gaps(s, form)

    def check_gaps(self, s, form):
        """Lines go up one by one but behind a mark; only beside one may a line be torn; all bytes are accounted for."""
        lines = [message_of(line, form) for line in everything(s, f"{form}.out").splitlines()]
        marks = [b" lost here: disk full from " in line for line in lines]
        self.assertIn(True, marks)
        last, kept, after_mark = -1, 0, False
        for i, line in enumerate(lines):
            if marks[i]:
                after_mark = True
                continue
            kept += len(line) + 1
            if line_of(line) != line:
                self.assertTrue(any(marks[max(0, i - 1):i + 2]), f"{form}: a torn line far from a mark: {line}")
                continue
            number = int(line[:10])
            self.assertTrue(number == last + 1 or (after_mark and number > last), f"{form}: {number} after {last}")
            last, after_mark = number, False
        count = int((s.folder / f"{form}.count").read_text())
        printed = sum(len(printed_line(number)) + 1 for number in range(count))
        self.assertGreaterEqual(kept + s.service(form)["log_dropped_bytes"], printed)


if __name__ == "__main__":
    mainstay.main()
