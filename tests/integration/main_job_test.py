"""Declared services stay up: the main job on real processes."""

import json
import os
import signal

import mainstay
from mainstay import LATE_GRANDCHILD, Supervisor, TestCase, alive, until


class StayingUp(TestCase):
    def test_everything_with_autostart_comes_up_in_order_of_its_dependencies(self):
        yaml = """
services:
  web: {command: 'sh -c "echo web >> order; exec sleep 1000"', depends_on: [migrate, database]}
  migrate:
    command: sh -c "echo migrate >> order"
    restart: {policy: never}
    depends_on: [database]
  database: {command: 'sh -c "echo database >> order; exec sleep 1000"'}
  later: {command: sleep 1000, autostart: false}
"""
        yaml = yaml.replace("depends_on: [migrate, database]", "depends_on: {migrate: completed, database: started}")
        with Supervisor(yaml) as s:
            s.wait_state("web", "running")
            order = s.folder / "order"
            until(lambda: order.read_text().count("\n") == 3, "all three have written")
            # a database that has been started may write later than who waited for its start
            written = [name for name in order.read_text().split() if name != "database"]
            self.assertEqual(written, ["migrate", "web"])
            told = [line.split() for line in s.stderr().splitlines()]
            self.assertEqual([words[2] + " " + words[3] for words in told if words[2].endswith(":")],
                             ["database: service_started", "migrate: service_started", "migrate: service_exited",
                              "web: service_started"])
            self.assertEqual(s.service("later")["state"], "stopped")
            self.assertEqual(s.service("migrate")["state"], "exited")

    def test_a_stable_run_that_crashes_is_replaced_at_once_and_its_counts_start_afresh(self):
        with Supervisor("services: {a: {command: sleep 1000, restart: {min_uptime: 1ms}}}") as s:
            first = s.wait_state("a", "running")
            until(lambda: s.service("a")["uptime_seconds"] > 0.01, "an uptime above min_uptime")
            os.kill(first["pid"], signal.SIGSEGV)
            second = s.wait("a", lambda a: a["state"] == "running" and a["pid"] != first["pid"], "restarted")
            self.assertEqual(second["unstable_runs"], 0)
            self.assertEqual(second["restarts"], 1)
            self.assertEqual(second["last_exit"]["signal"], "SEGV")

    def test_a_crash_loop_backs_off_and_fails_with_the_reason_and_a_manual_start_clears_it(self):
        yaml = """
services:
  a:
    command: sh -c 'echo oops >&2; exit 7'
    restart: {backoff: {initial: 5ms, factor: 1, max: 5ms, jitter: 0%}, max_restarts: 3}
"""
        with Supervisor(yaml) as s:
            failed = s.wait_state("a", "failed")
            self.assertEqual(failed["last_exit"]["code"], 7)
            self.assertEqual(failed["restarts"], 3)
            self.assertIn("max_restarts", s.call("services.why", name="a")["headline"]
                          + s.call("services.why", name="a")["gives_up"] + failed["reason"])
            before = s.log("a.err.log").count(b"oops")
            self.assertEqual(before, 4)
            s.ctl("start", "a", "--no-wait")
            s.wait("a", lambda a: a["state"] == "failed" and s.log("a.err.log").count(b"oops") == 8, "failed again")

    def test_policies_decide_by_exit_code(self):
        yaml = """
defaults: {restart: {backoff: 1h, min_uptime: 1h}}
services:
  success: {command: 'true', restart: {policy: on-failure}}
  also-success: {command: sh -c 'exit 3', restart: {policy: on-failure, success_codes: [0, 3]}}
  failure: {command: 'false', restart: {policy: on-failure}}
  stopped-by-code: {command: sh -c 'exit 9', restart: {stop_codes: [9]}}
  never: {command: 'false', restart: {policy: never}}
"""
        with Supervisor(yaml) as s:
            s.wait_state("success", "exited")
            s.wait_state("also-success", "exited")
            s.wait_state("failure", "backoff")
            s.wait_state("stopped-by-code", "exited")
            s.wait_state("never", "exited")

    def test_a_program_that_does_not_exist_is_named_with_the_path_that_was_searched(self):
        yaml = "services: {backend: {command: [pyhton3, main.py], restart: {max_restarts: 0}, env: {PATH: '/usr/bin:/bin'}}}"
        with Supervisor(yaml) as s:
            failed = s.wait_state("backend", "failed")
            self.assertIn("cannot run 'pyhton3' for backend: no such program in PATH /usr/bin:/bin",
                          json.dumps(s.call("services.why", name="backend")) + failed["reason"])

    def test_what_cannot_start_says_at_which_stage_and_why(self):
        yaml = """
defaults: {restart: {max_restarts: 0}}
services:
  nowhere: {command: sleep 1000, cwd: ./missing}
  not-executable: {command: ./plain.txt}
  no-interpreter: {command: ./text.sh}
  folder: {command: ./folder/}
"""
        files = {"plain.txt": "hello", "text.sh": "#!/nowhere/interpreter\n", "folder/x": ""}
        with Supervisor(yaml, files) as s:
            for name, words in (("nowhere", "missing"), ("not-executable", "not executable"),
                                ("no-interpreter", "'/nowhere/interpreter'"), ("folder", "is a directory")):
                with self.subTest(name):
                    failed = s.wait_state(name, "failed")
                    self.assertIn(words, failed["last_exit"]["start_failure"])
                    self.assertIn(words, s.ctl("why", name).stdout)

    def test_instances_get_their_number_and_their_own_port(self):
        yaml = """
services:
  web:
    command: sh -c 'echo $INSTANCE $PORT ${INSTANCE} > out.${INSTANCE}; exec sleep 1000'
    env: {PORT: "8000"}
    increment_env: [PORT]
    instances: 3
"""
        with Supervisor(yaml) as s:
            for i in range(3):
                s.wait_state(f"web:{i}", "running")
                out = s.folder / f"out.{i}"
                until(lambda: out.exists() and out.read_text().endswith("\n"), f"{out} written")
                self.assertEqual(out.read_text().split(), [str(i), str(8000 + i), str(i)])
            s.ctl("scale", "web", "1", check=0)
            self.assertEqual(len(s.call("services.list")["services"]), 1)
            s.ctl("scale", "web", "+1", check=0)
            self.assertEqual([o["name"] for o in s.call("services.list")["services"]], ["web:0", "web:1"])

    def test_the_environment_is_what_is_declared_and_nothing_else(self):
        yaml = """
services:
  a:
    command: sh -c 'env > seen; exec sleep 1000'
    env_file: [.env]
    env: {A: from-env, B: '${FROM_FILE}-and-more', D: '$$5', SECRET: {file: secret.txt}, ASKED: {command: [printf, asked]}}
    inherit_env: [PASSED]
"""
        files = {".env": "A=from-file\nFROM_FILE='quoted value' # comment\nexport C=exported\n", "secret.txt": "s3cret\n"}
        with Supervisor(yaml, files, environment={"PASSED": "yes", "NOT_PASSED": "no"}) as s:
            s.wait_state("a", "running")
            seen = s.folder / "seen"
            until(lambda: seen.exists() and "SECRET" in seen.read_text(), "the environment was written")
            env = dict(line.split("=", 1) for line in seen.read_text().splitlines())
            self.assertEqual((env["A"], env["B"], env["C"], env["D"]), ("from-env", "quoted value-and-more", "exported", "$5"))
            self.assertEqual((env["SECRET"], env["ASKED"], env["PASSED"]), ("s3cret", "asked", "yes"))
            self.assertNotIn("NOT_PASSED", env)
            allowed = {"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ", "PWD", "SHLVL", "_", "OLDPWD"}
            ours = {name for name in env if name.startswith("MAINSTAY_")} | {"INSTANCE"}
            declared = {"A", "B", "C", "D", "FROM_FILE", "SECRET", "ASKED", "PASSED"}
            self.assertEqual(set(env) - allowed - ours - declared, set())
            everything = json.dumps(s.service("a")) + json.dumps(s.call("config.get")) + s.stderr()
            self.assertNotIn("s3cret", everything)

    def test_a_stop_takes_escapees_with_it(self):
        yaml = """
services:
  a:
    command:
      - sh
      - -c
      - |
        for i in 1 2 3; do
          setsid sh -c "trap '' TERM HUP; (sleep 1000; true) & echo \\$! >> escaped; wait; sleep 1000" &
        done
        trap '' TERM
        while :; do sleep 1; done
    stop: {timeout: 200ms}
"""
        with Supervisor(yaml) as s:
            s.wait_state("a", "running")
            escaped = s.folder / "escaped"
            until(lambda: escaped.exists() and len(escaped.read_text().split()) == 3, "three escapees")
            pids = [int(pid) for pid in escaped.read_text().split()]
            self.assertTrue(all(alive(pid) for pid in pids))
            s.ctl("stop", "a", check=0)
            self.assertEqual([pid for pid in pids if alive(pid)], [])
            self.assertEqual(s.service("a")["state"], "stopped")

    def test_a_restart_after_a_crash_never_leaves_two_copies(self):
        yaml = """
services:
  a:
    command: sh -c 'sleep 1000 & echo $$$$ $$! >> pids; wait'
    restart: {min_uptime: 1ms}
"""
        with Supervisor(yaml) as s:
            pids = s.folder / "pids"
            until(lambda: pids.exists() and len(pids.read_text().split()) == 2, "the first run")
            main, helper = map(int, pids.read_text().split())
            os.kill(main, signal.SIGKILL)
            until(lambda: len(pids.read_text().split()) == 4, "the second run")
            self.assertFalse(alive(helper))

    def test_stopping_uses_the_declared_signal_and_command(self):
        yaml = """
services:
  by-signal:
    command: ['sh', '-c', "trap 'echo bye; exit 0' USR1; touch up; while :; do sleep 0.02; done"]
    stop: {signal: USR1}
  by-command:
    command: ['sh', '-c', "while [ ! -e stop-now ]; do sleep 0.02; done; echo stopped by command"]
    stop: {command: [touch, stop-now]}
"""
        with Supervisor(yaml) as s:
            until(lambda: (s.folder / "up").exists(), "by-signal hears the signal")
            s.wait_state("by-command", "running")
            s.ctl("stop", "all", check=0)
            self.assertEqual(s.log("by-signal.out.log"), b"bye\n")
            self.assertEqual(s.log("by-command.out.log"), b"stopped by command\n")


