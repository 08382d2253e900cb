"""Logs are rotated, and nothing of them is lost or doubled."""

import glob
import os
import shutil
import subprocess

import mainstay
from archives import archives, content, everything, wait_compressed
from mainstay import Supervisor, TestCase, until

# Numbered lines of many lengths, as fast as they go; waits now and then when it is told to, and for its reader, who
# writes the last number it has seen into a file: of 16 KiB archives it may be 16 behind, 2000 lines are nine.
WRITER = """
import os, sys, time
count, pause = int(sys.argv[1]), float(sys.argv[2])
block = []
for i in range(count):
    block.append(b"%08d " % i + b"x" * (i * 7 % 120) + b"\\n")
    if len(block) == 50:
        os.write(1, b"".join(block)); block = []
        if pause: time.sleep(pause)
        while sys.argv[3:] and i - int(open(sys.argv[3]).read() or 0) > 2000: time.sleep(0.01)
os.write(1, b"".join(block))
"""


def writer(count, rotate, pause=0, more="", seen=""):
    return (f"services: {{writer: {{command: [python3, writer.py, '{count}', '{pause}', {seen}], "
            f"restart: {{policy: never}}, logs: {{rotate: {rotate}}}}}}}\n{more}")


def numbers(data):
    return [int(line[:8]) for line in data.splitlines()]


class RotationTest(TestCase):
    def supervisor(self, *arguments, **options):  # nobody has seen anything: 500 lines, then the writer waits
        return Supervisor(*arguments, files={"writer.py": WRITER, "seen": "-1500"}, **options)


class Lossless(RotationTest):
    def test_archives_and_log_together_have_every_line_once(self):
        lines = 300_000
        with self.supervisor(writer(lines, "{size: 64K, keep: 10000}")) as s:
            s.wait_state("writer", "exited")
            wait_compressed(s)
            names = archives(s)
            self.assertGreater(len(names), 100)
            self.assertEqual(len({name.stem.removesuffix(".log") for name in names}), len(names))
            self.assertEqual(numbers(everything(s)), list(range(lines)))
            for name in names:
                self.assertTrue(content(name).endswith(b"\n"), name)
                index = name.with_suffix(".idx")
                self.assertGreater(index.stat().st_size, 16)

    def test_nothing_is_lost_or_doubled_while_controllers_die(self):
        lines = 400_000
        moments = mainstay.random_moments()
        with self.supervisor(writer(lines, "{size: 64K, keep: 10000}"), environment=mainstay.AT_ONCE) as s:
            kills = 0
            while kills < 7 and s.service("writer")["state"] != "exited":
                seen = len(archives(s)) + moments.randrange(1, 20)
                until(lambda: len(archives(s)) >= seen or s.service("writer")["state"] == "exited",
                      "more archives", every=0.001)
                s.kill_controller()
                kills += 1
            s.wait_state("writer", "exited")
            wait_compressed(s)
            self.assertEqual(numbers(everything(s)), list(range(lines)))
            self.assertGreater(kills, 2)
            self.assertEqual([p for p in os.listdir(s.logs) if p.endswith(".tmp")], [])
            logs = {p.removesuffix(".gz").removesuffix(".log") for p in os.listdir(s.logs) if not p.endswith(".idx")}
            stray = [p for p in os.listdir(s.logs) if p.endswith(".idx") and p.removesuffix(".log.idx") not in logs]
            self.assertEqual(stray, [])

    def test_followers_see_each_line_once_over_rotations(self):
        lines = 6_000
        with self.supervisor(writer(lines, "{size: 16K, keep: 10000}", pause=0.005, seen="seen")) as s:
            environment = {**s.environment, "MAINSTAY_SOCKET": str(s.socket)}
            follow = subprocess.Popen([mainstay.BIN / "ctl", "logs", "writer", "-f", "-n", "1000"],
                                      stdout=subprocess.PIPE, env=environment)
            try:
                seen = []
                for line in follow.stdout:
                    seen.append(int(line[:8]))
                    (s.folder / "seen").write_text(str(seen[-1]))
                    if seen[-1] == lines - 1:
                        break
                self.assertEqual(seen, list(range(lines)))
                self.assertGreater(len(archives(s)), 10)
            finally:
                follow.kill()
                follow.wait()
                follow.stdout.close()


