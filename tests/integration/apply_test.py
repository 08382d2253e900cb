"""A changed ecosystem file is put in force: only what changed is touched, whatever happens meanwhile."""

import os
import signal
import unittest

import mainstay
from controllers import kill_controllers
from mainstay import AT_ONCE, RpcError, Supervisor, TestCase, alive, as_root, until

BEFORE = """
services:
  steady: {command: sleep 1001}
  goes: {command: sleep 1002}
  needed: {command: sleep 1003}
  changes: {command: sleep 1004, depends_on: [needed]}
  relaxed: {command: sleep 1005, tags: [a], restart: {min_uptime: 1ms}}
"""
AFTER = """
services:
  comes: {command: sleep 2001, depends_on: [steady]}
  steady: {command: sleep 1001}
  needed: {command: sleep 1003}
  changes: {command: sleep 2004, depends_on: {needed: started}}
  relaxed: {command: sleep 1005, tags: [b], restart: {policy: never}}
"""
KEPT = ("pid", "restarts", "unstable_runs", "started_at", "last_exit", "held_down")


def command_line(pid):
    with open(f"/proc/{pid}/cmdline", "rb") as line:
        return line.read().rstrip(b"\0").replace(b"\0", b" ").decode()


class Apply(TestCase):
    def services(self, s):
        return {o["name"]: o for o in s.call("services.list")["services"]}

    def up(self, s, *names):
        for name in names or [n for n in self.services(s)]:
            s.wait_state(name, "running")

    def events(self, s, kind):
        return [e for e in s.call("events.list")["events"] if e["kind"] == kind]

    def check_after(self, s):
        """What runs is what AFTER says, each once."""
        now = self.services(s)
        self.assertEqual(sorted(now), ["changes", "comes", "needed", "relaxed", "steady"])
        lines = sorted(command_line(pid) for pid in s.survivors_named("sleep"))
        self.assertEqual(lines, ["sleep 1001", "sleep 1003", "sleep 1005", "sleep 2001", "sleep 2004"])

    def check_before(self, s):
        self.assertEqual(sorted(self.services(s)), ["changes", "goes", "needed", "relaxed", "steady"])
        lines = sorted(command_line(pid) for pid in s.survivors_named("sleep"))
        self.assertEqual(lines, [f"sleep {1000 + n}" for n in range(1, 6)])

    def test_only_what_changed_is_touched(self):
        with Supervisor(BEFORE) as s:
            self.up(s)
            pid = s.service("relaxed")["pid"]
            os.kill(pid, signal.SIGKILL)
            s.wait("relaxed", lambda a: a["pid"] not in (None, pid), "restarted")
            s.wait_state("relaxed", "running")
            before = self.services(s)
            controller = s.controller_pid()
            s.config.write_text(AFTER)
            plan = s.ctl("plan", check=0).stdout
            self.assertIn("1 removed, 1 added, 2 changed, 2 unchanged", plan)
            self.assertEqual(s.controller_pid(), controller, "a plan changes nothing")
            done = s.ctl("apply", "--yes", check=0)
            for line in ("- goes", "+ comes", "~ changes", "command: [sleep, 1004] -> [sleep, 2004]", "All 3 are up"):
                self.assertIn(line, done.stdout)
            after = self.services(s)
            for name in ("steady", "needed", "relaxed"):
                self.assertEqual([after[name][k] for k in KEPT], [before[name][k] for k in KEPT], name)
            self.check_after(s)
            self.assertFalse(alive(before["goes"]["pid"]))
            self.assertEqual(s.service("relaxed")["spec"]["restart.policy"], "never")
            told = self.events(s, "config_applied")
            self.assertEqual(len(told), 1)
            self.assertEqual(told[0]["data"]["removed"], "goes")
            self.assertEqual(told[0]["data"]["added"], "comes")
            self.assertEqual(told[0]["data"]["changed"], "changes, relaxed")
            self.assertIn("nothing would change", s.ctl("plan", check=0).stdout)
            # It is no crash: a controller that really dies is followed at once.
            s.kill_controller()
            self.check_after(s)
            self.assertEqual(len(self.events(s, "config_applied")), 1)

    def test_applied_many_times_it_is_no_crash_loop(self):
        with Supervisor(BEFORE) as s:
            self.up(s)
            steady = s.service("steady")["pid"]
            for text in (AFTER, BEFORE) * 4:
                s.config.write_text(text)
                s.ctl("apply", "--yes", check=0)
            self.check_before(s)
            self.assertEqual(s.service("steady")["pid"], steady)
            self.assertIsNone(s.call("supervisor.info")["drain"])

    def test_checks_that_are_under_way_do_not_hold_it_up(self):
        check = "[{command: [sh, -c, 'exit 0'], interval: 10ms}]"
        services = [f"  s{n}: {{command: sleep 1001, tags: [TAG], health: {check}}}\n" for n in range(4)]
        yaml = "services:\n" + "".join(services)
        with Supervisor(yaml) as s:
            for tag in "abcdefgh":
                s.config.write_text(yaml.replace("TAG", tag))
                s.ctl("apply", "--yes", check=0)
                self.assertEqual(s.service("s0")["spec"]["tags"], f"[{tag}]")

    def test_a_bad_file_changes_nothing_and_is_told_with_its_place(self):
        with Supervisor(BEFORE) as s:
            self.up(s)
            before = self.services(s)
            controller = s.controller_pid()
            for text in ("services:\n  a: {comand: x}\n", "services: [", "", "services:\n  a: {command: x}\n" * 2):
                s.config.write_text(text)
                for verb in (("plan",), ("apply", "--yes")):
                    done = s.ctl(*verb, check=2)
                    self.assertRegex(done.stderr, r"ecosystem\.yaml(:\d+:\d+)?: error: ")
            self.assertEqual(len(self.events(s, "config_rejected")), 4, "one for each that was to be applied")
            s.config.write_text("services:\n  a: {comand: x}\n")
            self.assertRegex(s.ctl("apply", "--yes", check=2).stderr, r"ecosystem\.yaml:2:7: error: ")
            with self.assertRaises(RpcError) as refused:
                s.call("config.apply")
            self.assertEqual(refused.exception.data["code"], "invalid_config")
            self.assertEqual({n: o["pid"] for n, o in self.services(s).items()}, {n: o["pid"] for n, o in before.items()})
            self.assertEqual(s.controller_pid(), controller)
            rejected = self.events(s, "config_rejected")
            self.assertRegex(rejected[-1]["data"]["reason"], r"ecosystem\.yaml:2:7: error: ")

    def test_without_a_terminal_it_needs_yes(self):
        with Supervisor(BEFORE) as s:
            s.config.write_text(AFTER)
            done = s.ctl("apply", check=2)
            self.assertIn("--yes", done.stderr)
            self.assertIn("goes", self.services(s))

    def test_what_was_looked_at_is_what_is_applied(self):
        with Supervisor(BEFORE) as s:
            s.config.write_text(AFTER)
            plan = s.call("config.plan")
            s.config.write_text(BEFORE + "  more: {command: sleep 9}\n")
            with self.assertRaises(RpcError) as refused:
                s.call("config.apply", hash=plan["hash"])
            self.assertEqual(refused.exception.data["code"], "changed_meanwhile")

    def test_a_change_of_comments_is_waited_for_too(self):
        with Supervisor(BEFORE) as s:
            self.up(s)
            pids = {name: o["pid"] for name, o in self.services(s).items()}
            for n in range(5):
                s.config.write_text(f"# {n}\n{BEFORE}")
                hash_ = s.call("config.plan")["hash"]
                self.assertIn("nothing would change", s.ctl("apply", "--yes", check=0).stdout)
                self.assertEqual(s.call("supervisor.info")["config_hash"], hash_)
            self.assertEqual({name: o["pid"] for name, o in self.services(s).items()}, pids)

    def test_another_file_and_its_name(self):
        with Supervisor(BEFORE, {"other.yaml": AFTER}) as s:
            self.up(s)
            done = s.ctl("apply", "other.yaml", "--yes", check=0)
            self.assertIn(f"started anew reads {s.config}", done.stderr)
            self.assertEqual(s.call("supervisor.info")["config"], str(s.folder / "other.yaml"))
            self.check_after(s)

    def test_what_people_wished_stays(self):
        with Supervisor("services: {a: {command: sleep 1, instances: 2}, b: {command: sleep 1001}}") as s:
            s.ctl("stop", "a", check=0)
            s.ctl("disable", "b", check=0)
            s.config.write_text("services: {a: {command: sleep 2, instances: 3}, b: {command: sleep 1002}}")
            s.ctl("apply", "--yes", check=0)
            now = self.services(s)
            self.assertEqual([now[f"a:{n}"]["state"] for n in range(3)], ["stopped"] * 3)
            self.assertTrue(now["a:2"]["held_down"])
            self.assertFalse(now["b"]["enabled"])
            self.assertEqual(command_line(now["b"]["pid"]), "sleep 1002")

    def test_the_number_of_instances_follows_the_file(self):
        with Supervisor("services: {a: {command: sleep 1001, instances: 2}}") as s:
            self.up(s)
            first = s.service("a:0")["pid"]
            for wanted in (4, 1, 2):
                s.config.write_text(f"services: {{a: {{command: sleep 1001, instances: {wanted}}}}}")
                s.ctl("apply", "--yes", check=0)
                until(lambda: len(self.services(s)) == wanted, f"{wanted} instances")
                self.up(s)
                self.assertEqual(len(s.survivors_named("sleep")), wanted)
                self.assertEqual(self.services(s)["a" if wanted == 1 else "a:0"]["pid"], first)

    def test_what_was_scaled_by_hand_stays_until_the_file_says_another_number(self):
        with Supervisor("services: {a: {command: sleep 1001, instances: 2}}") as s:
            s.ctl("scale", "a", "3", check=0)
            s.config.write_text("services: {a: {command: sleep 1001, instances: 2, tags: [x]}}")
            s.ctl("apply", "--yes", check=0)
            self.assertEqual(len(self.services(s)), 3)

    def test_a_renamed_service_finds_its_port_free(self):
        port = mainstay.free_port()
        serve = f"exec python3 -c 'import socket, time; s = socket.create_server((\"127.0.0.1\", {port})); time.sleep(1000)'"
        files = {"serve.sh": f"#!/bin/sh\n{serve}\n"}
        with Supervisor(f"services: {{old: {{command: ./serve.sh, ready: {{tcp: {port}}}}}}}", files) as s:
            self.up(s)
            s.config.write_text(f"services: {{new: {{command: ./serve.sh, ready: {{tcp: {port}}}}}}}")
            s.ctl("apply", "--yes", check=0)
            self.assertEqual(list(self.services(s)), ["new"])
            self.assertEqual(s.service("new")["restarts"], 0)

    def test_removed_services_stop_in_reverse_order(self):
        trap = "#!/bin/sh\ntrap 'echo $1 >> order; exit 0' TERM\ntouch up-$1\nwhile :; do sleep 0.05; done\n"
        yaml = """
services:
  stays: {command: sleep 1001}
  a: {command: ./t.sh a}
  b: {command: ./t.sh b, depends_on: [a]}
  c: {command: ./t.sh c, depends_on: [b]}
"""
        with Supervisor(yaml, {"t.sh": trap}) as s:
            for name in "abc":
                until(lambda: (s.folder / f"up-{name}").exists(), f"{name} hears TERM")
            s.config.write_text("services: {stays: {command: sleep 1001}}")
            s.ctl("apply", "--yes", check=0)
            self.assertEqual((s.folder / "order").read_text().split(), ["c", "b", "a"])

    def test_a_failed_service_is_started_again_once_its_command_is_mended(self):
        yaml = "services: {a: {command: 'false', restart: {max_restarts: 0}}}"
        with Supervisor(yaml) as s:
            s.wait_state("a", "failed")
            s.config.write_text("services: {a: {command: sleep 1001, restart: {max_restarts: 0}}}")
            s.ctl("apply", "--yes", check=0)
            self.assertEqual(s.service("a")["state"], "running")
            # Nobody can tell that it dies at once but who waits for it to be ready.
            s.config.write_text("services: {a: {command: 'false', ready: {delay: 50s}, restart: {max_restarts: 0}}}")
            s.ctl("apply", "--yes", check=1)

    def test_checks_change_without_a_restart(self):
        yaml = "services: {{a: {{command: sleep 1001, health: [{{command: [sh, -c, '{0}'], interval: 100ms}}]}}}}"
        with Supervisor(yaml.format("exit 0")) as s:
            s.wait("a", lambda a: a["health"] == "healthy", "healthy")
            pid = s.service("a")["pid"]
            s.config.write_text(yaml.format("exit 1").replace("interval", "action: alert, interval"))
            s.call("config.apply")
            until(lambda: self.try_service(s, "a").get("health") == "unhealthy", "looked at anew")
            self.assertEqual(s.service("a")["pid"], pid)
            s.config.write_text("services: {a: {command: sleep 1001}}")
            s.ctl("apply", "--yes", check=0)
            self.assertEqual(s.service("a")["health"], "none")
            self.assertEqual(s.service("a")["pid"], pid)

    def try_service(self, s, name):
        try:
            return s.service(name)
        except (ConnectionError, OSError):
            return {}

    SLOW = ("#!/bin/sh\ntrap 'while [ ! -e go ]; do sleep 0.02; done; exit 0' TERM\n"
            "touch up\nwhile :; do sleep 0.05; done\n")
    SLOW_YAML = "services: {slow: {command: ./slow.sh, stop: {timeout: 50s}}, a: {command: sleep 1001}}"

    def slow_up(self, s):
        self.up(s)
        until(lambda: (s.folder / "up").exists(), "slow hears TERM")

    def test_a_second_change_is_refused_while_one_is_under_way(self):
        with Supervisor(self.SLOW_YAML, {"slow.sh": self.SLOW}) as s:
            self.slow_up(s)
            s.config.write_text("services: {a: {command: sleep 1002}}")
            with s.client() as first:
                first.send("config.apply")
                until(lambda: s.call("supervisor.info")["config_changes"], "the change is under way")
                s.wait_state("slow", "stopping")
                with self.assertRaises(RpcError) as refused:
                    s.call("config.apply")
                self.assertEqual(refused.exception.data["code"], "busy")
                (s.folder / "go").touch()
                self.assertTrue(first.read()["result"]["changes"])
            until(lambda: list(self.try_list(s)) == ["a"], "slow is gone")
            self.up(s)

    def try_list(self, s):
        try:
            return self.services(s)
        except (ConnectionError, OSError):
            return {}

    def test_a_pending_stop_goes_on(self):
        with Supervisor(self.SLOW_YAML, {"slow.sh": self.SLOW}) as s:
            self.slow_up(s)
            s.ctl("stop", "slow", "--no-wait", check=0)
            s.wait_state("slow", "stopping")
            pid = s.service("slow")["pid"]
            s.config.write_text(self.SLOW_YAML.replace("./slow.sh", "./slow.sh again").replace("1001", "1002"))
            s.ctl("apply", "--yes", check=0)
            self.assertEqual(s.service("slow")["pid"], pid)
            (s.folder / "go").touch()
            self.assertTrue(s.wait_state("slow", "stopped")["held_down"])

    def test_a_controller_that_dies_while_services_stop_is_followed_by_one_that_goes_on(self):
        with Supervisor(self.SLOW_YAML, {"slow.sh": self.SLOW}, environment=AT_ONCE) as s:
            self.slow_up(s)
            s.config.write_text("services: {a: {command: sleep 1002}}")
            with s.client() as first:
                first.send("config.apply")
                s.wait_state("slow", "stopping")
                s.kill_controller()
            # What was decided is what was read then.
            s.config.write_text("services: {}")
            self.assertTrue(s.call("supervisor.info")["config_changes"])
            (s.folder / "go").touch()
            until(lambda: list(self.try_list(s)) == ["a"], "slow is gone")
            self.up(s)
            self.assertEqual(command_line(s.service("a")["pid"]), "sleep 1002")

    def test_whenever_the_controller_dies_exactly_one_of_both_is_in_force(self):
        moments = mainstay.random_moments()
        with Supervisor(BEFORE, environment=AT_ONCE) as s:
            self.up(s)
            steady = s.service("steady")["pid"]
            in_force = "before"
            for _ in range(12):
                wanted = "after" if in_force == "before" else "before"
                s.config.write_text(AFTER if wanted == "after" else BEFORE)
                controller = s.controller_pid()
                with s.client() as client:
                    client.send("config.apply")
                    mainstay.wait_moment(moments, 0.1)
                    kill_controllers(s, controller)

                def at_rest():
                    try:
                        info = s.call("supervisor.info")
                        names = self.services(s)
                        return not info["config_changes"] and all(o["state"] == "running" for o in names.values()) and names
                    except (ConnectionError, OSError):
                        return None

                now = until(at_rest, "all that is declared is up")
                in_force = "after" if "comes" in now else "before"
                (self.check_after if in_force == "after" else self.check_before)(s)
                self.assertEqual(now["steady"]["pid"], steady)
                self.assertEqual(now["steady"]["restarts"], 0)

    def test_the_log_folder_of_the_command_line_counts_more_than_the_file(self):
        ticking = "#!/bin/sh\nwhile :; do echo tick; sleep 0.05; done\n"
        with Supervisor("services: {a: {command: ./tick.sh}}", {"tick.sh": ticking}) as s:
            self.up(s)
            s.config.write_text("logs: {dir: elsewhere}\nservices: {a: {command: ./tick.sh}}")
            s.ctl("apply", "--yes", check=0)
            self.assertFalse((s.folder / "elsewhere").exists())

    @unittest.skipUnless(as_root(), "needs root: another owner")
    def test_a_file_of_somebody_else_is_refused(self):
        with Supervisor(BEFORE) as s:
            self.up(s)
            s.config.write_text(AFTER)
            os.chown(s.config, 65534, 65534)
            self.assertIn("error", s.ctl("apply", "--yes", check=2).stderr)
            self.assertIn("goes", self.services(s))


if __name__ == "__main__":
    mainstay.main()
