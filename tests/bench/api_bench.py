"""How many requests of /api/v1/services a second the gateway answers with one core, with 20 services behind it; asked by wrk.

The rate is of the gateway's own processor time, so that a machine that has other things to do disturbs little; by the clock it is printed, too.
Ends with 1 below the limit, with 77 where there is no wrk.
usage: api_bench.py [--build DIR] [--services 20] [--connections 32] [--seconds 5] [--limit 5000]
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=HERE.parents[1] / "build" / "release", type=pathlib.Path)
    parser.add_argument("--services", type=int, default=20)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--limit", type=float, default=5000, help="requests for each second of the gateway's processor time")
    return parser.parse_args()


def yaml_of(services, port):
    listed = "".join(f"  service-{i}: {{command: sleep 1000}}\n" for i in range(services))
    return f'web: {{listen: "127.0.0.1:{port}"}}\ndefaults: {{stop: {{timeout: 1s}}}}\nservices:\n{listed}'


def process_of(name, parent):
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            head, fields = (entry / "stat").read_text().rsplit(")", 1)
        except OSError:
            continue
        if head.split("(", 1)[1] == name[:15] and int(fields.split()[1]) == parent:
            return int(entry.name)
    raise LookupError(name)


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ask(url, given):
    command = ["wrk", "-t1", f"-c{given.connections}", f"-d{given.seconds}", "--latency", url]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout


def is_served(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live") as answer:
            return answer.status == 200
    except OSError:
        return False


def number(expression, text):
    found = re.search(expression, text)
    return found[1] if found else "0"


def main():
    given = arguments()
    if not shutil.which("wrk"):
        print("skipped: wrk is not installed")
        sys.exit(77)
    os.environ["MAINSTAY_BIN"] = str(given.build.resolve() / "bin")
    from mainstay import Supervisor, free_port, until  # pylint: disable=import-outside-toplevel  # reads MAINSTAY_BIN
    port = free_port()
    with Supervisor(yaml_of(given.services, port)) as supervisor:
        supervisor.wait_state(f"service-{given.services - 1}", "running")
        until(lambda: is_served(port), "the page is served")
        processes = [process_of(name, supervisor.process.pid) for name in ("mainstay-gateway", "mainstay-controller")]
        before = [cpu_seconds(each) for each in processes]
        said = ask(f"http://127.0.0.1:{port}/api/v1/services", given)
        gateway, controller = (cpu_seconds(each) - used for each, used in zip(processes, before))
    total = int(number(r"(\d+) requests in", said))
    rate = total / gateway
    print(f"{total} requests, {number(r'Non-2xx or 3xx responses: (.*)', said)} of them refused; {number(r'Requests/sec: *(.*)', said)} a second by the clock, "
          f"half within {number(r'50% *(.*)', said)}, 99 % within {number(r'99% *(.*)', said)}")
    print(f"{rate:.0f} for each second of the gateway's processor time; the controller took {controller / gateway * 100:.0f} % of that besides")
    sys.exit(0 if rate >= given.limit and "Non-2xx" not in said else 1)


if __name__ == "__main__":
    main()
