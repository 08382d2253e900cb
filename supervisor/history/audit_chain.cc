#include "history/audit_chain.h"

#include <limits>

#include "base/sha256.h"

namespace mainstay::history {

namespace {

constexpr std::size_t kWhole = 8;

void add_whole(Sha256& hash, std::uint64_t value) {
  std::string bytes;
  for (std::size_t i = kWhole; i-- > 0;)
    bytes.push_back(static_cast<char>(value >> (8 * i) & 0xff));
  hash.add(bytes);
}

void add_text(Sha256& hash, std::string_view text) {
  add_whole(hash, text.size());
  hash.add(text);
}

}  // namespace

std::string link_hash(std::string_view before, const AuditRow& row) {
  Sha256 hash;
  hash.add(before);
  add_whole(hash, static_cast<std::uint64_t>(row.id));
  add_whole(hash, static_cast<std::uint64_t>(row.at));
  for (const std::string_view text : {row.kind, row.service, row.instance, row.data})
    add_text(hash, text);
  return std::string{bytes_of(hash.finish())};
}

std::string first_hash() {
  return std::string(kSha256Size, '\0');
}

Status chain_all(Database& database) {
  auto rows = database.prepare(
      "SELECT id,at,kind,service,instance,data FROM event WHERE kind='action' ORDER BY id");
  if (!rows) return rows.error();
  auto add = database.prepare("INSERT INTO audit VALUES(?1,?2)");
  if (!add) return add.error();
  std::string hash = first_hash();
  for (;;) {
    const auto row = rows->step();
    if (!row) return row.error();
    if (!*row) return {};
    hash = link_hash(hash, {rows->whole(0), rows->whole(1), rows->text(2), rows->text(3),
                            rows->text(4), rows->text(5)});
    const Status added = add->bind(1, rows->whole(0)).bind_blob(2, hash).run();
    if (!added) return added;
  }
}

Result<AuditChain> AuditChain::open(Database& database) {
  auto last = database.prepare(
      "SELECT id,hash FROM audit WHERE id<=?1"
      " UNION ALL SELECT after,hash FROM audit_begin ORDER BY 1 DESC LIMIT 1");
  if (!last) return last.error();
  auto add = database.prepare("INSERT INTO audit VALUES(?1,?2)");
  if (!add) return add.error();
  auto hash = database.prepare("SELECT hash FROM audit WHERE id=?1");
  if (!hash) return hash.error();
  auto begin = database.prepare("UPDATE audit_begin SET after=?1,hash=?2,why=?3");
  if (!begin) return begin.error();
  auto forget = database.prepare("DELETE FROM audit WHERE id<=?1");
  if (!forget) return forget.error();
  return AuditChain{
      {std::move(*last), std::move(*add), std::move(*hash), std::move(*begin), std::move(*forget)}};
}

Result<AuditChain::Link> AuditChain::last_link(std::int64_t up_to) {
  const auto row = statements_.last.bind(1, up_to).step();
  Link link{0, first_hash()};
  if (row && *row) link = {statements_.last.whole(0), std::string{statements_.last.blob(1)}};
  statements_.last.reset();
  if (!row) return row.error();
  return link;
}

Status AuditChain::add(const AuditRow& row) {
  const auto last = last_link(std::numeric_limits<std::int64_t>::max());
  if (!last) return last.error();
  if (row.id <= last->id) return {};
  return statements_.add.bind(1, row.id).bind_blob(2, link_hash(last->hash, row)).run();
}

Status AuditChain::forget(std::int64_t last) {
  const auto link = last_link(last);
  if (!link) return link.error();
  if (link->id == 0 || link->id > last) return {};
  const Status begun = statements_.begin.bind(1, link->id)
                           .bind_blob(2, link->hash)
                           .bind_text(3, "what was older has been forgotten by its age or number")
                           .run();
  return begun ? statements_.forget.bind(1, last).run() : begun;
}

Result<std::string> AuditChain::hash_of(std::int64_t id) {
  const auto row = statements_.hash.bind(1, id).step();
  std::string hash{row && *row ? statements_.hash.blob(0) : std::string_view{}};
  statements_.hash.reset();
  if (!row) return row.error();
  return hash;
}

Result<AuditBegin> audit_begin(Database& database) {
  auto asked = database.prepare("SELECT after,hash,why FROM audit_begin");
  if (!asked) return asked.error();
  const auto row = asked->step();
  if (!row) return row.error();
  if (!*row) return AuditBegin{0, first_hash(), ""};
  return AuditBegin{asked->whole(0), std::string{asked->blob(1)}, std::string{asked->text(2)}};
}

}  // namespace mainstay::history
