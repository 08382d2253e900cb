#include "ctl/analysis_text.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <optional>

#include "base/moment.h"
#include "base/text.h"
#include "ctl/commands/commands.h"
#include "ctl/progress.h"
#include "ctl/report_file.h"
#include "io/clock.h"

namespace mainstay::ctl {

namespace {

constexpr std::array<OptionSpec, 4> kOptions = {{
    {0, "since", "24h", "how far to look back; times as in ctl logs"},
    {0, "until", "T", "up to when (default: now)"},
    {0, "save", "", "keep the report as analysis_YYYYMMDD_HHMMSS.txt, too"},
    {0, "dir", "DIR", "the folder for it (default: the present one)"},
}};

class Analyze {
 public:
  explicit Analyze(Context& context) : context_(context), params_(context.targets()) {}

  CtlExit run() {
    for (const char* name : {"since", "until"}) {
      if (const auto problem = take_time(name)) return context_.fail_usage(*problem);
    }
    if (context_.has("dir") && !context_.has("save"))
      return context_.fail_usage("--dir goes with --save");
    params_["progress"] = context_.notices().terminal().interactive;
    const Answer answer = ask();
    if (!answer) return context_.fail(answer.failure());
    const CtlExit exit = analysis_exit(answer.result());
    print(answer.result());
    if (!context_.has("save")) return exit;
    return save(answer.result()) ? exit : CtlExit::Failed;
  }

 private:
  std::optional<std::string> take_time(const char* name) {
    const auto text = context_.value(name);
    if (!text) return std::nullopt;
    const auto moment = parse_moment(*text, now_);
    if (!moment) return fmt::format("--{}: {}", name, moment.error().message);
    params_[name] = format_rfc3339_micros(*moment);
    return std::nullopt;
  }

  Answer ask() {
    Progress progress{context_.notices()};
    return context_.client().call(
        "analysis.get", params_, context_.timeout_or(kNoTimeout), [&](const Json& item) {
          const std::string line = analysis_progress(item, context_.notices().terminal());
          progress.show(line, line);
          return true;
        });
  }

  void print(const Json& result) {
    if (context_.json()) {
      context_.print_json(result);
      return;
    }
    const bool all = !context_.words().empty();
    context_.out().write(analysis_text(result, now_, all, context_.out().terminal()));
  }

  bool save(const Json& result) {
    const std::filesystem::path folder = context_.value("dir").value_or(".");
    Terminal file;  // of any width, without colours
    file.symbols = true;
    const std::string text =
        context_.json() ? dump_json(result) + "\n" : analysis_text(result, now_, true, file);
    const auto path = save_report(folder, text, context_.json() ? "json" : "txt", now_);
    context_.notice(path ? fmt::format("saved as {}", path->string()) : path.error().message);
    return path.ok();
  }

  Context& context_;
  Json params_;
  WallTime now_ = io::read_clocks().wall;
};

CtlExit run(Context& context) {
  return Analyze{context}.run();
}

}  // namespace

const Verb kAnalyze = {
    .name = "analyze",
    .aliases = {},
    .summary = "what the logs say: errors, traces, failing and slow requests, and what to do",
    .usage = "analyze [TARGET...] [--since 24h] [--until T] [--save [--dir DIR]]",
    .details =
        "Green, yellow or red for each service: errors an hour below 5, to 20, above (answers with "
        "5xx alike),\nrestarts a day 0, 1 or 2, 3 and more, CPU at 70 and 90 %, memory at 80 and "
        "90 %. What is the same but\nfor numbers, ids, addresses, paths and quoted text is counted "
        "together.\nExit code 3 when a service is red.\n",
    .options = kOptions,
    .least = 0,
    .most = kAnyNumber,
    .wants = {},
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
