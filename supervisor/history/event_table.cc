#include "history/event_table.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/json.h"
#include "history/span.h"

namespace mainstay::history {

namespace {

constexpr std::int64_t kForgottenAtOnce = 1000;

std::string data_text(const std::map<std::string, std::string>& data) {
  std::string out = "{";
  for (const auto& [key, value] : data) {
    if (out.size() > 1) out.push_back(',');
    append_json_string(out, key);
    out.push_back(':');
    append_json_string(out, value);
  }
  out.push_back('}');
  return out;
}

// The file may have been written to by others: what is not of our making is left out.
std::map<std::string, std::string> data_of(std::string_view text) {
  std::map<std::string, std::string> data;
  const auto json = parse_json(text, {});
  if (!json || !json->is_object()) return data;
  for (const auto& [key, value] : json->items())
    if (value.is_string()) data.emplace(key, value.get<std::string>());
  return data;
}

std::optional<EventKind> kind_of(std::string_view name) {
  const auto found = std::ranges::find(kEventKindNames, name);
  if (found == kEventKindNames.end()) return std::nullopt;
  return static_cast<EventKind>(found - kEventKindNames.begin());
}

std::optional<runtime::Event> event_of(const Statement& row) {
  const auto kind = kind_of(row.text(2));
  if (!kind) return std::nullopt;
  runtime::Event event;
  event.id = static_cast<std::uint64_t>(row.whole(0));
  event.at = wall_of(row.whole(1));
  event.kind = *kind;
  event.service = row.text(3);
  event.instance = row.text(4);
  event.data = data_of(row.text(5));
  return event;
}

// "?7,?8,?9"; the parameters of a list follow those that are always there.
std::string places(int& next, std::size_t count) {
  std::string list;
  for (std::size_t i = 0; i < count; ++i)
    list += (i == 0 ? "?" : ",?") + std::to_string(next++);
  return list;
}

constexpr int kFirstListed = 6;

bool is_audit(const EventQuery& query) {
  return query.kinds == std::vector{EventKind::Action};
}

std::string text_of(const EventQuery& query) {
  int next = kFirstListed;
  std::string sql =
      "SELECT id,at,kind,service,instance,data FROM event"
      " WHERE id>=?1 AND id<?2 AND at>=?3 AND at<?4";
  if (!query.services.empty())
    sql += " AND service IN (" + places(next, query.services.size()) + ")";
  if (!query.instances.empty())
    sql += " AND (instance='' OR instance IN (" + places(next, query.instances.size()) + "))";
  if (is_audit(query))
    sql += " AND kind='action'";  // as the index has it
  else if (!query.kinds.empty())
    sql += " AND kind IN (" + places(next, query.kinds.size()) + ")";
  return sql + (query.latest ? " ORDER BY id DESC LIMIT ?5" : " ORDER BY id LIMIT ?5");
}

std::int64_t whole(std::uint64_t number) {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(number, INT64_MAX));
}

void bind(Statement& asked, const EventQuery& query) {
  asked.bind(1, whole(query.from)).bind(2, whole(query.before.value_or(INT64_MAX)));
  asked.bind(3, query.since ? micros(*query.since) : INT64_MIN);
  asked.bind(4, query.until ? micros(*query.until) : INT64_MAX);
  asked.bind(5, whole(query.limit));
  int next = kFirstListed;
  for (const std::string& service : query.services)
    asked.bind_text(next++, service);
  for (const std::string& instance : query.instances)
    asked.bind_text(next++, instance);
  if (is_audit(query)) return;
  for (const EventKind kind : query.kinds)
    asked.bind_text(next++, to_string(kind));
}

}  // namespace

