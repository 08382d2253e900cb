"""Runs in the booted system: does what an administrator would, and writes what it found to /report."""

import json
import os
import pathlib
import select
import signal
import subprocess
import sys
import time
import traceback

REPORT = pathlib.Path("/report")
CONFIG = pathlib.Path("/etc/mainstay/ecosystem.yaml")
DEADLINE = 60
ECOSYSTEM = """services:
  a: {command: sleep 1000, user: nobody}
  b: {command: sleep 1000}
  c: {command: sleep 1000}
"""
UNIT = "mainstay.service"


def run(*command, check=True):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=DEADLINE)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: code {done.returncode}: {done.stdout}")
    return done


def until(condition, what):
    end = time.monotonic() + DEADLINE
    while True:
        try:
            value = condition()
        except (AssertionError, ValueError, KeyError):
            value = None
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"did not happen in time: {what}")
        select.select([], [], [], 0.05)


def expect(value, what):
    if not value:
        raise AssertionError(what)


def prop(name):
    return run("systemctl", "show", UNIT, "--value", f"--property={name}").stdout.strip()


def services():
    listed = json.loads(run("ctl", "status", "--json", check=False).stdout)["services"]
    return {service["name"]: service for service in listed}


def pids():
    return {name: service["pid"] for name, service in services().items() if service["pid"]}


def controller():
    keeper = prop("MainPID")
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            text = (entry / "stat").read_text()
            if "controller" in (entry / "cmdline").read_text() and text.rsplit(")", 1)[1].split()[1] == keeper:
                return int(entry.name)
        except (OSError, IndexError):
            pass
    raise AssertionError("there is no controller")


def all_up():
    return all(service["state"] == "running" for service in services().values())


def install():
    expect("enable" in run("ctl", "boot", "install").stdout, "it is enabled")
    expect("Nothing to do" in run("ctl", "boot", "install").stdout, "the second time changes nothing")
    expect(prop("ActiveState") == "inactive", "nothing is started")


def come_up():
    run("systemctl", "is-active", UNIT)
    until(all_up, "all services run")
    expect(len(services()) == 3, "three services are declared")
    environment = run("sh", "-c", f"tr '\\0' '\\n' < /proc/{pids()['a']}/environ").stdout
    expect("NOTIFY_SOCKET" not in environment and "WATCHDOG" not in environment, "a service hears of systemd")


def installed():
    status = json.loads(run("ctl", "boot", "status", "--json", check=False).stdout)
    expect(status["findings"] == [], f"nothing has drifted: {status}")
    expect(status["enabled"] and status["activity"] == "active", f"enabled and active: {status}")


def drift():
    return [finding["code"] for finding in json.loads(run("ctl", "boot", "status", "--json", check=False).stdout)["findings"]]


def reload():
    before = pids()
    run("systemctl", "reload", UNIT)
    expect("is what runs" in prop("StatusText"), prop("StatusText"))
    text = CONFIG.read_text()
    CONFIG.write_text(text + "  d: {command: sleep 1000}\n")
    expect(drift() == ["config_changed"], f"the edited file is not what runs: {drift()}")
    run("systemctl", "reload", UNIT)
    until(lambda: "is in force now" in prop("StatusText"), "the change is told of")
    until(lambda: "d" in pids(), "what was added runs")
    expect({name: pid for name, pid in pids().items() if name != "d"} == before, "the others are not touched")
    expect(drift() == [], f"the applied file is what runs: {drift()}")
    CONFIG.write_text("services: {a: {comand: x}}\n")
    expect(run("systemctl", "reload", UNIT, check=False).returncode != 0, "a bad file fails the reload")
    CONFIG.write_text(text)
    run("systemctl", "reload", UNIT)
    until(lambda: pids() == before, "what was taken out is gone, and the others went on")
    run("systemctl", "is-active", UNIT)


def killed_controller():
    before, old = pids(), controller()
    os.kill(old, signal.SIGKILL)
    until(lambda: controller() != old and pids() == before, "another controller holds the same services")
    expect(prop("NRestarts") == "0" and prop("ActiveState") == "active", "systemd has noticed nothing")


def frozen_controller():
    before, old = pids(), controller()
    os.kill(old, signal.SIGSTOP)
    until(lambda: controller() != old and pids() == before, "the frozen controller is replaced")
    expect(prop("NRestarts") == "0", "systemd need not step in")


def frozen_keeper():
    """Its heartbeat is the keeper's; without it systemd starts everything anew."""
    # It need not be waited for half a minute.
    folder = pathlib.Path("/run/systemd/system/mainstay.service.d")
    folder.mkdir(parents=True)
    (folder / "test.conf").write_text("[Service]\nWatchdogSec=6\nTimeoutAbortSec=2\n")
    run("systemctl", "daemon-reload")
    run("systemctl", "restart", UNIT)
    until(all_up, "all services run after a restart")
    old = prop("MainPID")
    os.kill(int(old), signal.SIGSTOP)
    until(lambda: prop("NRestarts") == "1" and prop("ActiveState") == "active", "the watchdog has started it anew")
    expect(prop("MainPID") != old, "it is another process")
    until(all_up, "all services run again")


