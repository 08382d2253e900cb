// What a declared service becomes: environment, arguments, candidates, limits, user.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>

#include "process/environment.h"
#include "process/notify_wish.h"
#include "process/spawn_request.h"
#include "process/start_failure.h"

using namespace mainstay;
using process::EnvironmentMap;
using process::SpawnContext;

namespace {

SpawnContext context() {
  SpawnContext out;
  out.own_environment = {{"PATH", "/usr/bin:/bin"},
                         {"HOME", "/home/ann"},
                         {"LANG", "C.UTF-8"},
                         {"SECRET_OF_SHELL", "x"},
                         {"MAINSTAY_READY_FD", "9"}};
  out.self.uid = 1000;
  out.self.gid = 1000;
  out.self.name = "ann";
  out.self.home = "/home/ann";
  out.self.shell = "/bin/bash";
  out.cookie = "cookie-1";
  return out;
}

model::ServiceSpec service() {
  model::ServiceSpec spec;
  spec.name = "backend";
  spec.command.argv = {{"python3"}, {"main.py"}};
  spec.cwd.text = "/srv";
  return spec;
}

process::User www_data() {
  return {33, 33, {33}, "www-data", "/var/www", "/usr/sbin/nologin"};
}

EnvironmentMap composed(const model::ServiceSpec& spec, std::uint32_t index = 0,
                        const std::optional<process::User>& user = std::nullopt,
                        const process::SecretValues& secrets = {}) {
  const auto out = process::compose_environment(spec, index, user, secrets, context());
  REQUIRE_MESSAGE(out.ok(), (out.ok() ? "" : out.error().message));
  return *out;
}

std::string composition_error(const model::ServiceSpec& spec) {
  const auto out = process::compose_environment(spec, 1, std::nullopt, {}, context());
  return out.ok() ? "" : out.error().message;
}

}  // namespace

TEST_CASE("a service is told where to notify only when it declares that it does") {
  auto spec = service();
  const auto notify = [&spec](const std::string& socket) {
    SpawnContext with = context();
    with.notify_socket = socket;
    with.own_environment["NOTIFY_SOCKET"] = "/run/systemd/notify";
    with.own_environment["WATCHDOG_USEC"] = with.own_environment["WATCHDOG_PID"] = "1";
    const auto out = process::compose_environment(spec, 0, std::nullopt, {}, with);
    REQUIRE(out.ok());
    std::string text;
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) {
      if (out->contains(name)) text += std::string{name} + "=" + out->at(name) + " ";
    }
    return text;
  };
  spec.inherit_env.all = true;
  CHECK_FALSE(process::wants_notify_socket(spec));
  CHECK(notify("").empty());  // those are between us and who started us
  spec.ready.emplace();
  spec.ready->probe = model::NotifyProbe{};
  CHECK(process::wants_notify_socket(spec));
  CHECK(notify("/s/1.a") == "NOTIFY_SOCKET=/s/1.a ");
  spec.env["NOTIFY_SOCKET"] = model::Template{"/elsewhere"};
  CHECK(notify("/s/1.a") == "NOTIFY_SOCKET=/s/1.a ");
  spec.ready->probe = model::NotifyProbe{7};
  CHECK_FALSE(process::wants_notify_socket(spec));
  CHECK(process::notify_fd_of(spec) == 7);
  for (const int seconds : {30, 5, 10}) {
    spec.health.emplace_back();
    spec.health.back().probe = model::HeartbeatProbe{std::chrono::seconds{seconds}};
  }
  CHECK(process::wants_notify_socket(spec));
  CHECK(notify("/s/1.a") == "NOTIFY_SOCKET=/s/1.a WATCHDOG_USEC=5000000 ");
}

TEST_CASE("Without anything declared the environment is the base, the instance and the cookie") {
  CHECK(composed(service()) == EnvironmentMap{{"PATH", "/usr/bin:/bin"},
                                              {"HOME", "/home/ann"},
                                              {"USER", "ann"},
                                              {"LOGNAME", "ann"},
                                              {"SHELL", "/bin/bash"},
                                              {"LANG", "C.UTF-8"},
                                              {"INSTANCE", "0"},
                                              {"MAINSTAY_COOKIE", "cookie-1"}});
}

