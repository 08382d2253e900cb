#include "checks/log.h"

#include "unit/checks/rig.h"

namespace mainstay::checks::test {
namespace {

struct Printing {
  explicit Printing(model::LogFormat format = model::LogFormat::Raw) {
    spec.name = "backend";
    spec.logs.format = format;
    logs::CaptureOptions options;
    capture.emplace(rig.loop, rig.logs, std::move(options));
    capture->set_on_growth([this](const std::string& file) { rig.shared.taps.grew(file); });
    capture->set_on_rotation(
        [this](const logs::Rotated& rotated) { rig.shared.taps.rotated(rotated); });
    capture->begin_rotation({});
  }

  // A run begins, with pipes of its own.
  void begin_run() {
    logs::test::Pipe to_out;
    logs::test::Pipe to_err;
    out = std::move(to_out.write);
    err = std::move(to_err.write);
    started = io::read_clocks().mono;
    capture->attach(RunId{++run}, "backend", spec.logs,
                    {std::move(to_out.read), std::move(to_err.read)});
  }
  void end_run() {
    out.reset();
    err.reset();
    capture->drain(RunId{run});
  }
  void print(const UniqueFd& where, const std::string& text) {
    const auto before = capture->counts().bytes;
    logs::test::put(where.get(), text);
    REQUIRE(rig.until([&] { return capture->counts().bytes >= before + text.size(); }));
  }
  void watch(const std::string& pattern) {
    const runtime::StartRequest start{RunId{run}, InstanceId{0}, "backend:0", "backend", 0, &spec};
    answer.reset();
    prober = make_prober(model::LogProbe{pattern}, {start, started}, rig.means, rig.shared);
    prober->look(5s, [this](Answer got) { answer = std::move(got); });
  }
  bool passes() {
    const bool answered = rig.until([this] { return answer.has_value(); });
    return answered && answer->verdict == CheckVerdict::Passed;
  }
  bool stays_silent() {
    rig.turn_for(60ms);
    return !answer;
  }

  Rig rig;
  model::ServiceSpec spec;
  std::optional<logs::Capture> capture;
  std::uint64_t run = 0;
  MonoTime started;
  UniqueFd out;
  UniqueFd err;
  std::unique_ptr<Prober> prober;
  std::optional<Answer> answer;
};

constexpr auto kFormats = {model::LogFormat::Raw, model::LogFormat::Text, model::LogFormat::Json};

TEST_CASE("a line that is printed passes, on either stream and in every format") {
  for (const auto format : kFormats) {
    for (const bool on_err : {false, true}) {
      Printing printing{format};
      printing.begin_run();
      printing.watch("^listening on \\d+$");
      printing.print(printing.out, "not listening on 80\n");
      CHECK(printing.stays_silent());
      printing.print(on_err ? printing.err : printing.out, "listening on 8000\n");
      CHECK(printing.passes());
    }
  }
}

TEST_CASE("lines from before the watch count, those of an earlier run do not") {
  for (const auto format : kFormats) {
    Printing printing{format};
    printing.begin_run();
    printing.print(printing.out, "ready\n");
    printing.end_run();
    printing.rig.work_for(10ms);  // longer than a step of the index
    printing.begin_run();
    printing.watch("^ready$");
    CHECK(printing.stays_silent());
    printing.prober.reset();
    printing.print(printing.out, "ready\n");
    printing.watch("^ready$");
    CHECK(printing.passes());
  }
}

TEST_CASE("a line counts once it is whole") {
  Printing printing;
  printing.begin_run();
  printing.watch("^ready");
  printing.print(printing.out, "ready");
  CHECK(printing.stays_silent());
  printing.print(printing.out, "\n");
  CHECK(printing.passes());
}

TEST_CASE("a line among many others, in a log that is cut again and again, is found") {
  Printing printing;
  printing.spec.logs.rotate.size = Bytes{16 * 1024};
  printing.begin_run();
  printing.watch("^number 4999$");
  std::string text;
  for (int i = 0; i < 10'000; ++i) {
    text += "number " + std::to_string(i) + "\n";
    if (text.size() < 8000) continue;
    printing.print(printing.out, text);
    text.clear();
  }
  CHECK(printing.passes());
}

TEST_CASE("a service whose output is not kept is told so") {
  Printing printing;
  printing.spec.logs.stdout_on = false;
  printing.spec.logs.stderr_on = false;
  printing.begin_run();
  printing.watch("ready");
  CHECK(printing.prober->awaits() == "a line to look at: its output is not kept (logs)");
}

TEST_CASE("a watch that is not wanted any more is silent, whatever it was doing") {
  Printing printing;
  printing.begin_run();
  printing.print(printing.out, "ready\n");
  printing.watch("^ready$");
  printing.prober.reset();
  printing.print(printing.out, "ready\n");
  CHECK(printing.stays_silent());
}

}  // namespace
}  // namespace mainstay::checks::test
