// What a YAML file says, as a tree that knows where each part was written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <string_view>

namespace mainstay::config {

// Where something starts in a file: index of the file, zero-based line and byte column.
struct Position {
  static constexpr std::uint32_t kWholeFile = UINT32_MAX;  // as the line

  std::uint32_t file = 0;
  std::uint32_t line = kWholeFile;
  std::uint32_t column = 0;
  std::uint32_t length = 1;  // bytes to underline
  bool operator==(const Position&) const = default;
};

enum class NodeKind : std::uint8_t { Null, Scalar, List, Map };

struct Node;

struct Entry {
  const Node* key = nullptr;  // always a scalar
  const Node* value = nullptr;
  bool inherited = false;  // came from `defaults`
};

// Lives in the Arena that it was built in, with all it points to. Aliases make the tree a graph
// without cycles: whoever walks it counts its steps.
struct Node {
  NodeKind kind = NodeKind::Null;
  bool plain = false;  // a scalar without quotes on one line: its text is as written
  Position at;
  std::string_view text;               // of a scalar
  std::span<const Node* const> items;  // of a list
  std::span<const Entry> entries;      // of a map, duplicates included

  // The value of `key` in a map, or nullptr; the first one where it is given twice.
  const Entry* find(std::string_view key) const;
};

// "text", "a list", "a map" or "empty", for messages.
std::string_view kind_name(NodeKind kind);

// Memory for nodes: handed out piece by piece, given back all at once.
class Arena {
 public:
  Node* make_node(NodeKind kind, Position at);
  std::string_view keep(std::string_view text);

  template <typename T>
  std::span<const T> keep_all(std::span<const T> values) {
    if (values.empty()) return {};
    T* copy = static_cast<T*>(memory_.allocate(values.size_bytes(), alignof(T)));
    for (std::size_t i = 0; i < values.size(); ++i)
      new (copy + i) T(values[i]);
    return {copy, values.size()};
  }

 private:
  std::pmr::monotonic_buffer_resource memory_{64 * 1024};
};

}  // namespace mainstay::config
