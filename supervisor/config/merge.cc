#include "config/merge.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/structure.h"

namespace mainstay::config {

namespace {

using EntryIndex = std::unordered_map<std::string_view, const Entry*>;

EntryIndex index_of(const Node& map) {
  EntryIndex index;
  index.reserve(map.entries.size());
  for (const Entry& entry : map.entries)
    index.emplace(entry.key->text, &entry);
  return index;
}

bool is_alternative(const Shape& shape, std::string_view name) {
  const Key* key = shape.keys != nullptr ? find_key(*shape.keys, name) : nullptr;
  return key != nullptr && key->alternative;
}

const Node* merge_value(const Entry& from_defaults, const Entry& own, const Shape& shape,
                        Arena& arena, Budget& budget) {
  const Key* key = shape.keys != nullptr ? find_key(*shape.keys, own.key->text) : nullptr;
  // The values of a map with free names (env, headers) are whole by themselves.
  if (key == nullptr) return own.value;
  return merge(from_defaults.value, own.value, *key->shape, arena, budget);
}

const Node* merge_maps(const Node& defaults, const Node& own, const Shape& shape, Arena& arena,
                       Budget& budget) {
  const EntryIndex inherited = index_of(defaults);
  const EntryIndex owned = index_of(own);
  const bool has_alternative =
      std::any_of(own.entries.begin(), own.entries.end(), [&](const Entry& entry) {
        return is_alternative(shape, entry.key->text) && entry.value->kind != NodeKind::Null;
      });
  std::vector<Entry> entries;
  for (const Entry& entry : own.entries) {
    const auto same = inherited.find(entry.key->text);
    entries.push_back(entry);
    if (same != inherited.end())
      entries.back().value = merge_value(*same->second, entry, shape, arena, budget);
  }
  for (const Entry& entry : defaults.entries) {
    if (owned.count(entry.key->text) > 0) continue;
    if (has_alternative && is_alternative(shape, entry.key->text)) continue;
    entries.push_back(entry);
    entries.back().inherited = true;
  }
  Node* merged = arena.make_node(NodeKind::Map, own.at);
  merged->entries = arena.keep_all(std::span<const Entry>{entries});
  return merged;
}

}  // namespace

const Node* merge(const Node* defaults, const Node* own, const Shape& shape, Arena& arena,
                  Budget& budget) {
  if (own == nullptr || defaults == nullptr) return own != nullptr ? own : defaults;
  const bool both_maps = own->kind == NodeKind::Map && defaults->kind == NodeKind::Map;
  if (!both_maps || !fits(*own, shape) || !fits(*defaults, shape)) return own;
  if (!budget.spend(own->entries.size() + defaults->entries.size(), 0)) return own;
  return merge_maps(*defaults, *own, shape, arena, budget);
}

}  // namespace mainstay::config
