// No file can exhaust memory, stack or time.
#include <doctest/doctest.h>

#include "config/limits.h"
#include "unit/config/support.h"

namespace mainstay::config::test {

namespace {

// Whether one of the errors has `part` in it; an accepted file has none.
bool says(const std::vector<std::string>& errors, const std::string& part) {
  for (const std::string& error : errors) {
    if (error.find(part) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("an alias bomb is stopped while it is walked") {
  std::string bomb = "services:\n  a: &a {command: [x], health: [";
  for (int i = 0; i < 3000; ++i)
    bomb += "{tcp: 1},";
  bomb += "]}\n";
  for (int i = 0; i < 3000; ++i)
    bomb += "  s" + std::to_string(i) + ": *a\n";
  CHECK(says(errors_of(bomb), "make too much of this configuration"));
}

TEST_CASE("unknown keys behind aliases are counted, too") {
  std::string bomb = "services:\n  a: &a {";
  for (int i = 0; i < 20'000; ++i)
    bomb += "k" + std::to_string(i) + ": ,";
  bomb += "}\n";
  for (int i = 0; i < 200; ++i)
    bomb += "  s" + std::to_string(i) + ": *a\n";
  const auto errors = errors_of(bomb);
  REQUIRE(errors.size() == kMaxErrors + 1);
  // "998904 more errors not shown": four million without the limit.
  CHECK(std::stoul(errors.back()) <= kMaxVisits);
}

TEST_CASE("aliases in moderation are no bomb") {
  std::string text = "services: {w: {command: [x], health: &h [{tcp: 1}]}";
  for (int i = 0; i < 300; ++i)
    text += ", w" + std::to_string(i) + ": {command: [x], health: *h}";
  CHECK(errors_of(text + "}\n").empty());
}

TEST_CASE("a small file cannot become a large model through defaults") {
  std::string text =
      "defaults: {command: [x], env: {BIG: '" + std::string(100'000, 'a') + "'}}\nservices:\n";
  for (int i = 0; i < 5000; ++i)
    text += " s" + std::to_string(i) + ":\n";
  CHECK(says(errors_of(text), "make too much of this configuration"));
}

TEST_CASE("a small file cannot become a large model through an env file") {
  std::string text = "defaults: {command: [x], env_file: e}\nservices:\n";
  for (int i = 0; i < 5000; ++i)
    text += " s" + std::to_string(i) + ":\n";
  CHECK(says(errors_of(text, {}, {{"e", "A=" + std::string(100'000, 'a') + "\n"}}),
             "make too much of this configuration"));
}

TEST_CASE("a small file cannot become a large model through references") {
  std::string text = "vars: {V: '" + std::string(100'000, 'a') + "'}\nservices:\n";
  for (int i = 0; i < 5000; ++i)
    text += " s" + std::to_string(i) + ": {command: ['${V}']}\n";
  CHECK(says(errors_of(text), "make too much of this configuration"));
}

TEST_CASE("deep nesting is an error, in lists, maps and references") {
  CHECK(says(errors_of("services: " + std::string(100'000, '[')), "nested too deeply"));
  std::string maps = "services: ";
  for (int i = 0; i < 1000; ++i)
    maps += "{a: ";
  CHECK(says(errors_of(maps), "nested too deeply"));
  std::string references = "name: '";
  for (int i = 0; i < 1000; ++i)
    references += "${A:-";
  references += "x" + std::string(1000, '}') + "'\n";
  CHECK(says(errors_of(references), "too many times"));
}

TEST_CASE("only so many errors are shown, and the rest is counted") {
  std::string text = "services:\n";
  for (int i = 0; i < 500; ++i)
    text += " s" + std::to_string(i) + ": {comand: [x]}\n";
  const Loaded loaded = load_text(text);
  REQUIRE(loaded.diagnostics.size() == kMaxErrors + 1);
  CHECK(loaded.diagnostics.back().severity == Severity::Note);
  CHECK(loaded.diagnostics.back().message == "400 more errors not shown; repair these first");
}

TEST_CASE("suggestions for thousands of wrong names cost little") {
  std::string text = "defaults: {command: [x, '${NOPE}'], depends_on: [nowhere]}\nvars: {";
  for (int i = 0; i < 3000; ++i)
    text += "V" + std::to_string(i) + ": x, ";
  text += "}\nservices:\n";
  for (int i = 0; i < 3000; ++i)
    text += " s" + std::to_string(i) + ":\n";
  CHECK(says(errors_of(text), "no service is named 'nowhere'"));
}

TEST_CASE("instances and declarations have limits") {
  std::string many = "services:\n";
  for (int i = 0; i < 21; ++i)
    many += " s" + std::to_string(i) + ": {command: [x], instances: 1000}\n";
  CHECK(says(errors_of(many), "21000 instances in all"));
  std::string services = "defaults: {command: [x]}\nservices:\n";
  for (std::size_t i = 0; i < kMaxDeclared; ++i)
    services += " s" + std::to_string(i) + ":\n";
  CHECK(says(errors_of(services), "too many services"));

  std::string monitors = "monitors:\n";
  for (int i = 0; i < 5'001; ++i)
    monitors += "  m" + std::to_string(i) + ": {tcp: 1}\n";
  CHECK(says(errors_of(monitors), "too many monitors; at most 5000 are looked at"));
}

TEST_CASE("files have a limit in number and in size together") {
  std::map<std::string, std::string> files;
  for (std::size_t i = 0; i < kMaxFiles + 5; ++i)
    files["f" + std::to_string(i) + ".yml"] = "services: {}\n";
  CHECK(says(errors_of("include: '*.yml'\n", {}, files), "may have 256 files"));
  files.clear();
  const std::string comment = "#" + std::string(kMaxFileBytes - 1, 'x');
  for (int i = 0; i < 9; ++i)
    files["f" + std::to_string(i) + ".yml"] = comment;
  CHECK(says(errors_of("include: '*.yml'\n", {}, files), "8 MB together"));
}

TEST_CASE("includes of includes end") {
  std::map<std::string, std::string> files;
  for (int i = 0; i < 30; ++i)
    files["f" + std::to_string(i) + ".yml"] = "include: f" + std::to_string(i + 1) + ".yml\n";
  CHECK(says(errors_of("include: f0.yml\n", {}, files), "too many times"));
}

TEST_CASE("a thousand services load in little time and leave nothing but the model") {
  std::string text = "services:\n";
  for (int i = 0; i < 1000; ++i)
    text +=
        "  s" + std::to_string(i) + ": {command: [sleep, infinity], restart: {min_uptime: 1s}}\n";
  const Loaded loaded = load_text(text);
  REQUIRE(loaded.ecosystem.has_value());
  CHECK(loaded.ecosystem->services.size() == 1000);
}

}  // namespace mainstay::config::test