def killed_keeper():
    """Its services end with it; systemd has kept what was in force and wished."""
    expect(prop("NFileDescriptorStore") == "2", prop("NFileDescriptorStore"))
    old, count, text = prop("MainPID"), int(prop("NRestarts")), CONFIG.read_text()
    run("ctl", "stop", "c")
    CONFIG.write_text("services: {a: {comand: x}}\n")
    os.kill(int(old), signal.SIGKILL)
    until(lambda: int(prop("NRestarts")) == count + 1 and prop("ActiveState") == "active", "systemd has started it anew")
    until(lambda: {name: one["state"] for name, one in services().items()} == {"a": "running", "b": "running", "c": "stopped"},
          "what was in force and wished")
    said = run("journalctl", "-b", "-u", UNIT, "--no-pager").stdout
    expect("going on with what was in force before" in said, said)
    CONFIG.write_text(text)
    run("ctl", "start", "c")


def stop():
    group = pathlib.Path("/sys/fs/cgroup") / prop("ControlGroup").lstrip("/")
    before = pids()
    run("systemctl", "stop", UNIT)
    expect(prop("ActiveState") == "inactive", prop("ActiveState"))
    expect(prop("Result") == "success", prop("Result"))
    for pid in before.values():
        expect(not pathlib.Path(f"/proc/{pid}").exists(), f"pid {pid} is left")
    for place in [group, *pathlib.Path("/sys/fs/cgroup").glob("*/system.slice/mainstay.service")]:
        expect(not place.exists() or not (place / "cgroup.procs").read_text(), f"{place} is left")
    expect(not pathlib.Path("/run/mainstay/control.sock").exists(), "the socket is left")


def keep_wishes():
    run("systemctl", "start", UNIT)
    until(all_up, "all services run")
    run("ctl", "stop", "a")
    run("ctl", "disable", "b")
    # What is wished for is on disk a moment later.
    state = pathlib.Path("/var/lib/mainstay/run.state")
    until(lambda: state.exists() and time.time() - state.stat().st_mtime > 1.5, "the wishes are saved")


def wishes_kept():
    until(lambda: services()["c"]["state"] == "running", "the third runs")
    states = {name: service["state"] for name, service in services().items()}
    expect(states == {"a": "stopped", "b": "stopped", "c": "running"}, states)


def dpkg_install():
    run("dpkg", "--install", "/package.deb")
    until(lambda: prop("ActiveState") == "active", "it is started")
    expect(prop("UnitFileState") == "enabled", prop("UnitFileState"))
    run("getent", "passwd", "mainstay")
    run("test", "-d", "/var/lib/mainstay")
    for place in ("bin/supervisor", "bin/ctl", "libexec/mainstay/mainstay-controller", "libexec/mainstay/mainstay-gateway",
                  "share/bash-completion/completions/ctl"):
        run("test", "-e", f"/usr/{place}")
    installed()
    expect("Nothing to do" in run("ctl", "boot", "install").stdout, "the package's unit is as good as ours")
    expect(services() == {}, "nothing runs that nobody has declared")
    expect(run("pgrep", "-f", "mainstay-gateway", check=False).returncode == 1, "no page is served by itself")


def dpkg_upgrade():
    CONFIG.write_text(ECOSYSTEM)
    run("systemctl", "restart", UNIT)
    until(lambda: len(services()) == 3 and all_up(), "all services run")
    before, keeper, old = pids(), prop("MainPID"), controller()
    said = run("dpkg", "--install", "/package.deb").stdout
    expect("upgraded" in said, said)
    until(lambda: controller() != old, "the new programs run")
    expect(pids() == before, f"services went on: {before}, {pids()}")
    expect(prop("MainPID") == keeper and prop("NRestarts") == "0", "systemd has noticed nothing")
    expect(prop("ActiveState") == "active", prop("ActiveState"))
    expect(CONFIG.read_text() == ECOSYSTEM, "the file of the administrator is kept")


def dpkg_purge():
    before = pids()
    run("dpkg", "--purge", "mainstay")
    for pid in before.values():
        expect(not pathlib.Path(f"/proc/{pid}").exists(), f"pid {pid} is left")
    left = run("find", "/", "-xdev", "-iname", "*mainstay*", "-not", "-path", "/proc/*", "-not", "-path", "/sys/*").stdout.split()
    expect(left == [], f"left: {left}")
    expect(run("getent", "passwd", "mainstay", check=False).returncode != 0, "the user is left")
    expect(not pathlib.Path("/run/mainstay").exists(), "/run/mainstay is left")


BOOTS = {"package": [dpkg_install, dpkg_upgrade, dpkg_purge],
         "install": [install],
         "first": [come_up, installed, reload, killed_controller, frozen_controller, frozen_keeper, killed_keeper, stop, keep_wishes],
         "second": [wishes_kept]}


def main():
    report = {}
    step = None
    try:
        for step in BOOTS[pathlib.Path("/boot-number").read_text()]:
            step()
            report[step.__name__] = "ok"
    except BaseException:  # pylint: disable=broad-except
        report[step.__name__] = traceback.format_exc()
        report["journal"] = run("journalctl", "-b", "--no-pager", "-n", "80", check=False).stdout
    REPORT.write_text(json.dumps(report))
    os.sync()
    subprocess.run(["systemctl", "poweroff", "--no-block"], check=False)


if __name__ == "__main__":
    sys.exit(main())