TEST_CASE("Another user's HOME, USER, LOGNAME and SHELL replace ours, also when all is inherited") {
  auto spec = service();
  spec.inherit_env.all = true;
  const EnvironmentMap out = composed(spec, 0, www_data());
  CHECK(out.at("HOME") == "/var/www");
  CHECK(out.at("USER") == "www-data");
  CHECK(out.at("LOGNAME") == "www-data");
  CHECK(out.at("SHELL") == "/usr/sbin/nologin");
  CHECK(out.at("SECRET_OF_SHELL") == "x");
  CHECK_FALSE(out.contains("MAINSTAY_READY_FD"));
}

TEST_CASE("inherit_env passes only what it names") {
  auto spec = service();
  spec.inherit_env.names = {"SECRET_OF_SHELL", "NOT_SET"};
  const EnvironmentMap out = composed(spec);
  CHECK(out.at("SECRET_OF_SHELL") == "x");
  CHECK_FALSE(out.contains("NOT_SET"));
}

TEST_CASE("env wins over the base, but not over INSTANCE and the cookie") {
  auto spec = service();
  spec.env = {{"PATH", model::Template{"/opt/bin"}},
              {"INSTANCE", model::Template{"99"}},
              {"MAINSTAY_COOKIE", model::Template{"forged"}}};
  const EnvironmentMap out = composed(spec, 3);
  CHECK(out.at("PATH") == "/opt/bin");
  CHECK(out.at("INSTANCE") == "3");
  CHECK(out.at("MAINSTAY_COOKIE") == "cookie-1");
}

TEST_CASE("increment_env adds the instance, and others may refer to the sum") {
  auto spec = service();
  spec.env = {{"PORT", model::Template{"8000"}},
              {"URL", model::Template{"http://localhost:${PORT}/${INSTANCE}?price=$$5"}}};
  spec.increment_env = {"PORT"};
  const EnvironmentMap out = composed(spec, 2);
  CHECK(out.at("PORT") == "8002");
  CHECK(out.at("URL") == "http://localhost:8002/2?price=$5");
}

TEST_CASE("increment_env of what is not set, no number or too large is an error") {
  auto spec = service();
  spec.increment_env = {"PORT"};
  CHECK(composition_error(spec) ==
        "cannot start backend: increment_env names PORT, which is not set");
  for (const char* bad : {"", "eight", "8000x", "9223372036854775807"}) {
    spec.env["PORT"] = model::Template{bad};
    CHECK_MESSAGE(
        composition_error(spec) ==
            "cannot start backend: increment_env names PORT, whose value is not a whole number",
        bad);
  }
}

TEST_CASE("Secrets are values, can be referred to, and are never missing silently") {
  auto spec = service();
  spec.env = {{"KEY", model::SecretFile{"/run/key"}}, {"URL", model::Template{"db://u:${KEY}@h"}}};
  CHECK(composed(spec, 0, std::nullopt, {{"KEY", "p${x}$$"}}).at("URL") == "db://u:p${x}$$@h");
  CHECK(composition_error(spec) == "cannot start backend: secret KEY was not read");
}

TEST_CASE("Candidates: a path is itself, a name is looked for in every folder of PATH") {
  using process::candidate_paths;
  using Paths = std::vector<std::string>;
  CHECK(candidate_paths("/bin/ls", "/usr/bin", "/srv") == Paths{"/bin/ls"});
  CHECK(candidate_paths("./run", "/usr/bin", "/srv") == Paths{"/srv/./run"});
  CHECK(candidate_paths("bin/run", "/usr/bin", "/") == Paths{"/bin/run"});
  CHECK(candidate_paths("ls", "/usr/bin:/bin/", "/srv") == Paths{"/usr/bin/ls", "/bin/ls"});
  CHECK(candidate_paths("ls", ":tools", "/srv") == Paths{"/srv/ls", "/srv/tools/ls"});
}

