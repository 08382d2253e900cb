#include "history/audit_check.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "history/span.h"

namespace mainstay::history {

namespace {

constexpr std::int64_t kNoEnd = std::numeric_limits<std::int64_t>::max();

// Where it is to go on: at the begin, also when what was looked at has been forgotten meanwhile.
Status set_out(Database& database, AuditCheck& check) {
  auto begin = audit_begin(database);
  if (!begin) return begin.error();
  const bool goes_on = check.entries > 0 && check.last > begin->after;
  if (!goes_on) {
    check.entries = 0;
    check.last = begin->after;
    check.head = begin->hash;
    if (!check.noted.empty() && check.noted == begin->hash) check.noted_at = begin->after;
  }
  check.begin = std::move(*begin);
  return {};
}

class Piece {
 public:
  Piece(Database& database, AuditCheck& check) : database_(database), check_(check) {}

  Status run(std::size_t most) {
    const std::int64_t from =
        check_.entries == 0 ? std::numeric_limits<std::int64_t>::min() : check_.last + 1;
    if (check_.begin.why.empty()) break_at(0, "", "", "where the chain begins has been removed");
    const auto more = walk(most);
    if (!more) return more.error();
    const std::int64_t to = check_.broken ? check_.broken->id : *more ? check_.last + 1 : kNoEnd;
    const Status looked = look_for_unchained(from, to);
    check_.done = check_.broken || !*more;
    return looked;
  }

 private:
  // True: there are more.
  Result<bool> walk(std::size_t most) {
    auto rows = database_.prepare(
        "SELECT a.id,a.hash,e.at,e.kind,e.service,e.instance,e.data,e.id IS NULL"
        " FROM audit a LEFT JOIN event e ON e.id=a.id WHERE a.id>?1 ORDER BY a.id LIMIT ?2");
    if (!rows) return rows.error();
    rows->bind(1, check_.entries == 0 ? std::numeric_limits<std::int64_t>::min() : check_.last);
    rows->bind(2, static_cast<std::int64_t>(most));
    std::size_t seen = 0;
    while (!check_.broken) {
      const auto row = rows->step();
      if (!row) return row.error();
      if (!*row) return seen == most;
      ++seen;
      take(*rows);
    }
    return false;
  }

  void take(const Statement& row) {
    const std::int64_t id = row.whole(0);
    const std::string found{row.blob(1)};
    if (row.whole(7) != 0) return break_at(id, "", found, gone(id));
    const AuditRow entry{id, row.whole(2), row.text(3), row.text(4), row.text(5), row.text(6)};
    const std::string expected = link_hash(check_.head, entry);
    if (found != expected) return break_at(id, expected, found, does_not_fit(id));
    if (check_.entries++ == 0) {
      check_.first = id;
      check_.first_at = wall_of(entry.at);
    }
    check_.last = id;
    check_.head = expected;
    if (check_.noted == expected) check_.noted_at = id;
  }

  // Actions from one number to before another that the chain does not have.
  Status look_for_unchained(std::int64_t from, std::int64_t to) {
    auto asked = database_.prepare(
        "SELECT id FROM event INDEXED BY event_action WHERE kind='action' AND id>=?1 AND id<?2"
        " AND NOT EXISTS(SELECT 1 FROM audit WHERE audit.id=event.id) ORDER BY id LIMIT 1");
    if (!asked) return asked.error();
    const auto row = asked->bind(1, from).bind(2, to).step();
    if (!row) return row.error();
    if (!*row) return {};
    const std::int64_t id = asked->whole(0);
    break_at(id, "", "",
             fmt::format("entry {} is not in the chain: somebody else than the supervisor has "
                         "written it, or has removed its hash",
                         id));
    return {};
  }

  std::string gone(std::int64_t id) const {
    return fmt::format("entry {} was removed: the chain has it, the events have not", id);
  }

  std::string does_not_fit(std::int64_t id) const {
    const std::string before = check_.entries == 0 && check_.last == 0
                                   ? "the first"
                                   : fmt::format("the one after {}", check_.last);
    return fmt::format(
        "entry {} does not fit its hash as {}: it was changed, or others before it were removed, "
        "added or put elsewhere",
        id, before);
  }

  void break_at(std::int64_t id, std::string expected, std::string found, std::string reason) {
    check_.broken = {id, std::move(expected), std::move(found), std::move(reason)};
  }

  Database& database_;
  AuditCheck& check_;
};

}  // namespace

Result<AuditCheck> check_on(Database& database, AuditCheck check, std::size_t most) {
  if (const Status ready = set_out(database, check); !ready) return ready.error();
  if (const Status looked = Piece{database, check}.run(most); !looked) return looked.error();
  return check;
}

}  // namespace mainstay::history
