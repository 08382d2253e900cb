#!/usr/bin/env python3
"""What ctl boot prints for each system, checked as that system would: as far as its tools are here."""

import os
import plistlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

from mainstay import BIN, DEADLINE

CTL = str(BIN / "ctl")
AWKWARD = "/opt/a b/100%/$HOME/it's \"x\" & <y>"
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"

# launchd.plist(5): what we use of it, with its type.
LAUNCHD_KEYS = {"Label": str, "ProgramArguments": list, "RunAtLoad": bool, "KeepAlive": dict, "ThrottleInterval": int,
                "ExitTimeOut": int, "ProcessType": str, "WorkingDirectory": str, "EnvironmentVariables": dict,
                "SoftResourceLimits": dict, "StandardErrorPath": str, "LimitLoadToSessionType": list}

# The schema's order in settingsType, as the Task Scheduler itself writes it.
TASK_SETTINGS = {"MultipleInstancesPolicy": "IgnoreNew", "DisallowStartIfOnBatteries": "false",
                 "StopIfGoingOnBatteries": "false", "AllowHardTerminate": "true", "StartWhenAvailable": "true",
                 "RunOnlyIfNetworkAvailable": "false", "IdleSettings": None, "AllowStartOnDemand": "true", "Enabled": "true",
                 "Hidden": "true", "RunOnlyIfIdle": "false", "WakeToRun": "false", "ExecutionTimeLimit": "PT0S",
                 "Priority": "5", "RestartOnFailure": None}


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE, **options)


def printed(*arguments):
    done = run(CTL, "boot", "print", *arguments)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return done.stdout


def names_in(element):
    return [child.tag.removeprefix(TASK) for child in element]


class BootTest(unittest.TestCase):
    def verified(self, text, *options):
        with tempfile.TemporaryDirectory(prefix="mainstay-test-") as folder:
            path = os.path.join(folder, "mainstay.service")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            done = run("systemd-analyze", "verify", "--man=no", *options, path,
                       env={**os.environ, "XDG_RUNTIME_DIR": folder})
            return done.returncode, [line for line in done.stderr.splitlines() if "mainstay.service" in line]

    def test_systemd_has_nothing_to_say_about_the_units(self):
        if shutil.which("systemd-analyze") is None:
            self.skipTest("there is no systemd-analyze")
        supervisor = str(BIN / "supervisor")
        self.assertEqual(self.verified(printed("systemd", "--program", supervisor)), (0, []))
        self.assertEqual(self.verified(printed("systemd", "--user", "--program", supervisor), "--user"), (0, []))
        # It does find mistakes.
        code, said = self.verified(printed("systemd", "--program", supervisor).replace("WatchdogSec", "WatchdogSecs"))
        self.assertTrue(said, code)

    def test_launchd_files_are_property_lists_of_known_keys(self):
        for scope in ((), ("--user",)):
            plist = plistlib.loads(printed("launchd", *scope, "--program", AWKWARD, "--config", AWKWARD).encode())
            for key, value in plist.items():
                self.assertIs(type(value), LAUNCHD_KEYS[key], key)
            self.assertEqual(plist["ProgramArguments"][:3], [AWKWARD, "--config", AWKWARD])
            self.assertEqual(plist["KeepAlive"], {"SuccessfulExit": False})
            self.assertTrue(plist["RunAtLoad"])
            self.assertEqual("LimitLoadToSessionType" in plist, bool(scope))

    def test_the_task_has_the_schemas_elements_in_its_order(self):
        task = ElementTree.fromstring(printed("windows-task", "--config", r"C:\a & b\x.yaml").encode())
        self.assertEqual(task.tag, TASK + "Task")
        self.assertEqual(task.get("version"), "1.2")
        self.assertEqual(names_in(task), ["RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"])
        self.assertEqual(names_in(task.find(f"{TASK}Triggers")), ["BootTrigger"])
        settings = task.find(f"{TASK}Settings")
        self.assertEqual(names_in(settings), list(TASK_SETTINGS))
        for name, value in TASK_SETTINGS.items():
            if value is not None:
                self.assertEqual(settings.find(TASK + name).text, value, name)
        self.assertEqual(names_in(settings.find(f"{TASK}RestartOnFailure")), ["Interval", "Count"])
        self.assertEqual(task.find(f".//{TASK}UserId").text, "S-1-5-18")
        action = task.find(f"{TASK}Actions/{TASK}Exec")
        self.assertEqual(names_in(action), ["Command", "Arguments"])
        self.assertIn(r'--config "C:\a & b\x.yaml"', action.find(f"{TASK}Arguments").text)
        user = ElementTree.fromstring(printed("windows-task", "--user").encode())
        self.assertEqual(names_in(user.find(f".//{TASK}Principal")), ["UserId", "LogonType", "RunLevel"])
        self.assertEqual(user.find(f".//{TASK}LogonType").text, "S4U")

    def test_the_openrc_script_is_a_sound_shell_script_that_gives_the_words_on(self):
        script = printed("openrc", "--program", AWKWARD, "--config", AWKWARD)
        self.assertEqual(run("sh", "-n", input=script).returncode, 0)
        # As openrc-run does it.
        words = run("sh", input=script + '\neval set -- $command $command_args\nprintf "%s\\n" "$1" "$2" "$3"\n').stdout
        self.assertEqual(words.splitlines(), [AWKWARD, "--config", AWKWARD])
        if shutil.which("shellcheck") is None:
            print("skipped: there is no shellcheck", file=sys.stderr)
            return
        plain = run("shellcheck", "-", input=printed("openrc"))
        self.assertEqual((plain.returncode, plain.stdout), (0, ""))

    def test_json_is_given_by_print_and_errors_name_what_is_wrong(self):
        self.assertIn('"file":"/etc/systemd/system/mainstay.service"', printed("systemd", "--json"))
        for arguments, code, words in ((("print", "sysvinit"), 2, "no system to start with"),
                                       (("dance", "systemd"), 2, "none of install, remove, status and print"),
                                       (("install", "windows-task"), 1, "this is no Windows"),
                                       (("print", "openrc", "--user"), 2, "single users"),
                                       (("print", "systemd", "--config", "/a\nb"), 2, "control characters")):
            done = run(CTL, "boot", *arguments)
            self.assertEqual(done.returncode, code, arguments)
            self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main()
