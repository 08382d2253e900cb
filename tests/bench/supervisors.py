"""The supervisors that are compared, each told to run the same payload in its own fastest way: runit and s6
get the payload itself as ./run, so that no shell stands between; nobody writes a log unless logs are measured."""
import json
import os
import shutil
import signal
import subprocess
import time

import procfs


class Supervisor:
    name = "?"
    # What may be said of the restart policy that a benchmark asks for.
    restarts_at_once_when_short_lived = False

    def __init__(self, tools, work, payload, environment):
        self.tools = tools
        self.work = os.path.join(work, self.name)
        self.payload = payload
        self.marker = f"BENCH_SUPERVISOR={self.name}-{os.getpid()}"
        self.environment = dict(environment)
        self.environment.update([self.marker.split("=", 1)])
        self.child = None

    def missing(self):
        """The program that is not there, or nothing."""
        return next((tool for tool in self.programs if not self.tools.find(tool)), None)

    def prepare(self):
        shutil.rmtree(self.work, ignore_errors=True)
        os.makedirs(self.work)

    def spawn(self, argv):
        self.spawned = time.monotonic_ns()  # what was written before is not the supervisor's work
        with open(os.path.join(self.work, "own.log"), "ab") as log:
            self.child = subprocess.Popen(argv, env=self.full_environment(), cwd=self.work,
                                          stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def full_environment(self):
        environment = self.tools.environment()
        environment.update(self.environment)
        return environment

    def processes(self):
        """Everything that the supervisor itself consists of: all that carries our mark but the payload."""
        return [pid for pid in procfs.marked(self.marker) if procfs.executable(pid) != self.payload]

    def output_bytes(self):
        """Captured so far, over all files that the output may have been rotated into."""
        total = 0
        for folder, _, files in os.walk(self.output):
            for file in files:
                if self.is_output(file):
                    try:
                        total += os.stat(os.path.join(folder, file)).st_size
                    except OSError:
                        pass
        return total

    @property
    def output(self):
        return os.path.join(self.work, "output")

    def is_output(self, file):
        return True

    def run_tool(self, argv):
        return subprocess.run(argv, env=self.full_environment(), cwd=self.work, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)

    def ask_to_stop(self):
        if self.child and self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)

    def stop(self):
        self.ask_to_stop()
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and (self.processes() or procfs.running(self.payload)):
            if self.child:
                self.child.poll()
            time.sleep(0.05)
        for pid in self.processes() + procfs.running(self.payload):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if self.child:
            self.child.wait()
        shutil.rmtree(self.work, ignore_errors=True)


class Straight(Supervisor):
    """Nobody at all: what the payload itself costs when it writes into a file."""
    name = "a file"
    programs = ()

    def start(self, names, logged=False, short_lived=False):
        self.prepare()
        os.makedirs(self.output)
        with open(os.path.join(self.output, "log"), "wb") as log:
            self.spawned = time.monotonic_ns()
            self.child = subprocess.Popen([self.payload], env=self.full_environment(), cwd=self.work,
                                          stdin=subprocess.DEVNULL, stdout=log, stderr=log)


class ScanFolder(Supervisor):
    """runit and s6: a folder of service folders."""

    def write_services(self, names, logged):
        self.scan = os.path.join(self.work, "services")
        for name in names:
            folder = os.path.join(self.scan, name)
            os.makedirs(folder)
            os.symlink(self.payload, os.path.join(folder, "run"))
            if logged:
                os.makedirs(os.path.join(folder, "log"))
                self.write_logger(os.path.join(folder, "log", "run"))

    def write_logger(self, path):
        os.makedirs(self.output, exist_ok=True)
        with open(path, "w", encoding="utf-8") as script:
            script.write("#!/bin/sh\nexec " + self.logger() + "\n")
        os.chmod(path, 0o755)


class Runit(ScanFolder):
    name = "runit"
    programs = ("runsvdir", "runsv", "sv", "svlogd")

    def logger(self):
        with open(os.path.join(self.output, "config"), "w", encoding="utf-8") as config:
            config.write("s0\nn0\n")  # never rotate
        return f"svlogd -b 65536 {self.output}"

    def is_output(self, file):
        return file == "current" or file.startswith("@")

    def start(self, names, logged=False, short_lived=False):
        self.prepare()
        self.write_services(names, logged)
        self.spawn([self.tools.find("runsvdir"), "-P", self.scan])

    def status(self):
        folders = [os.path.join(self.scan, name) for name in sorted(os.listdir(self.scan))]
        self.run_tool([self.tools.find("sv"), "status", *folders])

    def ask_to_stop(self):
        if self.child and self.child.poll() is None:
            self.child.send_signal(signal.SIGHUP)  # stop all, then exit


