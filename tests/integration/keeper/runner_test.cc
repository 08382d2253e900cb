// The runner on a real keeper: starts, failures in words, secrets, stops, takeovers.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "integration/keeper/runner_side.h"

using namespace mainstay;
using namespace mainstay::test;

namespace {

// A zombie that the keeper has still to reap does not live.
std::string why_not(Side& side, const model::ServiceSpec& spec, std::uint64_t run) {
  side.runner->start(request(spec, run));
  const std::string message = side.await<runtime::StartFailed>(RunId{run}).failure.message;
  side.runner->release(RunId{run});
  return message;
}

}  // namespace

TEST_CASE("A run is spawned, then exited with all that it had printed") {
  KeeperFixture fixture;
  Side side{fixture, tree_options(fixture)};
  const auto spec = service(fixture, {"lines", "1000", "exit", "4"});
  side.runner->start(request(spec, 1));
  const auto& exited = side.await<runtime::Exited>(RunId{1});
  CHECK(exited.status == runtime::ExitStatus{runtime::ExitStatus::Kind::Code, 4, false});
  CHECK(!exited.leftovers);
  REQUIRE(side.events.size() == 2);
  CHECK(std::holds_alternative<runtime::Spawned>(side.events[0]));
  CHECK(side.output.text[RunId{1}].ends_with("line 999\n"));
  CHECK(side.output.files[RunId{1}] == "backend");
  side.runner->release(RunId{1});
  side.runner->await_tree_empty(RunId{1});
  CHECK(side.find<runtime::TreeEmpty>(RunId{1}) != nullptr);
}

TEST_CASE("A start that fails is a sentence that says what to do") {
  KeeperFixture fixture;
  Side side{fixture, tree_options(fixture)};
  model::ServiceSpec spec = service(fixture, {});
  SUBCASE("no such program") {
    spec.command.argv = {{"pyhton3"}, {"main.py"}};
    spec.env["PATH"] = model::Template{"/usr/bin:/bin"};
    CHECK(why_not(side, spec, 1) ==
          "cannot run 'pyhton3' for backend: no such program in PATH /usr/bin:/bin");
  }
  SUBCASE("no cwd") {
    spec.cwd.text = "/srv/not/there";
    CHECK(why_not(side, spec, 1) == "cannot start backend: cwd /srv/not/there does not exist");
  }
  SUBCASE("not executable") {
    std::ofstream{fixture.folder() / "main.py"} << "print()";
    spec.command.argv = {{"./main.py"}};
    CHECK(why_not(side, spec, 1) ==
          "cannot run './main.py' for backend: " + fixture.folder().string() +
              "/./main.py is not executable; chmod +x it, or put its "
              "interpreter before it");
  }
  SUBCASE("no interpreter line") {
    std::ofstream{fixture.folder() / "run.sh"} << "echo\n";
    chmod((fixture.folder() / "run.sh").c_str(), 0755);
    spec.command.argv = {{(fixture.folder() / "run.sh").string()}};
    CHECK(why_not(side, spec, 1).ends_with("/run.sh has no '#!' line and is no program"));
  }
  SUBCASE("no such interpreter") {
    std::ofstream{fixture.folder() / "run.py"} << "#!/usr/bin/python9 -u\n";
    chmod((fixture.folder() / "run.py").c_str(), 0755);
    spec.command.argv = {{(fixture.folder() / "run.py").string()}};
    CHECK(why_not(side, spec, 1).ends_with("its interpreter '/usr/bin/python9' does not exist"));
  }
  SUBCASE("no such user") {
    spec.user = "no-such-user-here";
    CHECK(why_not(side, spec, 1) ==
          "cannot start backend: cannot find user 'no-such-user-here': no such user");
  }
  SUBCASE("another user without being root") {
    if (geteuid() == 0) return;
    spec.user = "root";
    CHECK(why_not(side, spec, 1) ==
          "cannot start backend: cannot become user 'root': only root may");
  }
  CHECK(side.find<runtime::Spawned>(RunId{1}) == nullptr);
  CHECK(side.find<runtime::Exited>(RunId{1}) == nullptr);
}

TEST_CASE("Secrets come from files and commands, and only into the environment") {
  KeeperFixture fixture;
  Side side{fixture, tree_options(fixture)};
  const std::string child = (fixture.folder() / "bin" / "testchild").string();
  std::ofstream{fixture.folder() / "key"} << "from file\n";
  auto spec = service(fixture, {"env"});
  spec.env["FILE_KEY"] = model::SecretFile{fixture.folder() / "key"};
  spec.env["COMMAND_KEY"] = model::SecretCommand{{child, "say", "from command"}};
  spec.env["BOTH"] = model::Template{"${FILE_KEY}+${COMMAND_KEY}"};
  side.runner->start(request(spec, 1));
  side.await<runtime::Exited>(RunId{1});
  const std::string& text = side.output.text[RunId{1}];
  CHECK(field_of(text, "FILE_KEY=") == "from file");
  CHECK(field_of(text, "COMMAND_KEY=") == "from command");
  CHECK(field_of(text, "BOTH=") == "from file+from command");
  CHECK(field_of(text, "INSTANCE=") == "0");
  CHECK(!field_of(text, "MAINSTAY_COOKIE=").empty());
}

