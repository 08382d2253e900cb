#include "config/structure.h"

#include <fmt/format.h>

#include <unordered_map>

#include "base/text.h"

namespace mainstay::config {

namespace {

void check(const Field& field, const Shape& shape, bool note);

void check_duplicates(const Field& field) {
  std::unordered_map<std::string_view, Position> seen;
  for (const Entry& entry : field.node()->entries) {
    const auto [first, fresh] = seen.emplace(entry.key->text, entry.key->at);
    if (fresh) continue;
    field.error(entry.key->at, fmt::format("key {} is given twice; first at line {}",
                                           in_quotes(entry.key->text), first->second.line + 1));
  }
}

// "; did you mean 'restart.min_uptime'?" for a key that belongs one level deeper.
std::string hint_of_level(std::string_view name, KeyTable table) {
  for (const Key& key : table) {
    const KeyTable* deeper = key.shape->keys;
    if (deeper == nullptr || find_key(*deeper, name) == nullptr) continue;
    return fmt::format("; did you mean '{}.{}'?", key.name, name);
  }
  return {};
}

void report_unknown(const Field& field, const Node& key, KeyTable table) {
  // Suggestions cost more than an error that nobody will see is worth.
  if (field.findings().full()) return field.error(key.at, {});
  std::string hint = did_you_mean(key.text, key_names(table));
  if (hint.empty()) hint = hint_of_level(key.text, table);
  field.error(key.at, fmt::format("unknown key {}{}", in_quotes(key.text), hint));
}

void check_known_keys(const Field& field, KeyTable table, bool note) {
  for (std::size_t i = 0; i < field.size(); ++i) {
    const Field value = field.entry(i);
    const Key* key = find_key(table, value.key());
    if (key == nullptr) {
      if (!field.reading().budget.spend(1, 0)) return;
      report_unknown(field, *field.node()->entries[i].key, table);
      continue;
    }
    const bool inactive = key->inactive && note && value.present();
    if (inactive) value.note_inactive();
    if (!value.is_null()) check(value, *key->shape, note && !inactive);
  }
}

void check_each(const Field& field, const Shape& each, bool note) {
  const bool list = field.is(NodeKind::List);
  for (std::size_t i = 0; i < field.size() && !field.reading().budget.spent(); ++i) {
    const Field value = list ? field.item(i) : field.entry(i);
    check(value, each, note);
  }
}

void check(const Field& field, const Shape& shape, bool note) {
  if (!field.reading().budget.spend(1, 0)) return;
  const Node& node = *field.node();
  if (!fits(node, shape)) {
    return field.error(fmt::format("is {}, must be {}", kind_name(node.kind), shape.what));
  }
  if (node.kind == NodeKind::Map) check_duplicates(field);
  if (node.kind == NodeKind::Map && shape.keys != nullptr)
    return check_known_keys(field, *shape.keys, note);
  if (node.kind != NodeKind::Scalar && shape.each != nullptr) check_each(field, *shape.each, note);
}

}  // namespace

bool fits(const Node& node, const Shape& shape) {
  switch (node.kind) {
    case NodeKind::Null:
      // A service with nothing in it may live on `defaults`.
      return shape.kinds == kMap && shape.keys != nullptr;
    case NodeKind::Scalar:
      return (shape.kinds & kText) != 0;
    case NodeKind::List:
      return (shape.kinds & kList) != 0;
    case NodeKind::Map:
      return (shape.kinds & kMap) != 0;
  }
  return false;
}

void check_structure(const Field& field, const Shape& shape) {
  check(field, shape, true);
}

}  // namespace mainstay::config
