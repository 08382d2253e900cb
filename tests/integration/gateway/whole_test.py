"""HTTP checks in the whole supervisor: a service is healthy, not, unknown; gateway and controller die and come back."""

import os
import signal

import gateway
import servers
from servers import Server

import mainstay
from mainstay import Supervisor, TestCase, until

YAML = """
services:
  web:
    command: [sleep, infinity]
    health:
      - http: {{url: "{url}", body: ^ok$}}
        interval: 200ms
        timeout: 2s
        failures: 2
        action: alert
"""


def gateways(supervisor):
    """pids of living gateways among the keeper's children."""
    keeper = supervisor.process.pid
    with open(f"/proc/{keeper}/task/{keeper}/children", encoding="utf-8") as file:
        children = [int(pid) for pid in file.read().split()]
    return [pid for pid in children if mainstay.alive(pid) and name_of(pid) == "mainstay-gatewa"]


def name_of(pid):
    try:
        with open(f"/proc/{pid}/comm", encoding="utf-8") as file:
            return file.read().strip()
    except FileNotFoundError:
        return ""


class WholeTest(TestCase):
    def health(self, supervisor, wanted):
        return supervisor.wait("web", lambda web: web["health"] == wanted, f"web is {wanted}")

    def test_a_service_is_healthy_as_long_as_it_answers(self):
        with Server(servers.answer(servers.OK)) as server:
            with Supervisor(YAML.format(url=server.url("/health"))) as s:
                pid = self.health(s, "healthy")["pid"]
                first = until(lambda: gateways(s), "a gateway runs")
                server.act = servers.status(503)
                self.health(s, "unhealthy")
                self.assertIn("status 503 (expected 200-399)", s.ctl("why", "web").stdout)
                server.act = servers.answer(servers.OK)
                self.health(s, "healthy")

                os.kill(first[0], signal.SIGKILL)
                second = until(lambda: [one for one in gateways(s) if one not in first], "another gateway runs")
                asked = server.ended
                until(lambda: server.ended > asked + 2, "it asks")
                self.assertEqual(self.health(s, "healthy")["pid"], pid, "nothing was restarted")
                until(lambda: "the HTTP gateway was ended by signal KILL" in s.stderr(), "it is said")

                s.kill_controller()
                third = until(lambda: [one for one in gateways(s) if one not in second], "the next controller's runs")
                until(lambda: gateways(s) == third, "the old one has ended")
                self.assertEqual(self.health(s, "healthy")["pid"], pid, "nothing was restarted")

    def test_without_a_gateway_nobody_can_tell(self):
        with Server(servers.answer(servers.OK)) as server:
            with Supervisor(YAML.format(url=server.url()), own_programs=True) as s:
                until(lambda: "cannot check over HTTP: " in s.stderr(), "it is said")
                self.assertIn("the gateway comes with Mainstay, install it there", s.stderr())
                self.assertEqual(self.health(s, "unknown")["state"], "starting", "neither ready nor failed")
                place = s.program("libexec/mainstay/mainstay-gateway")
                place.with_suffix(".new").write_bytes(gateway.PROGRAM.read_bytes())
                place.with_suffix(".new").chmod(0o755)
                place.with_suffix(".new").rename(place)
                self.health(s, "healthy")


if __name__ == "__main__":
    mainstay.main()