Result<EventTable> EventTable::open(Database& database) {
  auto add = database.prepare("INSERT OR IGNORE INTO event VALUES(?1,?2,?3,?4,?5,?6)");
  if (!add) return add.error();
  auto last = database.prepare("SELECT max(id) FROM event");
  if (!last) return last.error();
  auto oldest = database.prepare("SELECT id,at FROM event ORDER BY id LIMIT ?1");
  if (!oldest) return oldest.error();
  auto forget = database.prepare("DELETE FROM event WHERE id<=?1");
  if (!forget) return forget.error();
  auto audit = AuditChain::open(database);
  if (!audit) return audit.error();
  return EventTable{database,
                    {std::move(*add), std::move(*last), std::move(*oldest), std::move(*forget)},
                    std::move(*audit)};
}

Status EventTable::add(std::span<const runtime::Event> events) {
  for (const runtime::Event& event : events) {
    if (const Status added = add(event); !added) return added;
  }
  return {};
}

Status EventTable::add(const runtime::Event& event) {
  statements_.add.bind(1, whole(event.id)).bind(2, micros(event.at));
  statements_.add.bind_text(3, to_string(event.kind)).bind_text(4, event.service);
  const std::string data = data_text(event.data);
  statements_.add.bind_text(5, event.instance).bind_text(6, data);
  if (const Status added = statements_.add.run(); !added) return added;
  if (event.kind != EventKind::Action || database_->changed_rows() == 0) return {};
  return audit_.add({whole(event.id), micros(event.at), to_string(event.kind), event.service,
                     event.instance, data});
}

Result<std::vector<runtime::Event>> EventTable::query(const EventQuery& query) {
  auto asked = database_->prepare(text_of(query));
  if (!asked) return asked.error();
  bind(*asked, query);
  std::vector<runtime::Event> events;
  for (;;) {
    const auto row = asked->step();
    if (!row) return row.error();
    if (!*row) break;
    if (auto event = event_of(*asked)) events.push_back(std::move(*event));
  }
  if (query.latest) std::ranges::reverse(events);
  return events;
}

Result<std::vector<AuditEntry>> EventTable::entries(EventQuery query) {
  query.kinds = {EventKind::Action};
  auto events = this->query(query);
  if (!events) return events.error();
  std::vector<AuditEntry> entries;
  for (runtime::Event& event : *events) {
    auto hash = audit_.hash_of(whole(event.id));
    if (!hash) return hash.error();
    entries.push_back({std::move(event), std::move(*hash)});
  }
  return entries;
}

Result<std::uint64_t> EventTable::last_id() {
  const auto row = statements_.last.step();
  const std::int64_t last = row && *row ? statements_.last.whole(0) : 0;
  statements_.last.reset();
  if (!row) return row.error();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, last));
}

Result<EventTable::Bound> EventTable::outdated(std::int64_t first_kept, WallTime cutoff) {
  Bound bound;
  Statement& oldest = statements_.oldest;
  oldest.bind(1, kForgottenAtOnce);
  std::int64_t seen = 0;
  for (;; ++seen) {
    const auto row = oldest.step();
    if (!row || !*row) {
      oldest.reset();
      if (!row) return row.error();
      break;
    }
    const bool kept = oldest.whole(0) >= first_kept && oldest.whole(1) >= micros(cutoff);
    if (kept) break;
    bound.last = oldest.whole(0);
  }
  oldest.reset();
  bound.more = seen == kForgottenAtOnce;
  return bound;
}

Result<bool> EventTable::forget(WallTime now) {
  const auto last = last_id();
  if (!last) return last.error();
  const auto first_kept = whole(*last) - static_cast<std::int64_t>(kKeptEvents) + 1;
  const auto bound = outdated(first_kept, now + -kEventsKeep);
  if (!bound) return bound.error();
  if (bound->last == 0) return false;
  const Status forgotten = statements_.forget.bind(1, bound->last).run();
  if (!forgotten) return forgotten.error();
  if (const Status begun = audit_.forget(bound->last); !begun) return begun.error();
  return bound->more;
}

}  // namespace mainstay::history
