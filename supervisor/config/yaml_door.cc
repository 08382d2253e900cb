#include "config/yaml_door.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <istream>
#include <new>
#include <streambuf>
#include <vector>

#include "config/limits.h"
#include "config/scalar_source.h"
#include "config/text_check.h"

namespace mainstay::config {

namespace {

// Ends the parse from inside a callback; caught below.
struct Refused {
  Position at;
  std::string what;
};

// Reads from memory without copying it.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view bytes) {
    char* start = const_cast<char*>(bytes.data());  // NOLINT: never written through
    setg(start, start, start + bytes.size());
  }
};

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view bytes, std::uint32_t file, Arena& arena, Findings& findings)
      : bytes_(bytes), file_(file), arena_(arena), findings_(findings) {}

  const Node* root() const { return root_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0)
      throw Refused{at(mark), "a second document starts here; the file must be one"};
  }
  void OnDocumentEnd() override {}
  void OnAnchor(const YAML::Mark&, const std::string&) override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    place(make(NodeKind::Null, mark, anchor));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const Node* target = anchor < anchors_.size() ? anchors_[anchor] : nullptr;
    for (const Open& open : open_) {
      if (open.node == target)
        throw Refused{at(mark), "an alias cannot stand for what it is part of"};
    }
    place(target);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(mark, tag);
    Node* node = make(NodeKind::Scalar, mark, anchor);
    if (value.find('\0') != std::string::npos)
      throw Refused{node->at, "a value cannot hold a NUL character"};
    node->text = arena_.keep(value);
    const ScalarSource source = find_scalar(bytes_, static_cast<std::size_t>(mark.pos));
    if (source.unclosed) throw Refused{node->at, "this quote is never closed"};
    node->plain = tag == "?";
    node->at.length = static_cast<std::uint32_t>(source.length);
    place(node);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    refuse_tag(mark, tag);
    open(make(NodeKind::List, mark, anchor));
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    refuse_tag(mark, tag);
    open(make(NodeKind::Map, mark, anchor));
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    Node* node = nullptr;
    std::vector<const Node*> children;  // of a map: key, value, key, value, …
  };

  Position at(const YAML::Mark& mark) const {
    return {file_, static_cast<std::uint32_t>(mark.line), static_cast<std::uint32_t>(mark.column),
            1};
  }

  void refuse_tag(const YAML::Mark& mark, const std::string& tag) const {
    if (tag == "?" || tag == "!" || tag.empty() || tag == "tag:yaml.org,2002:str") return;
    throw Refused{at(mark), "tags (!name) mean nothing here; remove it"};
  }

  Node* make(NodeKind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (++nodes_ > kMaxNodes) throw Refused{at(mark), "the file has too many values"};
    Node* node = arena_.make_node(kind, at(mark));
    if (anchor != 0) {
      if (anchors_.size() <= anchor) anchors_.resize(anchor + 1);
      anchors_[anchor] = node;
    }
    return node;
  }

  void open(Node* node) {
    if (open_.size() >= kMaxDepth) throw Refused{node->at, "is nested too deeply"};
    open_.push_back({node, {}});
  }

  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    if (done.node->kind == NodeKind::List) {
      done.node->items = arena_.keep_all(std::span<const Node* const>{done.children});
    } else {
      done.node->entries = entries_of(done.children);
    }
    place(done.node);
  }

  std::span<const Entry> entries_of(const std::vector<const Node*>& children) {
    std::vector<Entry> entries;
    entries.reserve(children.size() / 2);
    for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
      const Node* key = children[i];
      if (key->kind != NodeKind::Scalar) throw Refused{key->at, "a key must be a word"};
      if (key->plain && key->text == "<<") {
        refuse_merge(*key);
      } else {
        entries.push_back({key, children[i + 1], false});
      }
    }
    return arena_.keep_all(std::span<const Entry>{entries});
  }

  // Left out of the tree, so that nothing else is said about it.
  void refuse_merge(const Node& key) {
    findings_.error(
        key.at, "",
        "merge keys (<<) are not supported; put what is shared into `defaults`, or repeat "
        "it with an alias");
  }

  void place(const Node* node) {
    if (open_.empty()) {
      root_ = node;
    } else {
      open_.back().children.push_back(node);
    }
  }

  std::string_view bytes_;
  std::uint32_t file_;
  Arena& arena_;
  Findings& findings_;
  std::vector<Open> open_;
  std::vector<const Node*> anchors_;
  const Node* root_ = nullptr;
  std::size_t nodes_ = 0;
  int documents_ = 0;
};

// Whether a tab is among the blanks that start the line which holds byte `at`.
bool is_indented_by_tab(std::string_view bytes, std::size_t at) {
  const std::size_t newline = bytes.rfind('\n', at == 0 ? 0 : at - 1);
  const std::string_view line = bytes.substr(newline == std::string_view::npos ? 0 : newline + 1);
  return line.substr(0, line.find_first_not_of(" \t")).find('\t') != std::string_view::npos;
}

// yaml-cpp's messages, in words for who wrote the file.
std::string explain(const YAML::ParserException& wrong, std::string_view bytes) {
  const std::string& message = wrong.msg;
  const auto at = static_cast<std::size_t>(std::max(0, wrong.mark.pos));
  if (message.starts_with("illegal tab") || is_indented_by_tab(bytes, std::min(at, bytes.size()))) {
    return "a tab is not allowed as indentation; use spaces";
  }
  if (message == "illegal map value") {
    return "': ' is not allowed here; quote the value, or check the indentation";
  }
  if (message == "unknown token") return "a value cannot start with this character; quote it";
  if (message == "end of map not found") return "the indentation does not fit the lines above";
  if (message == "end of sequence not found") return "the indentation does not fit the list above";
  if (message.starts_with("end of sequence flow")) return "this list needs a closing ]";
  if (message.starts_with("end of map flow")) return "this map needs a closing }";
  return message;
}

std::string_view without_byte_order_mark(std::string_view bytes) {
  return bytes.starts_with("\xef\xbb\xbf") ? bytes.substr(3) : bytes;
}

const Node* parse(std::string_view bytes, std::uint32_t file, Arena& arena, Findings& findings) {
  ViewBuffer buffer{bytes};
  std::istream in{&buffer};
  TreeBuilder builder{bytes, file, arena, findings};
  YAML::Parser parser{in};
  while (parser.HandleNextDocument(builder)) {
  }
  return builder.root() != nullptr ? builder.root()
                                   : arena.make_node(NodeKind::Null, {file, 0, 0, 1});
}

}  // namespace

const Node* parse_yaml(std::string_view bytes, std::uint32_t file, Arena& arena,
                       Findings& findings) {
  bytes = without_byte_order_mark(bytes);
  if (std::optional<BadText> bad = find_bad_text(bytes)) {
    bad->at.file = file;
    findings.error(bad->at, "", std::move(bad->what));
    return nullptr;
  }
  try {
    return parse(bytes, file, arena, findings);
  } catch (const Refused& refused) {
    findings.error(refused.at, "", refused.what);
  } catch (const YAML::ParserException& wrong) {
    const Position at{file, static_cast<std::uint32_t>(std::max(0, wrong.mark.line)),
                      static_cast<std::uint32_t>(std::max(0, wrong.mark.column)), 1};
    findings.error(at, "", "cannot read this as YAML: " + explain(wrong, bytes));
  } catch (const std::exception& wrong) {
    findings.error({file, Position::kWholeFile, 0, 1}, "",
                   fmt::format("cannot read this as YAML: {}", wrong.what()));
  }
  return nullptr;
}

}  // namespace mainstay::config
