"""A Debian system that is booted by systemd-nspawn and does the steps of inside.py."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("MAINSTAY_BIN", "build/release/bin")).resolve().parent
TREE = pathlib.Path(os.environ.get("MAINSTAY_BOOT_TREE", "/var/tmp/mainstay-boot-tree"))
SUITE = "bookworm"
# What the tests run, and what the package of ours depends on.
PACKAGES = "systemd,systemd-sysv,dbus,procps,python3,adduser,tzdata,libcctz2,libcpp-httplib0.11,libcrypt1,libcurl4,libssl3,libstdc++6"
SKIPPED = 77

CHECK = """[Unit]
After=multi-user.target mainstay.service
FailureAction=poweroff
[Service]
Type=oneshot
ExecStart=/usr/bin/python3 /inside.py
StandardOutput=journal
"""


def reason_to_skip():
    return missing() or make_tree()


def missing():
    if os.geteuid() != 0:
        return "needs root"
    tools = [tool for tool in ("systemd-nspawn", "debootstrap", "mount") if shutil.which(tool) is None]
    return f"needs {', '.join(tools)}" if tools else None


def mirror():
    """Where this machine gets its Debian packages from; None leaves it to debootstrap."""
    sources = [pathlib.Path("/etc/apt/sources.list"), *sorted(pathlib.Path("/etc/apt/sources.list.d").glob("*.sources")),
               *sorted(pathlib.Path("/etc/apt/sources.list.d").glob("*.list"))]
    for source in sources:
        text = source.read_text(encoding="utf-8") if source.exists() else ""
        found = re.search(r"^(?:URIs:|deb(?: \[[^]]*\])?)\s+(https?://\S+/debian/?)(?:\s|$)", text, re.M)
        if found:
            return found.group(1)
    return None


def make_tree():
    """Once; a marker says that it is whole, and with which packages."""
    marker = TREE / "made-with"
    if marker.exists() and marker.read_text() == PACKAGES:
        return None
    shutil.rmtree(TREE, ignore_errors=True)
    where = os.environ.get("MAINSTAY_BOOT_MIRROR") or mirror()
    done = subprocess.run(["debootstrap", "--variant=minbase", f"--include={PACKAGES}", SUITE, TREE, *([where] if where else [])],
                          capture_output=True, text=True, check=False)
    if done.returncode == 0:
        marker.write_text(PACKAGES)
        return None
    shutil.rmtree(TREE, ignore_errors=True)
    return f"needs a Debian tree, and debootstrap has failed: {done.stdout[-500:]}"


class Machine:
    """The tree with a layer of its own over it, so that nothing is left behind."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mainstay-boot-", dir="/var/tmp"))
        self.root = self.folder / "root"
        for name in ("root", "upper", "work"):
            (self.folder / name).mkdir()

    def __enter__(self):
        options = f"lowerdir={TREE},upperdir={self.folder}/upper,workdir={self.folder}/work"
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, self.root], check=True)
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", self.root], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, path, text):
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def copy(self, source, path):
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)

    def run(self, *boots):
        """Boots as often; prints what each step said, and returns an exit code."""
        self.copy(HERE / "inside.py", "inside.py")
        self.write("etc/systemd/system/check.service", CHECK)
        wants = self.root / "etc/systemd/system/multi-user.target.wants"
        wants.mkdir(exist_ok=True)
        (wants / "check.service").symlink_to("../check.service")
        failed = False
        for number in boots:
            for step, result in self.boot(number).items():
                print(f"boot {number}: {step}: {result}")
                failed = failed or result != "ok"
        return 1 if failed else 0

    def boot(self, number):
        self.write("boot-number", number)
        report = self.root / "report"
        report.unlink(missing_ok=True)
        command = ["systemd-nspawn", "--quiet", "-D", self.root, "--boot", "--register=no", "--keep-unit",
                   "--private-network", "--console=pipe"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=200, check=False)
        if not report.exists():
            raise AssertionError(f"boot {number} has not come to its end: {done.stdout.decode(errors='replace')[-3000:]}")
        return json.loads(report.read_text())