class Logs(TestCase):
    def test_last_words_are_all_there_when_the_exit_is_announced(self):
        yaml = """
services:
  a: {command: seq 1 50000, restart: {policy: never}}
  b: {command: 'sh -c "seq 1 50000; kill -9 $$$$"', restart: {policy: never}}
"""
        with Supervisor(yaml) as s:
            wanted = b"".join(b"%d\n" % i for i in range(1, 50001))
            for name in ("a", "b"):
                s.wait_state(name, "exited")
                self.assertEqual(s.log(f"{name}.out.log"), wanted)

    def test_merged_output_keeps_its_exact_order(self):
        yaml = """
services:
  a:
    command: sh -c 'for i in 1 2 3; do echo out $i; echo err $i >&2; done'
    restart: {policy: never}
    logs: {merge: true}
"""
        with Supervisor(yaml) as s:
            s.wait_state("a", "exited")
            self.assertEqual(s.log("a.log"), b"".join(b"out %d\nerr %d\n" % (i, i) for i in (1, 2, 3)))

    def test_a_service_can_reopen_its_standard_output_by_name(self):
        with Supervisor("services: {a: {command: 'sh -c \"echo x > /dev/stdout\"', restart: {policy: never}}}") as s:
            s.wait_state("a", "exited")
            self.assertEqual(s.log("a.out.log"), b"x\n")

    def test_output_of_a_grandchild_that_outlives_the_run_is_kept(self):
        with Supervisor(LATE_GRANDCHILD) as s:
            s.wait_state("a", "exited")
            (s.folder / "go").touch()
            until(lambda: s.log("a.out.log") == b"late\n", "the late output")

    def test_several_services_are_merged_in_time_order(self):
        # The time of a line is when it was taken, and known to some 4 ms: the next one is printed a while after that.
        take_turns = """#!/bin/sh
for turn; do
  case $turn in
    *:*) until grep -qs "${turn#*:}" "log/${turn%%:*}"; do sleep 0.02; done; sleep 0.02 ;;
    *) echo "$turn" ;;
  esac
done
"""
        yaml = """
defaults: {restart: {policy: never}}
services:
  a: {command: ./take_turns.sh a1 b.out.log:b1 a2}
  b: {command: ./take_turns.sh a.out.log:a1 b1 a.out.log:a2 b2}
"""
        with Supervisor(yaml, {"take_turns.sh": take_turns}) as s:
            s.wait_state("a", "exited")
            s.wait_state("b", "exited")
            lines = [json.loads(line) for line in s.ctl("logs", "--json", "a", "b", check=0).stdout.splitlines()]
            self.assertEqual([line["text"] for line in lines], ["a1", "b1", "a2", "b2"])
            self.assertEqual(s.ctl("logs", "-n", "1", "b", check=0).stdout, "b2\n")


