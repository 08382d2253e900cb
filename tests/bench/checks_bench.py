"""What a thousand HTTP checks a second cost the whole supervisor: keeper, controller and gateway together, as it is installed.

A server that is not counted answers at once. Beside the checks that are measured some hang for as long as their timeout lets
them, and none of the others may come later for that. Only CPU time counts, so a machine that has other things to do disturbs
little. Prints the figures, and ends with 1 when the whole costs more than the limit, or checks are late.
usage: checks_bench.py [--build DIR] [--of monitors|services] [--checks 1000] [--interval 1] [--hanging 50] [--watch 10] [--limit 60]
"""
import argparse
import os
import pathlib
import select
import socket
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{"status": "ok"}'
# A check may be this much later than its interval says before it counts as delayed by others.
PUNCTUAL = 0.5


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=HERE.parents[1] / "build" / "release", type=pathlib.Path)
    parser.add_argument("--of", choices=("monitors", "services"), default="monitors")
    parser.add_argument("--checks", type=int, default=1000)
    parser.add_argument("--interval", type=float, default=1.0, help="seconds")
    parser.add_argument("--hanging", type=int, default=50)
    parser.add_argument("--watch", type=float, default=10.0, help="seconds")
    parser.add_argument("--limit", type=float, default=60.0, help="percent of one core for a thousand checks a second")
    return parser.parse_args()


def listen():
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen(4096)
    return server


def serve(server, report):
    """In a process of its own: answers, and once a second reports when each path was asked for last and how late it was."""
    asked, latest, count = {}, 0.0, 0
    while True:
        client, _ = server.accept()
        try:
            path = client.recv(4096).split(b" ", 2)[1]
            client.send(ANSWER)
        except (OSError, IndexError):
            continue
        finally:
            client.close()
        now, count = time.monotonic(), count + 1
        latest = max(latest, now - asked.get(path, now))
        asked[path] = now
        if select.select([report], [], [], 0)[0] and report.recv(1):
            report.send(f"{count} {len(asked)} {latest}\n".encode())
            latest, count = 0.0, 0


class Server:
    def __init__(self):
        self.socket = listen()
        self.report, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            self.report.close()
            threading.Thread(target=self.end_with_parent, args=(theirs,), daemon=True).start()
            serve(self.socket, theirs)
        theirs.close()

    @staticmethod
    def end_with_parent(report):
        poll = select.poll()
        poll.register(report, select.POLLRDHUP)
        poll.poll()
        os._exit(0)

    def ask(self):
        """Answers since the last question, how many ask, and the longest time between two questions of one."""
        self.report.send(b"?")
        count, paths, longest = self.report.recv(200).split()
        return int(count), int(paths), float(longest)

    def close(self):
        self.report.close()
        os.waitpid(self.pid, 0)


def check_of(url, options):
    return f"http: {{url: '{url}', body: '\"status\": *\"ok\"'}}, interval: {int(options.interval * 1000)}ms, timeout: 5s"


def declared(options, good, deaf):
    hanging = "\n".join(f"  deaf{n}: {{http: 'http://127.0.0.1:{deaf}/{n}', interval: 1s, timeout: 30s}}" for n in range(options.hanging))
    checks = [(n, check_of(f"http://127.0.0.1:{good}/{n}", options)) for n in range(options.checks)]
    if options.of == "monitors":
        return "services: {}\nmonitors:\n" + "\n".join(f"  m{n}: {{{check}}}" for n, check in checks) + "\n" + hanging
    services = "\n".join(f"  s{n}: {{command: [sleep, infinity], logs: {{stdout: false, stderr: false}}, health: [{{{check}}}]}}"
                         for n, check in checks)
    return f"services:\n{services}\nmonitors:\n{hanging}" if options.hanging else f"services:\n{services}"


def cpu_of(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
        user, system = stat.read().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def parts_of(keeper):
    """The pid of each of our own processes, by its name."""
    found = {"keeper": keeper}
    with open(f"/proc/{keeper}/task/{keeper}/children", encoding="ascii") as file:
        for pid in file.read().split():
            with open(f"/proc/{pid}/comm", encoding="ascii") as comm:
                name = comm.read().strip()
            if name.startswith("mainstay-"):
                found["gateway" if name == "mainstay-gatewa" else "controller"] = int(pid)
    return found


def measure(supervisor, server, options):
    mainstay.until(lambda: server.ask()[1] == options.checks, "everything is looked at", seconds=300, every=0.5)
    time.sleep(5 * options.interval)  # who waits for a first result looks oftener
    parts = parts_of(supervisor.process.pid)
    server.ask()
    before, began = {name: cpu_of(pid) for name, pid in parts.items()}, time.monotonic()
    time.sleep(options.watch)
    answered, _, longest = server.ask()
    took = time.monotonic() - began
    used = {name: cpu_of(pid) - before[name] for name, pid in parts.items()}
    return answered / took, longest, {name: seconds / answered * 1000 * 100 for name, seconds in used.items()}


def report(options, rate, longest, shares):
    wanted = options.checks / options.interval
    whole = sum(shares.values())
    print(f"{options.checks} {options.of}, one HTTP check each {options.interval:g} s, {options.hanging} others hanging")
    print(f"answered {rate:.0f} a second of {wanted:.0f}; longest time between two looks of one: {longest:.2f} s")
    print("CPU for 1,000 checks a second: " + ", ".join(f"{name} {share:.1f} %" for name, share in shares.items())
          + f"; all {whole:.1f} % of one core (limit {options.limit:g} %)")
    late = longest > options.interval + PUNCTUAL
    if late:
        print("some checks came late", file=sys.stderr)
    return 1 if late or whole > options.limit or rate < 0.95 * wanted else 0


def main():
    options = arguments()
    os.environ["MAINSTAY_BIN"] = str(options.build / "bin")
    global mainstay  # it looks for the programs when it is imported
    import mainstay
    deaf, server = listen(), Server()
    with tempfile.TemporaryDirectory(prefix="mainstay-bench-") as folder:
        yaml = declared(options, server.socket.getsockname()[1], deaf.getsockname()[1])
        with mainstay.Supervisor(yaml, folder=pathlib.Path(folder)) as supervisor:
            result = report(options, *measure(supervisor, server, options))
    server.close()
    return result


if __name__ == "__main__":
    sys.exit(main())
