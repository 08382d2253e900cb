#include "ctl/boot/steps.h"

#include <fmt/format.h>

#include "base/text.h"
#include "ctl/boot/quoting.h"

namespace mainstay::ctl::boot {

namespace {

std::string command_text(const Step& step) {
  std::vector<std::string> words;
  for (const std::string& word : step.command)
    words.push_back(shell_word(word));
  return join(words, " ");
}

// The first line of what a program said, for a message of one line.
std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

Status run_one(const Host& host, const Step& step) {
  const auto ran = host.run(step.command);
  if (!ran) return ran.error();
  if (ran->code == 0) return {};
  const std::string said = first_line(ran->output);
  return Error{fmt::format("'{}' failed with code {}{}{}", command_text(step), ran->code,
                           said.empty() ? "" : ": ", said)};
}

Status carry_out_one(const Host& host, const Step& step) {
  switch (step.kind) {
    case Step::Kind::Write:
      return host.write(step.path, step.text, step.mode);
    case Step::Kind::Remove:
      return host.remove(step.path);
    case Step::Kind::Run:
      return run_one(host, step);
  }
  return {};
}

}  // namespace

Step write_step(std::string path, std::string text, unsigned mode) {
  return {Step::Kind::Write, std::move(path), std::move(text), mode, {}, {}};
}

Step remove_step(std::string path) {
  return {Step::Kind::Remove, std::move(path), {}, 0, {}, {}};
}

Step run_step(std::vector<std::string> command, std::string otherwise) {
  return {Step::Kind::Run, {}, {}, 0, std::move(command), std::move(otherwise)};
}

std::string text_of_step(const Step& step) {
  switch (step.kind) {
    case Step::Kind::Write:
      return "write " + step.path;
    case Step::Kind::Remove:
      return "remove " + step.path;
    case Step::Kind::Run:
      return "run " + command_text(step);
  }
  return "";
}

Json json_of_step(const Step& step) {
  switch (step.kind) {
    case Step::Kind::Write:
      return Json{{"write", step.path}};
    case Step::Kind::Remove:
      return Json{{"remove", step.path}};
    case Step::Kind::Run:
      return Json{{"run", step.command}};
  }
  return Json::object();
}

Status carry_out(const Host& host, const std::vector<Step>& steps,
                 std::vector<std::string>& notes) {
  for (const Step& step : steps) {
    const Status done = carry_out_one(host, step);
    if (done.ok()) continue;
    if (step.otherwise.empty()) return done;
    notes.push_back(fmt::format("{}; {}", done.error().message, step.otherwise));
  }
  return {};
}

}  // namespace mainstay::ctl::boot