TEST_CASE("A request has the service's own PATH, expanded arguments, limits and privileges") {
  auto spec = service();
  spec.env["PATH"] = model::Template{"/opt/bin"};
  spec.command.argv = {{"server"}, {"--port=${PORT}"}, {"$$HOME"}};
  spec.env["PORT"] = model::Template{"80"};
  spec.increment_env = {"PORT"};
  spec.limits.open_files = 4096;
  spec.limits.core = Bytes{0};
  spec.umask = 077;
  spec.nice = 5;
  const runtime::StartRequest start{RunId{1}, InstanceId{0}, "backend:1", "backend:1", 1, &spec};
  const auto request = process::compose_request(start, www_data(), {}, context());
  REQUIRE(request.ok());
  CHECK(request->arguments == std::vector<std::string>{"server", "--port=81", "$HOME"});
  CHECK(request->candidates == std::vector<std::string>{"/opt/bin/server"});
  CHECK(request->no_new_privileges);
  CHECK(request->cwd == "/srv");
  CHECK(request->umask == 077);
  CHECK(request->nice == 5);
  REQUIRE(request->limits.size() == 2);
  CHECK(request->limits[0].resource == RLIMIT_NOFILE);
  CHECK(request->limits[0].hard == 4096);
  CHECK(request->limits[1].resource == RLIMIT_CORE);
  CHECK_FALSE(process::compose_request(start, std::nullopt, {}, context())->no_new_privileges);
}

TEST_CASE("The user is looked up, and only root may become another") {
  auto spec = service();
  const process::User self = process::current_user();
  CHECK_FALSE(process::user_for(spec, self).value());
  spec.user = "no-such-user-here";
  CHECK(process::user_for(spec, self).error().message ==
        "cannot find user 'no-such-user-here': no such user");
  spec.user = "root";
  spec.group = "no-such-group-here";
  CHECK(process::user_for(spec, self).error().message ==
        "cannot find group 'no-such-group-here': no such group");
  spec.group = "";
  process::User plain = self;
  plain.uid = 12345;
  CHECK(process::user_for(spec, plain).error().message ==
        "cannot become user 'root': only root may");
  process::User root = self;
  root.uid = 0;
  spec.user = "nobody";
  const auto found = process::user_for(spec, root);
  REQUIRE(found.ok());
  REQUIRE(found->has_value());
  CHECK((*found)->uid == 65534);
  CHECK_FALSE((*found)->groups.empty());
}

TEST_CASE("Failures about the machine are told from failures of the program") {
  using Kind = runtime::StartFailureKind;
  for (const int resource : {EAGAIN, ENOMEM, EMFILE, ENFILE}) {
    CHECK(process::failure_kind(resource) == Kind::Resource);
  }
  for (const int program : {ENOENT, EACCES, EPERM, ENOEXEC, 0}) {
    CHECK(process::failure_kind(program) == Kind::Program);
  }
}

TEST_CASE("Every stage has its sentence") {
  process::AttemptedStart start;
  start.shown_name = "backend";
  start.program = "server";
  start.candidates = {"/nowhere/server"};
  start.path = "/nowhere";
  start.cwd = "/nowhere";
  start.user = "www-data";
  start.limits = {{RLIMIT_NOFILE, 0, 5000, 5000}};
  const auto told = [&start](keeper::Stage stage, int error) {
    return process::explain_failure({stage, error, 0}, start).message;
  };
  using keeper::Stage;
  CHECK(told(Stage::User, EPERM) ==
        "cannot start backend: cannot become user 'www-data': operation not permitted");
  CHECK(told(Stage::Limits, EPERM) ==
        "cannot start backend: limits.open_files 5000 is above the hard limit, which only root may "
        "raise");
  CHECK(told(Stage::Directory, EACCES) ==
        "cannot start backend: cwd /nowhere may not be entered by user 'www-data'");
  CHECK(told(Stage::Run, E2BIG) ==
        "cannot run 'server' for backend: its arguments and environment are too large");
  CHECK(process::explain_failure({Stage::Run, ENOENT, 0}, start).stage == "run");
  CHECK(process::explain_refusal(keeper::RefusedAt::Fork, EAGAIN, start).kind ==
        runtime::StartFailureKind::Resource);
}
