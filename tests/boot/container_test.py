#!/usr/bin/env python3
"""The image of packaging/Dockerfile: built, run as process 1 of a container, stopped. Needs an engine that runs, else it is skipped."""

import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = 77
DEADLINE = 60
# One that does not end by TERM alone ends the test by its code.
ECOSYSTEM = """services:
  web: {command: sleep 1000}
  orphans: {command: [sh, -c, "(sleep 0.1 &) ; exec sleep 1000"]}
"""


def engine():
    for name in ("docker", "podman"):
        if shutil.which(name) and subprocess.run([name, "info"], capture_output=True, check=False).returncode == 0:
            return name
    return None


def run(*command, check=True):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}: code {done.returncode}: {done.stdout[-3000:]}")
    return done


def until(condition, what):
    end = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"did not happen in time: {what}")
        select.select([], [], [], 0.1)


def use(docker, image, name, folder):
    config = pathlib.Path(folder) / "ecosystem.yaml"
    config.write_text(ECOSYSTEM, encoding="utf-8")
    run(docker, "run", "--detach", "--name", name, "--volume", f"{config}:/etc/mainstay/ecosystem.yaml:ro", image)
    inside = [docker, "exec", name]
    until(lambda: run(*inside, "ctl", "status", "--json", check=False).stdout.count('"state":"running"') == 2, "both services run")
    assert "supervisor" in run(*inside, "cat", "/proc/1/cmdline").stdout, "the supervisor is process 1"
    run(docker, "stop", "--time", "30", name)
    code = run(docker, "inspect", "--format", "{{.State.ExitCode}}", name).stdout.strip()
    assert code == "0", f"exit code {code}: {run(docker, 'logs', name).stdout}"


def main():
    docker = engine()
    if docker is None:
        print("skipped: no container engine runs here (docker, podman)")
        return SKIPPED
    image = name = f"mainstay-test-{uuid.uuid4().hex[:12]}"
    try:
        run(docker, "build", "--file", ROOT / "packaging/Dockerfile", "--tag", image, ROOT)
        with tempfile.TemporaryDirectory(prefix="mainstay-test-") as folder:
            use(docker, image, name, folder)
    finally:
        run(docker, "rm", "--force", name, check=False)
        run(docker, "rmi", "--force", image, check=False)
    print("built, run as process 1, stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
