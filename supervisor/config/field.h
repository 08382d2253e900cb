// One place in the merged configuration while it is read: the node, how it was reached, and where
// its problems go.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "config/findings.h"
#include "config/interpolation.h"
#include "config/keys.h"
#include "config/node.h"
#include "config/sources.h"

namespace mainstay::config {

// Counts what is read, so that aliases, defaults and references cannot multiply a small file into a
// large model. Once spent it stays spent.
class Budget {
 public:
  Budget(std::size_t visits, std::size_t text) : visits_(visits), text_(text) {}
  bool spend(std::size_t visits, std::size_t text);
  bool spent() const { return spent_; }

 private:
  std::size_t visits_;
  std::size_t text_;
  bool spent_ = false;
};

// What the fields of one service, job or file share.
struct Reading {
  Findings& findings;
  Budget& budget;
  Sources& sources;
  const NameSource& names;
};

// Lives on the stack, a child never longer than its parent.
class Field {
 public:
  // The root of what is read: `name` is the first part of every path ("services.backend"), `at` is
  // where the thing is declared.
  Field(const Reading& reading, std::string_view name, const Node* node, Position at)
      : reading_(&reading), name_(name), node_(node), at_(at) {}
  Field(Reading&&, std::string_view, const Node*, Position) = delete;  // `reading` must outlive it

  Field operator[](std::string_view key) const;
  // The items of a list, the entries of a map.
  std::size_t size() const;
  Field item(std::size_t index) const;
  Field entry(std::size_t index) const;

  // Given, and not null.
  bool present() const { return node_ != nullptr && node_->kind != NodeKind::Null; }
  // Given as null, which takes back what `defaults` or the program would say.
  bool is_null() const { return node_ != nullptr && node_->kind == NodeKind::Null; }
  bool is(NodeKind kind) const { return node_ != nullptr && node_->kind == kind; }
  const Node* node() const { return node_; }
  // The key that this is the value of; empty for items and for the root.
  std::string_view key() const { return name_; }
  // The value's place, or that of its key when it is null, or of the nearest parent when it is not
  // given.
  Position at() const { return present() ? node_->at : at_; }
  // The key's place.
  Position key_at() const { return at_; }
  std::string path() const;

  const Reading& reading() const { return *reading_; }
  Findings& findings() const { return reading_->findings; }
  void error(std::string what) const { error(at(), std::move(what)); }
  void error(Position at, std::string what) const;
  void note_inactive() const { findings().inactive(at_, path()); }

 private:
  Field(const Field& parent, std::string_view name, const Node* node, Position at)
      : reading_(parent.reading_), parent_(&parent), name_(name), node_(node), at_(at) {}

  const Reading* reading_;
  const Field* parent_ = nullptr;
  std::string_view name_;
  std::optional<std::size_t> index_;
  const Node* node_;
  Position at_;
  bool inherited_ = false;
};

// 'text', shortened and without line breaks, for messages.
std::string in_quotes(std::string_view text);

}  // namespace mainstay::config