class Kept(RotationTest):
    def test_keep_and_total_size_hold(self):
        with self.supervisor(writer(100_000, "{size: 64K, keep: 3, compress: false}")) as s:
            s.wait_state("writer", "exited")
            until(lambda: len(archives(s)) == 3, "three archives are left")
            newest = numbers(everything(s))
            self.assertEqual(newest, list(range(newest[0], 100_000)))
        with self.supervisor(writer(100_000, "{size: 64K, keep: 1000, compress: false}",
                                    more="logs: {total_size: 500K}")) as s:
            s.wait_state("writer", "exited")
            s.ctl("logs", "rotate", "writer", check=0)  # what came after the last cut counts from the next

            def fits():
                return s.call("logs.usage")["total_bytes"] <= 500 * 1024

            until(fits, "the total fits")
            newest = numbers(everything(s))
            self.assertEqual(newest, list(range(newest[0], 100_000)))
            self.assertGreater(len(archives(s)), 1)

    def test_rotate_flush_and_usage(self):
        yaml = "services: {a: {command: \"sh -c 'echo one; printf two; sleep 1000'\"}, rotate: {command: 'echo mine'}}"
        with self.supervisor(yaml) as s:
            until(lambda: s.log("a.out.log") == b"one\ntwo", "a has printed")
            until(lambda: s.log("rotate.out.log").startswith(b"mine\n"), "rotate has printed")
            self.assertIn("when its last line ends", s.ctl("logs", "rotate", "a", check=0).stdout)
            s.ctl("stop", "a", check=0)  # nobody can end that line any more
            until(lambda: len(archives(s, "a.out")) == 1, "a.out.log is rotated")
            self.assertEqual(everything(s, "a.out"), b"one\ntwo")
            usage = s.ctl("logs", "usage", "a", check=0).stdout
            self.assertIn("ARCHIVES", usage)
            self.assertEqual(s.call("logs.usage", targets=["a"])["services"][0]["archives"], 1)
            self.assertIn("mine", s.ctl("logs", "--", "rotate", check=0).stdout)
            self.assertIn("freed", s.ctl("logs", "flush", check=0).stdout)
            self.assertEqual(archives(s, "a.out"), [])
            kinds = [(e["kind"], e["data"].get("verb")) for e in s.call("events.list", limit=1000)["events"]]
            for wanted in (("log_rotated", None), ("action", "logs rotate"), ("action", "logs flush")):
                self.assertIn(wanted, kinds)

    def test_our_own_log_is_rotated(self):
        with self.supervisor("services: {a: {command: sleep 1000}}", start=False) as s:
            s.logs.mkdir(mode=0o700)
            s.logs.joinpath("supervisor.log").write_bytes(b"an old line\n" * 900_000)
            try:
                s.ctl("up", s.config, "--state-dir", s.state, "--log-dir", s.logs, check=0)
                until(lambda: glob.glob(str(s.logs / "supervisor_*.log.gz")), "an archive of supervisor.log")
                until(lambda: not glob.glob(str(s.logs / "supervisor_*.log")), "it is compressed")
                s.ctl("stop", "a", check=0)
                until(lambda: b"service_stopped" in s.log("supervisor.log"), "new lines in the log")
                archived = everything(s, "supervisor")
                self.assertEqual(archived.count(b"an old line\n"), 900_000)
                self.assertEqual(archived.count(b"supervisor_started"), 1)
                self.assertNotIn(b"\0", s.log("supervisor.log"))
            finally:
                s.ctl("down", check=0)


class Outside(RotationTest):
    def rename(self, s):
        """logrotate with `create`, or what it does."""
        log = s.logs / "writer.out.log"
        program = shutil.which("logrotate", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
        if program is None:
            os.rename(log, s.logs / "writer.out.log.1")
            log.touch(mode=0o640)
            return
        config = s.folder / "logrotate.conf"
        config.write_text(f"{log} {{\n  size 1\n  rotate 3\n  create 0640\n  nocompress\n}}\n")
        config.chmod(0o600)
        subprocess.run([program, "-f", "-s", s.folder / "logrotate.state", config], check=True)

    def test_logrotate_renames_a_log_that_is_written_at_full_speed(self):
        lines = 300_000
        with self.supervisor(writer(lines, "{size: 1G}")) as s:
            until(lambda: (s.logs / "writer.out.log").exists(), "the log", every=0.001)
            self.rename(s)
            s.wait_state("writer", "exited")
            renamed = (s.logs / "writer.out.log.1").read_bytes()
            self.assertEqual(numbers(renamed + s.log("writer.out.log")), list(range(lines)))

    def test_a_directory_full_of_files_of_others_keeps_them(self):
        with self.supervisor(writer(50_000, "{size: 4K, keep: 0}"), start=False) as s:
            s.logs.mkdir(mode=0o700)
            others = ["writer.out.log.1", "writer.out.log.2.gz", "notes_20200101_000000.log", "writer.out_2020.log", "x.tmp"]
            for name in others:
                (s.logs / name).write_text("somebody's")
            s.start()
            s.wait_state("writer", "exited")
            until(lambda: not archives(s), "no archive is kept")
            for name in others:
                self.assertEqual((s.logs / name).read_text(), "somebody's")


if __name__ == "__main__":
    mainstay.main()
