#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <variant>

#include "base/text.h"
#include "ctl/boot/findings.h"
#include "ctl/boot/install.h"
#include "ctl/boot/places.h"
#include "ctl/boot/quoting.h"
#include "ctl/boot/record.h"
#include "ctl/boot/render.h"
#include "ctl/boot/steps.h"
#include "unit/ctl/golden.h"

namespace mainstay::ctl::boot {

namespace {

namespace fs = std::filesystem;

Plan plan_for(Target target, bool user = false) {
  Plan plan;
  plan.target = target;
  plan.user = user;
  plan.program = "/usr/bin/supervisor";
  plan.config = "/etc/mainstay/ecosystem.yaml";
  plan.state_dir = "/var/lib/mainstay";
  plan.socket = "/run/mainstay/control.sock";
  plan.log_dir = "/var/log/mainstay";
  return plan;
}

// A system of its own in a folder, whose programs answer what a test wants.
class FakeSystem {
 public:
  FakeSystem() {
    std::string name = (fs::temp_directory_path() / "mainstay-boot-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    host.root = name;
    host.kernel = "Linux";
    host.as_root = true;
    host.user = "ann";
    host.environment = [](std::string_view variable) -> std::optional<std::string> {
      if (variable == "HOME") return "/home/ann";
      return std::nullopt;
    };
    host.run = [this](const std::vector<std::string>& words) -> Result<Ran> {
      const std::string line = join(words, " ");
      ran.push_back(line);
      const auto at = answers.find(line);
      return at == answers.end() ? Ran{0, ""} : at->second;
    };
    add("/run/systemd/system/.keep", "");
    add("/usr/bin/supervisor", "");
    add("/etc/mainstay/ecosystem.yaml", "services: {a: {command: sleep 1}}\n");
    fs::permissions(host.at("/usr/bin/supervisor"), fs::perms::owner_all);
  }
  ~FakeSystem() { fs::remove_all(host.root); }
  FakeSystem(const FakeSystem&) = delete;
  FakeSystem& operator=(const FakeSystem&) = delete;

  void add(const std::string& path, const std::string& text) {
    fs::create_directories(host.at(path).parent_path());
    std::ofstream{host.at(path)} << text;
  }
  std::vector<std::string> install(const Plan& plan) {
    const auto decided = install_steps(plan, host);
    REQUIRE(std::holds_alternative<std::vector<Step>>(decided));
    return carry(std::get<std::vector<Step>>(decided));
  }
  std::vector<std::string> carry(const std::vector<Step>& steps) {
    std::vector<std::string> texts;
    for (const Step& step : steps)
      texts.push_back(text_of_step(step));
    ran.clear();
    CHECK(boot::carry_out(host, steps, notes).ok());
    return texts;
  }
  std::vector<std::string> findings(bool user = false) {
    std::vector<std::string> codes;
    for (const Finding& finding : look(user).findings)
      codes.push_back(finding.code);
    return codes;
  }
  Look look(bool user = false) {
    return look_at(*host.native(), user, host, "",
                   [this](const std::string& socket, const std::string& file) {
                     asked.push_back(file + " on " + socket);
                     return would_change;
                   });
  }
  std::string text(const std::string& path) { return host.read(path).value_or(""); }

  Host host;
  std::map<std::string, Ran> answers;
  std::vector<std::string> ran;
  std::vector<std::string> notes;
  std::optional<bool> would_change;  // what the supervisor says; nothing: nobody answers
  std::vector<std::string> asked;
};

const std::string kUnit = "/etc/systemd/system/mainstay.service";
using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("each target renders as its golden file says") {
  for (const Target target : kTargets) {
    const auto text = render(plan_for(target));
    REQUIRE(text.ok());
    check_golden("boot_" + std::string{name_of(target)}, *text);
  }
  Plan user = plan_for(Target::Systemd, true);
  check_golden("boot_systemd_user", *render(user));
  user.target = Target::Launchd;
  check_golden("boot_launchd_user", *render(user));
  user.target = Target::WindowsTask;
  user.account = "SHOP\\ann";
  check_golden("boot_windows-task_user", *render(user));
}

TEST_CASE("words are quoted as each system takes them apart") {
  CHECK(systemd_word("/usr/bin/supervisor", true) == "/usr/bin/supervisor");
  CHECK(systemd_word("/a b/100%/$x\"\\", false) == R"("/a b/100%%/$$x\"\\")");
  CHECK(systemd_word("/a b/$x", true) == R"("/a b/$x")");
  CHECK(shell_word("it's $HOME") == R"('it'\''s $HOME')");
  CHECK(shell_word("") == "''");
  CHECK(xml_text("a<b> & c") == "a&lt;b&gt; &amp; c");
  CHECK(windows_word(R"(C:\Program Files\x\)") == R"("C:\Program Files\x\\")");
  CHECK(windows_word(R"(a\"b)") == R"("a\\\"b")");
  CHECK(windows_word(R"(C:\x)") == R"(C:\x)");
}

TEST_CASE("a path that no such file can hold is refused, whatever it is for") {
  for (const Target target : kTargets) {
    Plan plan = plan_for(target);
    plan.config = "/etc/a\nExecStartPre=/bin/evil";
    CHECK(!render(plan).ok());
    plan.config = "/etc/\xff";
    CHECK(!render(plan).ok());
  }
}

TEST_CASE("a rendered file tells what it was made from, and whether somebody changed it since") {
  for (const Target target : kTargets) {
    Plan plan = plan_for(target);
    plan.config = "/etc/a--b \"c\"/{{x}}.yaml";
    const std::string text = *render(plan);
    const auto record = read_record(text);
    REQUIRE(record);
    CHECK(record->intact);
    CHECK(record->plan.config == plan.config);
    CHECK(record->plan.target == target);
    CHECK(render(record->plan).value() == text);
    CHECK(!read_record(text + "#").value().intact);
  }
  CHECK(!read_record("[Unit]\nDescription=of somebody else\n"));
  CHECK(!read_record("ctl boot: {\"checksum\":\""));
}

TEST_CASE("install writes the unit and enables it, and finds nothing to do the second time") {
  FakeSystem system;
  CHECK(system.install(plan_for(Target::Systemd)) ==
        Codes{"write " + kUnit, "run systemctl daemon-reload",
              "run systemctl enable mainstay.service"});
  CHECK(system.ran == Codes{"systemctl daemon-reload", "systemctl enable mainstay.service"});
  CHECK(system.text(kUnit) == *render(plan_for(Target::Systemd)));
  CHECK((fs::status(system.host.at(kUnit)).permissions() & fs::perms::all) == fs::perms{0644});
  system.answers["systemctl is-enabled mainstay.service"] = {0, "enabled\n"};
  CHECK(system.install(plan_for(Target::Systemd)).empty());
}

TEST_CASE("the unit that a package brought is enabled as it is") {
  FakeSystem system;
  system.add("/lib/systemd/system/mainstay.service", *render(plan_for(Target::Systemd)));
  CHECK(system.install(plan_for(Target::Systemd)) ==
        Codes{"run systemctl enable mainstay.service"});
}

TEST_CASE(
    "for a user lingering is turned on; where that is forbidden, install says what it means") {
  FakeSystem system;
  system.host.as_root = false;
  system.answers["loginctl enable-linger ann"] = {1, "Access denied\n"};
  const std::string unit = "/home/ann/.config/systemd/user/mainstay.service";
  CHECK(system.install(plan_for(Target::Systemd, true)) ==
        Codes{"write " + unit, "run systemctl --user daemon-reload",
              "run systemctl --user enable mainstay.service", "run loginctl enable-linger ann"});
  REQUIRE(system.notes.size() == 1);
  CHECK(system.notes[0].find("Access denied") != std::string::npos);
  CHECK(system.notes[0].find("sudo loginctl enable-linger ann") != std::string::npos);
}

TEST_CASE("what hands wrote or changed is not overwritten") {
  FakeSystem system;
  system.add(kUnit, "[Service]\nExecStart=/bin/true\n");
  const Plan plan = plan_for(Target::Systemd);
  CHECK(std::holds_alternative<Refusal>(install_steps(plan, system.host)));
  CHECK(std::holds_alternative<Refusal>(remove_steps(Target::Systemd, false, system.host)));
  system.add(kUnit, *render(plan) + "Nice=5\n");
  const auto refused = install_steps(plan, system.host);
  REQUIRE(std::holds_alternative<Refusal>(refused));
  CHECK(std::get<Refusal>(refused).message == kUnit + " was changed by hand; it is left as it is");
}

TEST_CASE("remove disables, removes and says nothing more the second time") {
  FakeSystem system;
  system.install(plan_for(Target::Systemd));
  system.answers["systemctl is-enabled mainstay.service"] = {0, "enabled"};
  const auto steps = remove_steps(Target::Systemd, false, system.host);
  CHECK(system.carry(std::get<std::vector<Step>>(steps)) ==
        Codes{"run systemctl disable mainstay.service", "remove " + kUnit,
              "run systemctl daemon-reload"});
  CHECK(!system.host.exists(kUnit));
  CHECK(std::get<std::vector<Step>>(remove_steps(Target::Systemd, false, system.host)).empty());
}

TEST_CASE("a target that does not run this system is refused and never guessed") {
  FakeSystem system;
  for (const Target target : {Target::Launchd, Target::WindowsTask, Target::OpenRc}) {
    const auto decided = install_steps(plan_for(target), system.host);
    REQUIRE(std::holds_alternative<Refusal>(decided));
    CHECK(std::get<Refusal>(decided).hint.find("ctl boot print") != std::string::npos);
  }
  fs::remove_all(system.host.at("/run/systemd"));
  CHECK(!system.host.native());
  system.add("/run/openrc/softlevel", "default");
  CHECK(system.host.native() == Target::OpenRc);
  CHECK(system.install(plan_for(Target::OpenRc)) ==
        Codes{"write /etc/init.d/mainstay", "run rc-update add mainstay default"});
  CHECK(system.host.is_executable("/etc/init.d/mainstay"));
}

TEST_CASE("only root installs for the machine, and only users for themselves") {
  FakeSystem system;
  const auto as_root = install_steps(plan_for(Target::Systemd, true), system.host);
  CHECK(std::get<Refusal>(as_root).code == CtlExit::Usage);
  system.host.as_root = false;
  const auto as_user = install_steps(plan_for(Target::Systemd), system.host);
  CHECK(std::get<Refusal>(as_user).code == CtlExit::Denied);
}

TEST_CASE("a command that fails ends the installation with what it said") {
  FakeSystem system;
  system.answers["systemctl daemon-reload"] = {1, "Failed to connect to bus\nmore"};
  const auto steps = install_steps(plan_for(Target::Systemd), system.host);
  const Status done =
      boot::carry_out(system.host, std::get<std::vector<Step>>(steps), system.notes);
  REQUIRE(!done.ok());
  CHECK(done.error().message ==
        "'systemctl daemon-reload' failed with code 1: Failed to connect to bus");
}

TEST_CASE("status tells what has drifted") {
  FakeSystem system;
  CHECK(system.findings() == Codes{"not_installed"});
  const Plan plan = plan_for(Target::Systemd);
  system.install(plan);
  CHECK(system.findings() == Codes{"not_enabled"});
  system.answers["systemctl is-enabled mainstay.service"] = {0, "enabled"};
  CHECK(system.findings().empty());

  system.answers["systemctl is-active mainstay.service"] = {3, "failed\n"};
  CHECK(system.findings() == Codes{"failed"});
  system.answers.erase("systemctl is-active mainstay.service");

  system.add("/etc/mainstay/ecosystem.yaml", "services: {a: {comand: x}}\n");
  CHECK(system.findings() == Codes{"config_bad"});
  fs::remove(system.host.at("/etc/mainstay/ecosystem.yaml"));
  fs::remove(system.host.at("/usr/bin/supervisor"));
  CHECK(system.findings() == Codes{"program_missing", "config_missing"});
  system.add(kUnit, *render(plan) + "Nice=5\n");
  CHECK(system.findings() == Codes{"edited", "program_missing", "config_missing"});
  system.add(kUnit, "[Service]\n");
  CHECK(system.findings() == Codes{"foreign"});
}

TEST_CASE("a file that is not what runs is told of with what applies it") {
  FakeSystem system;
  Plan plan = plan_for(Target::Systemd);
  system.install(plan);
  system.answers["systemctl is-enabled mainstay.service"] = {0, "enabled"};
  system.would_change = true;
  CHECK(system.findings() == Codes{"config_changed"});
  CHECK(system.asked == Codes{"/etc/mainstay/ecosystem.yaml on /run/mainstay/control.sock"});
  CHECK(system.look().findings[0].hint == "ctl apply /etc/mainstay/ecosystem.yaml");
  plan.socket = "/srv/a b/control.sock";
  system.install(plan);
  CHECK(system.look().findings[0].hint ==
        "ctl apply /etc/mainstay/ecosystem.yaml --socket '/srv/a b/control.sock'");
  // One with errors has its own finding, and none is applied.
  system.add("/etc/mainstay/ecosystem.yaml", "services: {a: {comand: x}}\n");
  CHECK(system.findings() == Codes{"config_bad"});
}

TEST_CASE("a file that was applied since the start has not drifted, and nor has one of no answer") {
  FakeSystem system;
  system.install(plan_for(Target::Systemd));
  system.answers["systemctl is-enabled mainstay.service"] = {0, "enabled"};
  system.answers["systemctl is-active mainstay.service"] = {0, "active\n"};
  // Long before the file was written.
  system.answers
      ["systemctl show mainstay.service --value --timestamp=unix "
       "--property=ActiveEnterTimestamp"] = {0, "@1000\n"};
  system.would_change = false;
  CHECK(system.findings().empty());
  system.would_change.reset();
  CHECK(system.findings().empty());
}

TEST_CASE("status of a user's unit tells of lingering and of logs that cannot be written") {
  FakeSystem system;
  system.host.as_root = false;
  system.answers["systemctl --user is-enabled mainstay.service"] = {0, "enabled"};
  Plan plan = plan_for(Target::Systemd, true);
  // A file is in the way, which holds for root as well.
  system.add("/var/log/mainstay", "");
  system.install(plan);
  CHECK(system.findings(true) == Codes{"logs_not_writable", "not_lingering"});
  system.add("/var/lib/systemd/linger/ann", "");
  fs::remove(system.host.at("/var/log/mainstay"));
  CHECK(system.findings(true).empty());
}

TEST_CASE("a program is run without a shell, and one that hangs is killed") {
  const auto said = run_program({"printf", "%s", "a b;$HOME"}, std::chrono::seconds{30});
  REQUIRE(said.ok());
  CHECK(said->output == "a b;$HOME");
  CHECK(run_program({"false"}, std::chrono::seconds{30})->code == 1);
  CHECK(!run_program({"mainstay-no-such-program"}, std::chrono::seconds{30}).ok());
  CHECK(!run_program({"sleep", "1000"}, std::chrono::milliseconds{50}).ok());
}

}  // namespace mainstay::ctl::boot