class S6(ScanFolder):
    name = "s6"
    programs = ("s6-svscan", "s6-supervise", "s6-svstat", "s6-log")

    def logger(self):
        return f"s6-log -b n100 s268435455 {self.output}"

    def is_output(self, file):
        return file == "current" or file.startswith("@")

    def start(self, names, logged=False, short_lived=False):
        self.prepare()
        self.write_services(names, logged)
        self.spawn([self.tools.find("s6-svscan"), "-c", str(max(500, 2 * len(names))), self.scan])

    def status(self):
        # It shows one service at a time and nothing shows all.
        script = f'for folder in {self.scan}/*; do s6-svstat "$folder"; done'
        self.run_tool(["/bin/sh", "-c", script])


class Supervisord(Supervisor):
    name = "supervisord"
    programs = ("supervisord", "supervisorctl")
    restarts_at_once_when_short_lived = True

    def start(self, names, logged=False, short_lived=False):
        self.prepare()
        os.makedirs(self.output)
        socket = os.path.join(self.work, "control")
        sections = [
            f"[supervisord]\nnodaemon=true\nlogfile=/dev/null\nlogfile_maxbytes=0\nloglevel=error\n"
            f"pidfile={self.work}/pid\nminfds={max(1024, 4 * len(names))}\nchildlogdir={self.work}\n",
            f"[unix_http_server]\nfile={socket}\n",
            f"[supervisorctl]\nserverurl=unix://{socket}\n",
            "[rpcinterface:supervisor]\n"
            "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n",
        ]
        for name in names:
            folder = os.path.join(self.work, "in", name)
            os.makedirs(folder)
            log = os.path.join(self.output, name) if logged else "NONE"
            sections.append(
                f"[program:{name}]\ncommand={self.payload}\ndirectory={folder}\nautorestart=true\n"
                f"startsecs={0 if short_lived else 1}\nstartretries=1000000\nredirect_stderr=true\n"
                f"stdout_logfile={log}\nstdout_logfile_maxbytes=0\n")
        self.config = os.path.join(self.work, "config")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write("\n".join(sections))
        self.spawn([*self.tools.python("supervisord"), "-c", self.config])

    def status(self):
        self.run_tool([*self.tools.python("supervisorctl"), "-c", self.config, "status"])


class Pm2(Supervisor):
    name = "pm2"
    programs = ("pm2",)
    restarts_at_once_when_short_lived = True

    def start(self, names, logged=False, short_lived=False):
        self.prepare()
        os.makedirs(self.output)
        self.environment["PM2_HOME"] = os.path.join(self.work, "home")
        apps = []
        for name in names:
            folder = os.path.join(self.work, "in", name)
            os.makedirs(folder)
            apps.append({
                "name": name, "script": self.payload, "interpreter": "none", "exec_mode": "fork",
                "cwd": folder, "autorestart": True, "max_restarts": 1000000, "min_uptime": 0,
                "out_file": os.path.join(self.output, name) if logged else "/dev/null",
                "error_file": "/dev/null"})
        config = os.path.join(self.work, "apps.json")
        with open(config, "w", encoding="utf-8") as file:
            json.dump({"apps": apps}, file)
        self.spawn([self.tools.find("pm2"), "start", config])

    def status(self):
        self.run_tool([self.tools.find("pm2"), "ls"])

    def ask_to_stop(self):
        self.run_tool([self.tools.find("pm2"), "kill"])


class Mainstay(Supervisor):
    name = "mainstay"
    programs = ("supervisor", "ctl")
    restarts_at_once_when_short_lived = True

    def start(self, names, logged=False, short_lived=False):
        self.prepare()
        os.chmod(self.work, 0o700)
        environment = {key: self.environment[key] for key in self.environment if key.startswith("BENCH_")}
        del environment[self.marker.split("=", 1)[0]]
        services = {}
        for name in names:
            folder = os.path.join(self.work, "in", name)
            os.makedirs(folder)
            services[name] = {
                "command": [self.payload], "cwd": folder, "env": environment,
                "restart": {"policy": "always", "min_uptime": "1s", "max_restarts": "unlimited",
                            "backoff": "0s" if short_lived else "500ms"},
                "logs": {"merge": logged, "rotate": {"size": "100G", "compress": False}}}
        config = os.path.join(self.work, "ecosystem.yaml")
        with open(config, "w", encoding="utf-8") as file:
            json.dump({"services": services}, file)  # JSON is YAML
        self.socket = os.path.join(self.work, "control.sock")
        self.spawn([self.tools.find("supervisor"), "--config", config, "--foreground", "--state-dir",
                    os.path.join(self.work, "state"), "--log-dir", self.output, "--socket", self.socket])

    def is_output(self, file):
        return file.endswith(".log") and file != "supervisor.log"

    def status(self):
        self.run_tool([self.tools.find("ctl"), "--socket", self.socket, "status"])


ALL = (Runit, S6, Supervisord, Pm2, Mainstay)