class Looking(TestCase):
    def test_the_holder_of_a_taken_port_is_named(self):
        port = mainstay.free_port()
        server = ("import socket,sys,time\ns=socket.socket()\ns.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n"
                  "s.bind(('127.0.0.1', int(sys.argv[1])))\ns.listen()\nprint('up', flush=True)\ntime.sleep(1000)\n")
        yaml = f"""
services:
  holder: {{command: [python3, server.py, "{port}"]}}
  wants: {{command: [python3, server.py, "{port}"], autostart: false, env: {{PORT: "{port}"}}, restart: {{backoff: 1h}}}}
"""
        with Supervisor(yaml, {"server.py": server}) as s:
            until(lambda: s.log("holder.out.log") == b"up\n", "the holder listens")
            s.ctl("start", "wants", "--no-wait")
            s.wait_state("wants", "backoff")
            said = s.ctl("why", "wants").stdout
            self.assertIn(str(port), said)
            self.assertIn("holder", said)
            # the ports of a service are sampled after it has started
            until(lambda: s.service("holder")["ports"] == [port], "the port is shown")

    def test_memory_and_cpu_are_those_of_the_whole_tree(self):
        yaml = "services: {a: {command: ['sh', '-c', 'sleep 1000 & sleep 1000 & wait']}}"
        with Supervisor(yaml) as s:
            s.wait_state("a", "running")
            until(lambda: s.service("a")["processes"] == 3, "three processes counted")
            self.assertGreater(s.service("a")["memory_bytes"], 100_000)


if __name__ == "__main__":
    mainstay.main()
