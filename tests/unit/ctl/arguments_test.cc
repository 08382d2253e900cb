#include "ctl/arguments.h"

#include <doctest/doctest.h>

#include "ctl/verb.h"

namespace mainstay::ctl {

namespace {

using Words = std::vector<std::string>;

Arguments parsed(const Words& words) {
  auto result = parse_arguments(words, all_verbs());
  const auto* error = std::get_if<UsageError>(&result);
  REQUIRE_MESSAGE(error == nullptr, (error != nullptr ? error->message : ""));
  return std::get<Arguments>(result);
}

UsageError refused(const Words& words) {
  auto result = parse_arguments(words, all_verbs());
  REQUIRE(std::holds_alternative<UsageError>(result));
  return std::get<UsageError>(result);
}

}  // namespace

TEST_CASE("global options may stand before and after the verb") {
  for (const Words& words : {Words{"--json", "status", "web"}, Words{"status", "--json", "web"},
                             Words{"status", "web", "--json"}}) {
    const Arguments arguments = parsed(words);
    CHECK(arguments.verb->name == "status");
    CHECK(arguments.has("json"));
    CHECK(arguments.words == Words{"web"});
  }
}

TEST_CASE("values follow their option or are joined to it") {
  CHECK(parsed({"--timeout", "30s", "ping"}).value("timeout") == "30s");
  CHECK(parsed({"ping", "--timeout=30s"}).value("timeout") == "30s");
  CHECK(parsed({"logs", "-n", "5"}).value("lines") == "5");
  CHECK(parsed({"logs", "-n5"}).value("lines") == "5");
  CHECK(parsed({"logs", "-fn5", "web"}).has("follow"));
  CHECK(parsed({"logs", "-fn", "5", "web"}).value("lines") == "5");
  CHECK(parsed({"--socket=", "ping"}).value("socket") == "");
}

TEST_CASE("aliases are the verb") {
  for (const char* alias : {"ls", "list", "ps"})
    CHECK(parsed({alias}).verb->name == "status");
  CHECK(parsed({"describe", "web"}).verb->name == "show");
}

TEST_CASE("a negative number is a word where numbers are meant") {
  CHECK(parsed({"scale", "web", "-1"}).words == Words{"web", "-1"});
  CHECK(parsed({"signal", "-9", "web"}).words == Words{"-9", "web"});
  CHECK(refused({"status", "-1"}).message.find("'-1'") != std::string::npos);
}

TEST_CASE("two dashes end the options") {
  CHECK(parsed({"status", "--", "--json"}).words == Words{"--json"});
}

TEST_CASE("an unknown verb is named with the one that was meant") {
  CHECK(refused({"statsu"}).message == "there is no verb 'statsu'; did you mean 'status'?");
  CHECK(refused({"desribe"}).message == "there is no verb 'desribe'; did you mean 'describe'?");
  CHECK(refused({"xyzzy-plugh"}).message == "there is no verb 'xyzzy-plugh'");
}

TEST_CASE("verbs of later versions are simply unknown") {
  for (const char* verb : {"apply", "plan", "jobs", "doctor", "import", "top"}) {
    CHECK(refused({verb}).message.starts_with("there is no verb"));
  }
}

TEST_CASE("an unknown option is named with the one that was meant") {
  CHECK(refused({"status", "--jsn"}).message ==
        "status has no option '--jsn'; did you mean '--json'?");
  CHECK(refused({"status", "--jsn"}).hint == "usage: ctl status [TARGET...] [--watch]");
  CHECK(refused({"status", "-n", "5"}).message == "status has no option '-n'");
  CHECK(refused({"--nope"}).message == "there is no option '--nope'");
}

TEST_CASE("an option of another verb is unknown") {
  CHECK(refused({"ping", "--follow"}).message == "ping has no option '--follow'");
  CHECK(refused({"logs", "--loud", "1h"}).message.starts_with("logs has no option '--loud'"));
}

TEST_CASE("a missing or a needless value is said") {
  CHECK(refused({"ping", "--timeout"}).message == "--timeout needs a value, as in --timeout 30s");
  CHECK(refused({"ping", "--json=yes"}).message == "--json takes no value");
}

TEST_CASE("too few and too many words are usage errors") {
  CHECK(refused({"stop"}).message ==
        "stop needs a TARGET: a name, name:instance, glob, @tag or all");
  CHECK(refused({"scale", "web"}).message.starts_with("scale needs the NAME"));
  CHECK(refused({"down", "web"}).message == "down does not know what to do with 'web'");
}

TEST_CASE("help needs no other word") {
  CHECK(parsed({"stop", "--help"}).has("help"));
  CHECK(parsed({"-h"}).has("help"));
  CHECK(parsed({}).verb == nullptr);
}

TEST_CASE("every verb has a help that says how it is called") {
  for (const Verb* verb : all_verbs()) {
    const std::string help = help_text(*verb);
    CHECK(help.starts_with("usage: ctl " + std::string{verb->name}));
    CHECK((verb->run != nullptr));
    CHECK(help_text(all_verbs()).find("\n  " + std::string{verb->name} + " ") != std::string::npos);
  }
}

}  // namespace mainstay::ctl
