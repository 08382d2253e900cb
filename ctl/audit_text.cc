#include "ctl/audit_text.h"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "ctl/json_fields.h"
#include "ctl/table.h"

namespace mainstay::ctl {

namespace {

enum Index : std::size_t { Time, Who, From, What, Targets, Result };

constexpr std::array<std::size_t, 6> kWide = {Time, Who, From, What, Targets, Result};
constexpr std::array<std::size_t, 5> kMedium = {Time, Who, What, Targets, Result};
constexpr std::array<std::size_t, 3> kNarrow = {Time, What, Targets};
constexpr std::array<ColumnSet, 3> kSets = {kWide, kMedium, kNarrow};

std::vector<Column> columns() {
  return {{"TIME", Align::Left, 19}, {"WHO", Align::Left, 8},      {"FROM", Align::Left, 8},
          {"WHAT", Align::Left, 8},  {"TARGETS", Align::Left, 10}, {"RESULT", Align::Left, 0}};
}

std::string or_none(std::string text, const Terminal& terminal) {
  return text.empty() ? std::string{symbols_for(terminal).none} : text;
}

// "uid 1000 (bob)"
std::string who_of(const Json& data) {
  const std::string user = text_of(data, "user");
  const std::string who = text_of(data, "who");
  return user.empty() ? who : fmt::format("{} ({})", who, user);
}

// "restart", "signal HUP", "scale to 4", "config apply --rollback"
std::string what_of(const Json& data) {
  std::string what = text_of(data, "verb");
  if (const auto signal = text_of(data, "signal"); !signal.empty()) what += " " + signal;
  if (const auto count = text_of(data, "instances"); !count.empty()) what += " to " + count;
  if (!text_of(data, "rollback").empty()) what += " --rollback";
  return what;
}

Cell result_of(const Json& data) {
  const std::string result = text_of(data, "result");
  const std::string reason = text_of(data, "reason");
  const bool good = result == "accepted" || result == "done";
  return {reason.empty() ? result : fmt::format("{}: {}", result, reason),
          good ? Tone::Plain : Tone::Bad};
}

std::vector<Cell> row_of(const Json& entry, const Terminal& terminal) {
  const auto at = time_of(entry, "at");
  const Json* found = member(entry, "data");
  const Json data = found != nullptr ? *found : Json::object();
  return {{at ? format_local_date_clock(*at) : ""},      {or_none(who_of(data), terminal)},
          {or_none(text_of(data, "from"), terminal)},    {or_none(what_of(data), terminal)},
          {or_none(text_of(data, "targets"), terminal)}, result_of(data)};
}

std::int64_t number_in(const Json& object, std::string_view name) {
  return whole_of(object, name).value_or(0);
}

std::string begin_text(const Json& verdict) {
  const Json* begins = member(verdict, "begins");
  if (begins == nullptr) return "";
  const std::int64_t after = number_in(*begins, "after");
  const std::string where = after == 0 ? "The chain begins with the first"
                                       : fmt::format("It begins after entry {}", after);
  return fmt::format("{}: {}.\n", where, text_of(*begins, "why"));
}

std::string broken_text(const Json& verdict, const Json& broken) {
  std::string out = fmt::format("The audit log was changed: {}.\n", text_of(broken, "reason"));
  const std::string expected = text_of(broken, "expected");
  if (!expected.empty()) {
    out += fmt::format("  hash that it should have  {}\n  hash that it has          {}\n", expected,
                       text_of(broken, "found"));
  }
  return out + fmt::format("In order before it: {}. Of what follows nothing is proved.\n",
                           entries_text(number_in(verdict, "entries")));
}

std::string whole_text(const Json& verdict) {
  if (number_in(verdict, "entries") == 0) return "The audit log has no entries.\n";
  const auto first_at = time_of(verdict, "first_at");
  return fmt::format("The audit log is whole: {}, numbers {} to {}, the first of {}.\n",
                     entries_text(number_in(verdict, "entries")), number_in(verdict, "first"),
                     number_in(verdict, "last"),
                     first_at ? format_local_date_clock(*first_at) : "an unknown time");
}

std::string noted_text(const Json& noted) {
  const auto entry = whole_of(noted, "entry");
  if (entry) {
    return fmt::format(
        "The head that was noted is that of entry {}: up to there it is as it was.\n", *entry);
  }
  return "The head that was noted is that of no entry: the log was cut off or written anew, or has "
         "forgotten\nthat entry by its age.\n";
}

}  // namespace

std::string entries_text(std::int64_t count) {
  return count == 1 ? "1 entry" : fmt::format("{} entries", count);
}

std::string audit_text(std::span<const Json> entries, const Terminal& terminal) {
  if (entries.empty()) return "";
  Table table{columns()};
  for (const Json& entry : entries)
    table.add(row_of(entry, terminal));
  return table.render(kSets, terminal);
}

std::string verdict_text(const Json& verdict) {
  const Json* broken = member(verdict, "broken");
  std::string out =
      broken != nullptr ? broken_text(verdict, *broken) : whole_text(verdict) + begin_text(verdict);
  if (const Json* noted = member(verdict, "noted")) out += noted_text(*noted);
  if (broken == nullptr) out += fmt::format("Its head: {}\n", text_of(verdict, "head"));
  return out;
}

CtlExit verdict_exit(const Json& verdict) {
  return flag_of(verdict, "ok") ? CtlExit::Done : CtlExit::Failed;
}

}  // namespace mainstay::ctl
