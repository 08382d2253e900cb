#include "ctl/audit_text.h"

#include <doctest/doctest.h>

#include "ctl/display_width.h"
#include "ctl/json_fields.h"
#include "unit/ctl/canned.h"
#include "unit/ctl/golden.h"

namespace mainstay::ctl {

namespace {

const std::string kPage = std::string{MAINSTAY_DOCS_DIR} + "/audit.md";
const std::string kOne = "6c5f0a52bb4f1e0fd9a86b8c7f1c3f3ad2c1f1f1d2b7ec1b4a5e3c9d0f6b8a71";
const std::string kOther = "0e9b2ab4c1d0f3e2a1b0c9d8e7f60514233241506f7e8d9cabbac9d8e7f60102";

std::vector<Json> canned_entries() {
  return list_of(json_from(R"({"entries": [
      {"id": 4703, "at": "2026-11-22T13:58:20.117Z", "service": "backend", "instance": "backend",
       "data": {"verb": "restart", "who": "user ana", "from": "10.0.0.7:50312",
                "targets": "backend", "result": "accepted"}},
      {"id": 4709, "at": "2026-11-22T13:58:24.902Z", "service": "backend", "instance": "backend",
       "data": {"verb": "restart", "who": "user ana", "from": "10.0.0.7:50312",
                "targets": "backend", "result": "done"}},
      {"id": 4711, "at": "2026-11-22T14:00:03.000Z", "service": "worker", "instance": null,
       "data": {"verb": "scale", "who": "uid 1000", "user": "bob", "from": "control socket",
                "targets": "worker", "instances": "4", "result": "accepted"}},
      {"id": 4730, "at": "2026-11-22T14:01:40.000Z", "service": null, "instance": null,
       "data": {"verb": "signal", "signal": "HUP", "who": "uid 1000", "user": "bob",
                "from": "control socket", "targets": "@web", "result": "failed",
                "reason": "backend: not running"}}]})"),
                 "entries");
}

Json whole() {
  return {{"ok", true},
          {"entries", 812},
          {"first", 17},
          {"first_at", "2026-11-20T08:11:02.000Z"},
          {"last", 4730},
          {"head", kOne},
          {"begins", {{"after", 0}, {"hash", ""}, {"why", "there was no history before"}}}};
}

Json broken() {
  Json verdict = whole();
  verdict["ok"] = false;
  verdict["entries"] = 1;
  verdict["broken"] = {
      {"id", 4703},
      {"expected", kOne},
      {"found", kOther},
      {"reason",
       "entry 4703 does not fit its hash as the one after 17: it was changed, or others before it "
       "were removed, added or put elsewhere"}};
  return verdict;
}

}  // namespace

TEST_CASE("the audit log and its verdicts look like this") {
  canned_now();
  check_golden("audit", audit_text(canned_entries(), plain_terminal(120)));
  check_golden("audit_60", audit_text(canned_entries(), plain_terminal(60)));
  check_golden("audit_whole", verdict_text(whole()));
  check_golden("audit_broken", verdict_text(broken()));
  check_examples(kPage);
}

TEST_CASE("a verdict says what was noted, and where a chain begins that has forgotten") {
  Json verdict = whole();
  verdict["begins"] = {{"after", 12}, {"hash", kOther}, {"why", "what was older is gone"}};
  verdict["noted"] = {{"hash", kOther}, {"entry", 4703}};
  const std::string found = verdict_text(verdict);
  CHECK(found.find("It begins after entry 12: what was older is gone.\n") != std::string::npos);
  CHECK(found.find("is that of entry 4703: up to there it is as it was.\n") != std::string::npos);
  verdict["noted"]["entry"] = nullptr;
  verdict["ok"] = false;
  CHECK(verdict_text(verdict).find("is that of no entry: ") != std::string::npos);
  CHECK(verdict_exit(verdict) == CtlExit::Failed);
  CHECK(verdict_exit(whole()) == CtlExit::Done);
  CHECK(verdict_exit(Json::object()) == CtlExit::Failed);
}

TEST_CASE("whatever is in an entry stays on its line") {
  const auto entries = list_of(json_from(R"({"entries": [{"id": 1, "at": "x", "data":
      {"verb": "a\nb", "who": "\u001b[2J", "targets": 7, "result": "failed"}}, {}]})"),
                               "entries");
  const std::string text = audit_text(entries, plain_terminal(0));
  CHECK(std::count(text.begin(), text.end(), '\n') == 3);
  CHECK(text.find('\033') == std::string::npos);
}

}  // namespace mainstay::ctl
