#include "config/field.h"

#include <fmt/format.h>

#include <vector>

#include "base/text.h"

namespace mainstay::config {

bool Budget::spend(std::size_t visits, std::size_t text) {
  if (visits > visits_ || text > text_) spent_ = true;
  if (spent_) return false;
  visits_ -= visits;
  text_ -= text;
  return true;
}

Field Field::operator[](std::string_view key) const {
  const Entry* entry = node_ != nullptr ? node_->find(key) : nullptr;
  if (entry == nullptr) return Field{*this, key, nullptr, at_};
  Field child{*this, entry->key->text, entry->value, entry->key->at};
  child.inherited_ = entry->inherited;
  return child;
}

std::size_t Field::size() const {
  if (node_ == nullptr) return 0;
  return node_->kind == NodeKind::List ? node_->items.size() : node_->entries.size();
}

Field Field::item(std::size_t index) const {
  const Node* node = node_->items[index];
  Field child{*this, {}, node, node->at};
  child.index_ = index;
  return child;
}

Field Field::entry(std::size_t index) const {
  const Entry& entry = node_->entries[index];
  Field child{*this, entry.key->text, entry.value, entry.key->at};
  child.inherited_ = entry.inherited;
  return child;
}

std::string Field::path() const {
  std::string path;
  bool inherited = false;
  for (const Field* field = this; field != nullptr; field = field->parent_) {
    inherited = inherited || field->inherited_;
    const bool root = field->parent_ == nullptr;
    // What came from `defaults` is wrong there, not in the first service that got it.
    std::string part{root && inherited ? "defaults" : field->name_};
    if (field->index_) part = fmt::format("[{}]", *field->index_);
    const bool dot = !path.empty() && path[0] != '[' && !part.empty();
    path = part + (dot ? "." : "") + path;
  }
  return path;
}

void Field::error(Position at, std::string what) const {
  if (findings().full()) return findings().error(at, {}, {});
  findings().error(at, path(), std::move(what));
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::string shown = escape_for_terminal(text.substr(0, kLongest), false);
  for (std::size_t i = shown.find('\n'); i != std::string::npos; i = shown.find('\n', i))
    shown.replace(i, 1, "\\n");
  return fmt::format("'{}{}'", shown, text.size() > kLongest ? "…" : "");
}

}  // namespace mainstay::config