TEST_CASE("A secret that cannot be had fails the start without showing anything of it") {
  KeeperFixture fixture;
  Side side{fixture, tree_options(fixture)};
  const std::string child = (fixture.folder() / "bin" / "testchild").string();
  auto spec = service(fixture, {"hold"});
  SUBCASE("the command fails") {
    spec.env["KEY"] = model::SecretCommand{{child, "say", "hunter2", "exit", "3"}};
    CHECK(why_not(side, spec, 1) ==
          "cannot start backend: cannot read secret KEY: its command ended with code 3");
  }
  SUBCASE("the command is not there") {
    spec.env["KEY"] = model::SecretCommand{{"/nowhere/vault"}};
    CHECK(why_not(side, spec, 1) ==
          "cannot start backend: cannot run '/nowhere/vault' for the command of secret KEY: "
          "/nowhere/vault does not exist");
  }
  SUBCASE("the command prints without end") {
    spec.env["KEY"] = model::SecretCommand{{child, "bytes", "200000", "hold"}};
    CHECK(why_not(side, spec, 1) ==
          "cannot start backend: the command of secret KEY printed too much");
  }
  SUBCASE("the file is a FIFO that nobody writes") {
    mkfifo((fixture.folder() / "fifo").c_str(), 0600);
    spec.env["KEY"] = model::SecretFile{fixture.folder() / "fifo"};
    CHECK(why_not(side, spec, 1).ends_with("it is not a regular file"));
  }
}

TEST_CASE("A tree is stopped with what escaped it, and leftovers are told") {
  KeeperFixture fixture;
  Side side{fixture, tree_options(fixture)};
  const auto spec = service(fixture, {"escape", (fixture.folder() / "pids").string()});
  side.runner->start(request(spec, 1));
  CHECK(side.await<runtime::Exited>(RunId{1}).leftovers);
  side.runner->kill_tree(RunId{1});
  side.runner->await_tree_empty(RunId{1});
  side.await<runtime::TreeEmpty>(RunId{1});
  CHECK(!is_alive(std::stoi(read_file(fixture.folder() / "pids"))));
  side.runner->release(RunId{1});
}

TEST_CASE("A run that is killed before the keeper has answered still ends") {
  KeeperFixture fixture;
  Side side{fixture, tree_options(fixture)};
  const auto spec = service(fixture, {"hold"});
  side.runner->start(request(spec, 1));
  side.runner->kill_tree(RunId{1});
  side.runner->await_tree_empty(RunId{1});
  CHECK(side.await<runtime::Exited>(RunId{1}).status.number == SIGKILL);
  side.await<runtime::TreeEmpty>(RunId{1});
}

TEST_CASE("The stop command runs as the service would, and its failure to start is told") {
  KeeperFixture fixture;
  Side side{fixture, tree_options(fixture)};
  auto spec = service(fixture, {"wait-for", (fixture.folder() / "stop").string(), "exit", "6"});
  spec.stop.command = {{"./bin/testchild"}, {"touch"}, {"stop"}};
  side.runner->start(request(spec, 1));
  side.await<runtime::Spawned>(RunId{1});
  side.runner->run_stop_command(request(spec, 1));
  CHECK(side.await<runtime::Exited>(RunId{1}).status.number == 6);
  spec.stop.command = {{"/nowhere/stop"}};
  side.runner->run_stop_command(request(spec, 1));
  fixture.until([&] { return !side.notices.empty(); });
  CHECK(side.notices[0] ==
        "cannot run '/nowhere/stop' for stop.command of backend: /nowhere/stop does not exist");
}

TEST_CASE("A new controller adopts what runs, hears of what ended, and ends what nobody knows") {
  KeeperFixture fixture;
  auto first = std::make_unique<Side>(fixture, tree_options(fixture));
  const auto lives = service(
      fixture, {"say", "early", "wait-for", (fixture.folder() / "go").string(), "exit", "9"});
  auto ends = service(fixture, {"exit", "5"});
  auto unknown = service(fixture, {"hold"});
  ends.name = "ends";
  unknown.name = "unknown";
  first->runner->start(request(lives, 1));
  first->runner->start(request(ends, 2));
  first->runner->start(request(unknown, 3));
  first->await<runtime::Spawned>(RunId{1});
  first->await<runtime::Exited>(RunId{2});
  const int pid = first->find<runtime::Spawned>(RunId{1})->pid;
  const int unknown_pid = first->await<runtime::Spawned>(RunId{3}).pid;
  first.reset();
  fixture.kill_controller();

  Side second{fixture, tree_options(fixture)};
  const auto held = second.runner->held_runs();
  REQUIRE(held.size() == 3);
  CHECK(held[0].pid == pid);
  CHECK(held[0].canonical_name == "backend:0");
  CHECK(!held[0].exited);
  CHECK(held[1].exited);
  second.runner->adopt(request(lives, 1));
  second.runner->adopt(request(ends, 2));
  second.runner->discard(RunId{3});
  CHECK(second.runner->held_runs().empty());
  CHECK(second.await<runtime::Exited>(RunId{2}).status.number == 5);
  std::ofstream{fixture.folder() / "go"};
  CHECK(second.await<runtime::Exited>(RunId{1}).status.number == 9);
  CHECK(second.find<runtime::Spawned>(RunId{1}) == nullptr);
  CHECK(second.output.text[RunId{1}] == "early\n");
  second.runner->start(request(lives, 4));
  second.await<runtime::Exited>(RunId{4});
  CHECK(!is_alive(unknown_pid));
}
