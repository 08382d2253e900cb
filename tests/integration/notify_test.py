"""Services that notify are heard whoever has died: by the messages that they see taken (BARRIER=1)."""

import os
import signal

import mainstay
from mainstay import Supervisor, TestCase, as_root, until
from saved import wait_until_saved

# Says that it is ready and waits until that was taken; again for each USR1.
NOTIFIER = """
import os, select, signal, socket

def say(text, descriptors=()):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.connect(os.environ["NOTIFY_SOCKET"])
        socket.send_fds(s, [text], descriptors)

signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
count = 0
while True:
    reading, writing = os.pipe()
    say(b"READY=1")
    say(b"BARRIER=1", [writing])
    os.close(writing)
    select.select([reading], [], [])
    os.close(reading)
    count += 1
    print("heard", count, os.environ["NOTIFY_SOCKET"], os.environ.get("WATCHDOG_USEC"), flush=True)
    signal.sigwait([signal.SIGUSR1])
"""

YAML = """
services:
  a:
    command: [python3, notifier.py]
    ready: {notify: true}
    health: [{heartbeat: 90s}]
"""


def heard(supervisor, log="a.out.log"):
    return supervisor.log(log).decode().splitlines()


class Notify(TestCase):
    def check_heard_again(self, supervisor, pid, count):
        os.kill(pid, signal.SIGUSR1)
        lines = until(lambda: len(heard(supervisor)) >= count and heard(supervisor), "the message is taken")
        self.assertEqual(supervisor.service("a")["pid"], pid)
        self.assertEqual(lines[-1].split()[1], str(count))
        self.assertEqual({line.split(maxsplit=2)[2] for line in lines}, {lines[0].split(maxsplit=2)[2]})

    def test_a_service_is_heard_over_the_death_of_controller_and_keeper(self):
        with Supervisor(YAML, {"notifier.py": NOTIFIER}) as s:
            pid = s.wait_state("a", "running")["pid"]
            first = until(lambda: heard(s), "the first message is taken")[0].split()
            folder = s.folder / "run" / "control.sock.notify"
            self.assertEqual(first[2], str(next(folder.iterdir())))
            self.assertEqual(first[3], "90000000")
            self.assertEqual(folder.stat().st_mode & 0o777, 0o711 if as_root() else 0o700)
            s.kill_controller()
            self.check_heard_again(s, pid, 2)
            s.kill_keeper()
            self.check_heard_again(s, pid, 3)
            s.kill_controller()
            self.check_heard_again(s, pid, 4)
            s.ctl("down", check=0)
            self.assertFalse(folder.exists())

    def test_a_service_is_heard_after_an_upgrade(self):
        with Supervisor(YAML, {"notifier.py": NOTIFIER}, own_programs=True) as s:
            pid = s.wait_state("a", "running")["pid"]
            until(lambda: heard(s), "the first message is taken")
            s.ctl("upgrade", check=0)
            self.check_heard_again(s, pid, 2)

    def test_when_both_have_died_the_socket_is_made_anew_and_leftovers_go(self):
        with Supervisor(YAML, {"notifier.py": NOTIFIER}) as s:
            pid = s.wait_state("a", "running")["pid"]
            socket = until(lambda: heard(s), "the first message is taken")[0].split()[2]
            leftover = mainstay.pathlib.Path(socket).parent / "99.0123456789abcdef"
            s.die()
            leftover.touch()
            s.start()
            self.check_heard_again(s, pid, 2)
            until(lambda: not leftover.exists(), "what nobody knows is removed")
            s.kill_controller()
            self.check_heard_again(s, pid, 3)

    def test_when_both_have_died_the_descriptor_of_a_service_is_read_again(self):
        writer = """
import os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
print("runs", flush=True)
signal.sigwait([signal.SIGUSR1])
for _ in range(100):
    os.write(3, b"x" * 4000)  # far more than a pipe holds
print("read", flush=True)
os.write(3, b"\\n")
signal.pause()
"""
        yaml = "services: {a: {command: [python3, writer.py], ready: {notify: 3}}}"
        with Supervisor(yaml, {"writer.py": writer}) as s:
            pid = s.wait("a", lambda service: service["pid"], "there")["pid"]
            until(lambda: heard(s) == ["runs"], "it runs")
            wait_until_saved(s)
            s.die()
            s.start()
            os.kill(pid, signal.SIGUSR1)
            until(lambda: heard(s) == ["runs", "read"], "somebody reads what it writes")
            self.assertEqual(s.wait_state("a", "running")["pid"], pid)

    def test_a_reload_is_shown_until_it_is_over(self):
        reloader = """
import os, signal, socket
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
where = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
where.connect(os.environ["NOTIFY_SOCKET"])
for text in b"READY=1", b"RELOADING=1", b"READY=1", b"STATUS=idle":
    where.send(text)
    print(text, flush=True)
    signal.sigwait([signal.SIGUSR1])
"""
        yaml = "services: {a: {command: [python3, reloader.py], ready: {notify: true}}}"
        with Supervisor(yaml, {"reloader.py": reloader}) as s:
            pid = s.wait_state("a", "running")["pid"]
            for said in ("reloading", None, "idle"):
                os.kill(pid, signal.SIGUSR1)
                s.wait("a", lambda service, said=said: service["status_text"] == said, f"it says {said}")

    def test_the_main_process_that_a_service_names_is_shown_and_its_own_end_is_the_end(self):
        successor = """
import os, signal, socket
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
child = os.fork()
if child == 0:
    signal.pause()
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
    s.sendto(b"MAINPID=%d\\nREADY=1" % child, os.environ["NOTIFY_SOCKET"])
print(child, flush=True)
signal.sigwait([signal.SIGUSR1])
"""
        yaml = "services: {a: {command: [python3, successor.py], ready: {notify: true}, restart: {backoff: 10ms}}}"
        with Supervisor(yaml, {"successor.py": successor}) as s:
            first = s.wait("a", lambda a: a["ready"], "ready")
            named = int(until(lambda: heard(s), "it says whom it named")[0])
            self.assertEqual(first["status_text"], f"its main process is {named}")
            os.kill(first["pid"], signal.SIGUSR1)
            s.wait("a", lambda a: a["ready"] and a["pid"] != first["pid"], "started anew")
            self.assertFalse(mainstay.alive(named))

    def test_a_check_speaks_for_nobody(self):
        look = "{command: [sh, -c, 'env > looked.part; mv looked.part looked'], interval: 100ms}"
        with Supervisor(YAML.replace("90s}]", "90s}, " + look + "]"), {"notifier.py": NOTIFIER}) as s:
            until(lambda: (s.folder / "looked").exists(), "the check has looked")
            environment = (s.folder / "looked").read_text()
            self.assertIn("INSTANCE=0", environment)
            for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC"):
                self.assertNotIn(name, environment)

    def test_a_service_of_another_user_is_heard(self):
        if not as_root():
            self.skipTest("needs root: a service of another user")
        yaml = YAML + "    user: nobody\n"
        with Supervisor(yaml, {"notifier.py": NOTIFIER}, start=False) as s:
            s.folder.chmod(0o755)
            s.start()
            until(lambda: heard(s), "the message is taken")
            pid = s.service("a")["pid"]
            with open(f"/proc/{pid}/status", encoding="ascii") as status:
                self.assertNotIn("\nUid:\t0", status.read())
            s.kill_controller()
            self.check_heard_again(s, pid, 2)


if __name__ == "__main__":
    mainstay.main()
