"""What was in force before is put in force again, whatever is on disk and whoever died in between."""

import os
import signal

import mainstay
from apply_test import AFTER, BEFORE, command_line
from controllers import kill_controllers
from mainstay import AT_ONCE, RpcError, Supervisor, TestCase, until
from saved import wait_until_saved
from terminal import on_terminal

SLOW = "#!/bin/sh\ntrap 'while [ ! -e go ]; do sleep 0.02; done; exit 0' TERM\ntouch up\nwhile :; do sleep 0.05; done\n"


def sleeping(seconds):
    return f"services: {{steady: {{command: sleep 1001}}, a: {{command: sleep {seconds}}}}}\n"


class Rollback(TestCase):
    def services(self, s):
        return {o["name"]: o for o in s.call("services.list")["services"]}

    def pids(self, s):
        return {name: o["pid"] for name, o in self.services(s).items()}

    def up(self, s):
        for name in self.services(s):
            s.wait_state(name, "running")

    def apply(self, s, text):
        s.config.write_text(text)
        s.ctl("apply", "--yes", check=0)

    def events(self, s, kind):
        return [e for e in s.call("events.list")["events"] if e["kind"] == kind]

    def runs(self, s, name="a"):
        return command_line(s.service(name)["pid"])

    def refused(self, s, method, **params):
        with self.assertRaises(RpcError) as refused:
            s.call(method, **params)
        return refused.exception.data["code"]

    def check_nothing_before(self, s):
        pids, controller = self.pids(s), s.controller_pid()
        done = s.ctl("apply", "--rollback", "--yes", check=1)
        self.assertIn("nothing was changed: no other configuration was in force", done.stderr)
        self.assertEqual(done.stdout, "")
        s.ctl("plan", "--rollback", check=1)
        self.assertEqual(self.refused(s, "config.apply", rollback=True), "nothing_before")
        self.assertEqual((self.pids(s), s.controller_pid()), (pids, controller))
        self.assertEqual(self.events(s, "config_applied") + self.events(s, "config_rejected"), [])

    def test_a_bad_change_is_taken_back_and_only_what_it_changed_is_touched(self):
        with Supervisor(BEFORE) as s:
            self.up(s)
            before = self.pids(s)
            bad = AFTER.replace("sleep 2004", "'false', ready: {delay: 50s}, restart: {max_restarts: 0}")
            s.config.write_text(bad)
            s.ctl("apply", "--yes", check=1)
            done = s.ctl("apply", "--rollback", "--yes", check=0)
            for line in ("back to what was in force until ", "1 removed, 1 added, 2 changed, 2 unchanged", "- comes",
                         "+ goes", "~ changes", "command: [false] -> [sleep, 1004]", "All 3 are up"):
                self.assertIn(line, done.stdout)
            self.assertIn(f"{s.config} on disk is what this goes back from: a later apply or reload, or a "
                          "supervisor that is started anew, puts that in force again", done.stderr)
            after = self.pids(s)
            self.assertEqual(sorted(after), sorted(before))
            for name in ("steady", "needed", "relaxed"):
                self.assertEqual(after[name], before[name], name)
            self.assertEqual(self.runs(s, "changes"), "sleep 1004")
            self.assertEqual(s.config.read_text(), bad, "no file is written")
            told = [e["data"] for e in self.events(s, "config_applied")]
            self.assertEqual([data.get("rollback") for data in told], [None, "true"])
            self.assertEqual((told[1]["removed"], told[1]["added"]), ("comes", "goes"))
            asked = [e["data"].get("rollback") for e in self.events(s, "action") if e["data"]["verb"] == "config apply"]
            self.assertEqual(asked, [None, "true"])
            self.assertIn("config apply --rollback", s.ctl("audit", check=0).stdout)
            self.assertIn("configuration rolled back", s.ctl("events", check=0).stdout)
            stopped = [e["data"]["who"] for e in self.events(s, "service_stopped") if e.get("service") == "comes"]
            self.assertRegex(stopped[-1], "who rolled back to a configuration without it$")
            # As it was said: the file is what it was.
            self.assertIn("+ comes", s.ctl("plan", check=0).stdout)

    def test_without_a_change_there_is_nothing_to_go_back_to(self):
        with Supervisor(BEFORE) as s:
            self.up(s)
            self.check_nothing_before(s)
            # What changes nothing leaves nothing.
            s.ctl("apply", "--yes", check=0)
            self.check_nothing_before(s)

    def test_a_second_one_takes_the_first_back(self):
        with Supervisor(sleeping(1)) as s:
            self.apply(s, sleeping(2001))
            self.apply(s, sleeping(2002))
            steady = s.service("steady")["pid"]
            for seconds in (2001, 2002, 2001):
                plan = s.call("config.plan", rollback=True)
                self.assertLess(plan["rollback"]["since"], plan["rollback"]["until"])
                s.ctl("apply", "--rollback", "--yes", check=0)
                self.assertEqual(self.runs(s), f"sleep {seconds}")
            self.assertEqual(s.service("steady")["pid"], steady)
            # Another change is the latest then.
            self.apply(s, sleeping(2003))
            s.ctl("apply", "--rollback", "--yes", check=0)
            self.assertEqual(self.runs(s), "sleep 2001")

    def test_a_change_of_comments_is_not_what_is_gone_back_over(self):
        with Supervisor(sleeping(1001)) as s:
            self.apply(s, sleeping(2001))
            self.apply(s, "# a word\n" + sleeping(2001))
            s.ctl("apply", "--rollback", "--yes", check=0)
            self.assertEqual(self.runs(s), "sleep 1001")
            s.ctl("apply", "--rollback", "--yes", check=0)
            self.assertEqual(self.runs(s), "sleep 2001")

    def test_what_is_on_disk_does_not_count_and_is_told(self):
        with Supervisor(sleeping(1001)) as s:
            self.apply(s, sleeping(2001))
            for text, on_disk, words in ((sleeping(2001), "in_force", "goes back from: a later"),
                                         (sleeping(3001), "another", "another version than this: a later"),
                                         ("services: [", "unusable", "has errors, which ctl check shows: a later"),
                                         (None, "unusable", "has errors")):
                s.config.write_text(text) if text else s.config.unlink()
                self.assertEqual(s.call("config.plan", rollback=True)["rollback"]["on_disk"], on_disk)
                done = s.ctl("apply", "--rollback", check=2)
                self.assertIn(words, done.stderr)
            s.ctl("apply", "--rollback", "--yes", check=0)
            self.assertEqual(self.runs(s), "sleep 1001")
            s.config.write_text(sleeping(2001))
            self.assertEqual(s.call("config.plan", rollback=True)["rollback"]["on_disk"], "same")
            self.assertEqual(s.ctl("apply", "--rollback", "--yes", check=0).stderr, "")

    def test_an_env_file_is_gone_back_to_with_the_file_and_never_written(self):
        yaml = "services: {a: {command: sleep 1001, env_file: a.env}}\n"
        with Supervisor(yaml, {"a.env": "TOKEN=old-secret\n"}) as s:
            self.up(s)
            (s.folder / "a.env").write_text("TOKEN=new-secret\n")
            s.ctl("apply", "--yes", check=0)
            done = s.ctl("apply", "--rollback", "--yes", check=0)
            self.assertIn("env.TOKEN: *** -> ***", done.stdout)
            with open(f"/proc/{s.service('a')['pid']}/environ", "rb") as environment:
                self.assertIn(b"TOKEN=old-secret", environment.read().split(b"\0"))
            s.stop()
            for path in (p for folder in (s.state, s.logs) for p in folder.rglob("*") if p.is_file()):
                self.assertNotIn(b"-secret", path.read_bytes(), path)

    def test_another_file_is_gone_back_from(self):
        with Supervisor(BEFORE, {"other.yaml": AFTER}) as s:
            self.up(s)
            s.ctl("apply", "other.yaml", "--yes", check=0)
            self.assertEqual(s.ctl("apply", "--rollback", "--yes", check=0).stderr, "", "that file is as it was")
            self.assertEqual(s.call("supervisor.info")["config"], str(s.config))
            done = s.ctl("apply", "--rollback", "--yes", check=0)
            self.assertIn(f"started anew reads {s.config}", done.stderr)
            self.assertIn("comes", self.services(s))

    def test_it_is_asked_for_as_an_apply_is(self):
        with Supervisor(BEFORE, {"other.yaml": AFTER}) as s:
            self.apply(s, AFTER)
            pids = self.pids(s)
            for words in (("--rollback",), ("--rollback", "--json"), ("--rollback", "--yes", "other.yaml")):
                self.assertIn("usage: ctl apply", s.ctl("apply", *words, check=2).stderr)
            s.ctl("plan", "--rollback", "other.yaml", check=2)
            self.assertEqual(self.refused(s, "config.apply", rollback=True, file=str(s.config)), "invalid_params")
            ctl = [mainstay.BIN / "ctl", "--socket", s.socket, "apply", "--rollback"]
            shown = on_terminal(ctl, b"n\n")
            self.assertIn(b"Go back to this? [y/N]", shown)
            self.assertIn(b"nothing was changed", shown)
            self.assertEqual(self.pids(s), pids)
            self.assertIn(b"are up", on_terminal(ctl, b"y\n"))
            self.assertIn("goes", self.services(s))

    def test_what_was_looked_at_is_what_is_gone_back_to(self):
        with Supervisor(sleeping(1001)) as s:
            self.apply(s, sleeping(2001))
            plan = s.call("config.plan", rollback=True)
            self.apply(s, sleeping(2002))
            self.assertEqual(self.refused(s, "config.apply", rollback=True, hash=plan["hash"]), "changed_meanwhile")
            self.assertEqual(self.runs(s), "sleep 2002")

    def test_a_reload_is_gone_back_from(self):
        with Supervisor(sleeping(1001)) as s:
            s.config.write_text(sleeping(2001))
            os.kill(s.process.pid, signal.SIGHUP)
            until(lambda: self.try_events(s, "config_applied"), "applied")
            self.assertIn("; HUP replaced it", s.ctl("apply", "--rollback", "--yes", check=0).stdout)
            self.assertEqual(self.runs(s), "sleep 1001")

    def try_events(self, s, kind):
        try:
            return self.events(s, kind)
        except (ConnectionError, OSError):
            return []

    def test_it_is_known_after_controllers_keepers_and_upgrades(self):
        with Supervisor(sleeping(1001), environment=AT_ONCE) as s:
            self.apply(s, sleeping(2001))
            steady = s.service("steady")["pid"]
            before = s.call("config.plan", rollback=True)
            changes = (s.kill_controller, lambda: s.ctl("upgrade", check=0), s.kill_keeper, s.kill_controller)
            for change in changes:
                change()
                self.assertEqual(s.call("config.plan", rollback=True), before)
            s.ctl("apply", "--rollback", "--yes", check=0)
            self.assertEqual(self.runs(s), "sleep 1001")
            s.kill_controller()
            s.ctl("apply", "--rollback", "--yes", check=0)
            self.assertEqual(self.runs(s), "sleep 2001")
            self.assertEqual(s.service("steady")["pid"], steady)

    def test_it_is_forgotten_when_keeper_and_controller_die_together(self):
        with Supervisor(sleeping(1001)) as s:
            self.apply(s, sleeping(2001))
            s.call("config.plan", rollback=True)
            wait_until_saved(s)
            pids = self.pids(s)
            s.die()
            s.start()
            self.assertEqual(self.pids(s), pids)
            done = s.ctl("apply", "--rollback", "--yes", check=1)
            self.assertIn("no other configuration was in force since the supervisor was started", done.stderr)
            self.assertEqual(self.pids(s), pids)

    def test_a_controller_that_dies_while_services_stop_is_followed_by_one_that_goes_on(self):
        slow = sleeping(2001).replace("}}", "}, slow: {command: ./slow.sh, stop: {timeout: 50s}}}")
        with Supervisor(sleeping(1001), {"slow.sh": SLOW}, environment=AT_ONCE) as s:
            self.apply(s, slow)
            until(lambda: (s.folder / "up").exists(), "slow hears TERM")
            with s.client() as client:
                client.send("config.apply", {"rollback": True})
                s.wait_state("slow", "stopping")
                s.kill_controller()
            self.assertTrue(s.call("supervisor.info")["config_changes"])
            (s.folder / "go").touch()
            until(lambda: len(self.try_events(s, "config_applied")) == 2, "it is in force")
            self.assertEqual(self.events(s, "config_applied")[-1]["data"]["rollback"], "true")
            s.wait("a", lambda a: a["state"] == "running" and command_line(a["pid"]) == "sleep 1001", "restarted")
            self.assertIn("+ slow", s.ctl("plan", "--rollback", check=0).stdout)

    def test_whenever_the_controller_dies_one_of_both_is_in_force_and_the_other_is_the_one_before(self):
        moments = mainstay.random_moments()
        with Supervisor(BEFORE, environment=AT_ONCE) as s:
            hashes = {s.call("supervisor.info")["config_hash"]}
            self.apply(s, AFTER)
            hashes.add(s.call("supervisor.info")["config_hash"])
            steady = s.service("steady")["pid"]
            for _ in range(12):
                controller = s.controller_pid()
                with s.client() as client:
                    client.send("config.apply", {"rollback": True})
                    mainstay.wait_moment(moments, 0.1)
                    kill_controllers(s, controller)

                def at_rest():
                    try:
                        info = s.call("supervisor.info")
                        up = all(o["state"] == "running" for o in self.services(s).values())
                        return not info["config_changes"] and up and (info["config_hash"], s.call("config.plan", rollback=True)["hash"])
                    except (ConnectionError, OSError):
                        return None

                self.assertEqual(set(until(at_rest, "all that is declared is up")), hashes)
                self.assertEqual(s.service("steady")["pid"], steady)


if __name__ == "__main__":
    mainstay.main()
