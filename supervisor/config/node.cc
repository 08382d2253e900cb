#include "config/node.h"

#include <cstring>
#include <new>

namespace mainstay::config {

const Entry* Node::find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key->text == key) return &entry;
  }
  return nullptr;
}

std::string_view kind_name(NodeKind kind) {
  switch (kind) {
    case NodeKind::Null:
      return "empty";
    case NodeKind::Scalar:
      return "text";
    case NodeKind::List:
      return "a list";
    case NodeKind::Map:
      return "a map";
  }
  return "";
}

Node* Arena::make_node(NodeKind kind, Position at) {
  Node* node = new (memory_.allocate(sizeof(Node), alignof(Node))) Node;
  node->kind = kind;
  node->at = at;
  return node;
}

std::string_view Arena::keep(std::string_view text) {
  if (text.empty()) return {};
  char* copy = static_cast<char*>(memory_.allocate(text.size(), 1));
  std::memcpy(copy, text.data(), text.size());
  return {copy, text.size()};
}

}  // namespace mainstay::config
