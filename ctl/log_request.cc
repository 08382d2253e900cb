#include "ctl/log_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "base/regex.h"
#include "base/text.h"
#include "ctl/arguments.h"
#include "ctl/moment_option.h"

namespace mainstay::ctl {

namespace {

constexpr std::int64_t kMostLines = 100'000;

constexpr std::array<std::string_view, 2> kStreams = {"out", "err"};
constexpr std::array<std::string_view, 4> kLevels = {"error", "warn", "info", "debug"};

// Collects parameters until the first problem.
class Builder {
 public:
  Builder(const Context& context, WallTime now)
      : context_(context), now_(now), params_(context.targets()) {}

  LogRequest build() {
    lines();
    params_["follow"] = context_.has("follow");
    one_of("stream", kStreams, "stream; it is out or err");
    time("since");
    time("until");
    grep();
    one_of("level", kLevels, "level; it is error, warn, info or debug");
    combinations();
    if (!problem_.empty()) return problem_;
    return params_;
  }

 private:
  void fail(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }

  void lines() {
    const auto text = context_.value("lines");
    if (!text) return;
    if (const auto lines = whole_number(*text, 0, kMostLines)) {
      params_["lines"] = *lines;
    } else {
      fail(fmt::format("'{}' is no number of lines; 0 to {}, for more use --since", safe(*text),
                       kMostLines));
    }
  }

  template <typename Words>
  void one_of(const char* name, const Words& words, std::string_view what) {
    const auto word = context_.value(name);
    if (!word) return;
    if (std::find(words.begin(), words.end(), *word) == words.end()) {
      fail(fmt::format("'{}' is no {}", safe(*word), what));
    }
    params_[name] = *word;
  }

  void time(const char* name) { fail(add_moment(context_, name, now_, params_)); }

  void grep() {
    const auto pattern = context_.value("grep");
    if (!pattern) {
      if (context_.has("ignore-case")) fail("--ignore-case is of no use without --grep");
      return;
    }
    const bool ignore_case = context_.has("ignore-case");
    const auto regex = Regex::compile(*pattern, ignore_case);
    if (!regex) fail(fmt::format("--grep: '{}' {}", safe(*pattern), regex.error().message));
    if (!is_valid_utf8(*pattern)) fail("--grep: the expression is not valid UTF-8");
    params_["grep"] = *pattern;
    if (ignore_case) params_["ignore_case"] = true;
  }

  void combinations() {
    if (context_.has("raw") && context_.json()) {
      fail("--raw and --json exclude each other; JSON has the bytes as \"raw\" where they matter");
    }
    if (context_.has("raw") && context_.has("timestamps")) {
      fail(
          "--raw and --timestamps exclude each other: raw is the service's bytes and nothing else");
    }
    if (context_.has("until") && context_.has("follow")) {
      fail("--until and --follow exclude each other");
    }
  }

  static std::string safe(std::string_view text) { return escape_for_terminal(text, false); }

  const Context& context_;
  WallTime now_;
  Json params_;
  std::string problem_;
};

}  // namespace

LogRequest log_request(const Context& context, WallTime now) {
  return Builder{context, now}.build();
}

}  // namespace mainstay::ctl
