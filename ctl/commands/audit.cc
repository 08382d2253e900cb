#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "ctl/audit_text.h"
#include "ctl/commands/commands.h"
#include "ctl/json_fields.h"
#include "ctl/moment_option.h"
#include "ctl/progress.h"

namespace mainstay::ctl {

namespace {

constexpr std::array<OptionSpec, 4> kOptions = {{
    {'n', "lines", "50", "how many at most (1 to 1000)"},
    {0, "since", "T", "only what came then or later; all of it without -n"},
    {0, "until", "T", "only what came before"},
    {0, "head", "HASH", "for verify: a head that was noted earlier"},
}};

constexpr std::int64_t kMostEntries = 1000;

// Page by page, from the newest back.
CtlExit list(Context& context, Json params) {
  const bool all = !params.contains("limit");
  if (all) params["limit"] = kMostEntries;
  std::vector<Json> entries;
  for (bool more = true; more;) {
    const Answer answer = context.ask("audit.list", params);
    if (!answer) return context.fail(answer.failure());
    const auto page = list_of(answer.result(), "entries");
    entries.insert(entries.begin(), page.begin(), page.end());
    more = all && page.size() == static_cast<std::size_t>(kMostEntries);
    if (more) params["before"] = whole_of(page.front(), "id").value_or(0);
  }
  if (context.json()) return context.print_json(Json{{"entries", entries}});
  if (entries.empty()) context.notice("nobody has asked for anything in that time");
  context.out().write(audit_text(entries, context.out().terminal()));
  return CtlExit::Done;
}

CtlExit verify(Context& context) {
  if (context.words().size() > 1)
    return context.fail_usage("'audit verify' takes no targets: the chain is that of all entries");
  for (const char* option : {"lines", "since", "until"}) {
    if (context.has(option))
      return context.fail_usage(fmt::format("'audit verify' takes no --{}", option));
  }
  Json params = {{"progress", context.notices().terminal().interactive}};
  if (const auto head = context.value("head")) params["head"] = *head;
  Progress progress{context.notices()};
  const Answer answer = context.client().call(
      "audit.verify", std::move(params), context.timeout_or(kNoTimeout), [&](const Json& item) {
        const std::int64_t seen = whole_of(item, "entries").value_or(0);
        progress.show("checked " + entries_text(seen), "checking");
        return true;
      });
  progress.clear();
  if (!answer) return context.fail(answer.failure());
  if (context.json())
    context.print_json(answer.result());
  else
    context.out().write(verdict_text(answer.result()));
  return verdict_exit(answer.result());
}

CtlExit run(Context& context) {
  const bool verifies = !context.words().empty() && context.arguments().plain_words > 0 &&
                        context.words().front() == "verify";
  if (verifies) return verify(context);
  if (context.has("head")) return context.fail_usage("--head goes with 'audit verify'");
  Json params = context.targets();
  std::string problem = add_limit(context, kMostEntries, "entries", params);
  if (problem.empty()) problem = add_span(context, params);
  if (!problem.empty()) return context.fail_usage(problem);
  return list(context, std::move(params));
}

}  // namespace

const Verb kAudit = {
    .name = "audit",
    .aliases = {},
    .summary = "who asked for what, from where, and how it ended; verify checks that it is whole",
    .usage = "audit [TARGET...] [-n 50] [--since T] [--until T] | audit verify [--head HASH]",
    .details =
        "Every entry has a hash of itself and of the one before it. verify finds one that was "
        "changed, removed,\nadded or moved later, and prints the head, the hash of the last: with "
        "--head a head that was noted\nelsewhere proves that nothing up to it was cut off or "
        "written "
        "anew. Exit code 1 when it is not whole.\nTimes are as for ctl logs.\n",
    .options = kOptions,
    .least = 0,
    .most = kAnyNumber,
    .wants = {},
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
