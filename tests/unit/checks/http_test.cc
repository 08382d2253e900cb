#include "checks/http.h"

#include <fstream>

#include "unit/checks/rig.h"

namespace mainstay::checks::test {
namespace {

struct Looked {
  Looked(Rig& rig, const model::HttpProbe& probe, const model::ServiceSpec& spec) {
    const runtime::StartRequest start{RunId{7}, InstanceId{0}, "api:2", "api:2", 2, &spec};
    prober = make_prober(probe, {start, MonoTime{}}, rig.means, rig.shared);
    look();
  }
  void look() {
    answer.reset();
    prober->look(3s, [this](Answer got) { answer = std::move(got); });
  }
  std::unique_ptr<Prober> prober;
  std::optional<Answer> answer;
};

model::ServiceSpec service() {
  model::ServiceSpec spec;
  spec.name = "api";
  spec.instances = 3;
  spec.command.argv = {{"/bin/true"}};
  spec.cwd.text = "/";
  spec.env["PORT"] = model::Template{"8000"};
  spec.increment_env = {"PORT"};
  return spec;
}

TEST_CASE("what is asked is what was declared, with the run's own environment filled in") {
  Rig rig;
  model::HttpProbe probe;
  probe.url.text = "http://127.0.0.1:${PORT}/health/${INSTANCE}";
  probe.method = "HEAD";
  probe.status = {{204, 204}};
  probe.body = "up";
  probe.insecure = true;
  probe.headers["X-Instance"] = model::Template{"${INSTANCE}$$"};
  Looked looked{rig, probe, service()};
  REQUIRE(rig.http.asked.size() == 1);
  HttpRequest expected;
  expected.url = "http://127.0.0.1:8002/health/2";
  expected.method = "HEAD";
  expected.headers = {{"X-Instance", "2$"}};
  expected.status = {{204, 204}};
  expected.body = "up";
  expected.insecure = true;
  expected.timeout = 3s;
  CHECK(rig.http.asked[0] == expected);
}

TEST_CASE("an outcome becomes an answer with the time that the gateway measured") {
  Rig rig;
  model::HttpProbe probe;
  probe.url.text = "http://127.0.0.1/";
  Looked looked{rig, probe, service()};
  HttpOutcome outcome;
  outcome.total = 12ms;
  SUBCASE("passed") {
    outcome.verdict = HttpVerdict::Passed;
    rig.http.answer(1, outcome);
    CHECK(looked.answer->verdict == CheckVerdict::Passed);
    CHECK(looked.answer->latency == 12ms);
  }
  SUBCASE("failed") {
    outcome.verdict = HttpVerdict::Failed;
    outcome.message = "status 500 (expected 200-399)";
    rig.http.answer(1, outcome);
    CHECK(looked.answer->verdict == CheckVerdict::Failed);
    CHECK(looked.answer->message == "status 500 (expected 200-399)");
  }
  SUBCASE("the gateway has died") {
    outcome.message = "the gateway has died";
    rig.http.answer(1, outcome);
    CHECK(looked.answer->verdict == CheckVerdict::Unknown);
  }
  SUBCASE("nobody wants to know any more") {
    looked.prober.reset();
    CHECK(rig.http.cancelled == 1);
  }
}

TEST_CASE("a secret among the headers is read, shown nowhere, and read again after a failure") {
  Rig rig;
  const auto path = rig.folder / "token";
  std::ofstream{path} << "first\n";
  model::HttpProbe probe;
  probe.url.text = "http://127.0.0.1/";
  probe.headers["Authorization"] = model::SecretFile{path};
  Looked looked{rig, probe, service()};
  REQUIRE(rig.http.asked.size() == 1);
  CHECK(rig.http.asked[0].headers.at("Authorization") == "first");
  std::ofstream{path} << "second\n";
  const auto end_with = [&](HttpVerdict verdict) {
    HttpOutcome outcome;
    outcome.verdict = verdict;
    rig.http.answer(rig.http.asked.size(), outcome);
    looked.look();
  };
  end_with(HttpVerdict::Passed);
  CHECK(rig.http.asked[1].headers.at("Authorization") == "first");
  end_with(HttpVerdict::Failed);
  CHECK(rig.http.asked[2].headers.at("Authorization") == "second");
  std::filesystem::remove(path);
  end_with(HttpVerdict::Failed);
  REQUIRE(looked.answer);
  CHECK(looked.answer->verdict == CheckVerdict::Unknown);
  CHECK(looked.answer->message == "cannot read secret header Authorization from '" + path.string() +
                                      "': no such file or directory");
}

}  // namespace
}  // namespace mainstay::checks::test
