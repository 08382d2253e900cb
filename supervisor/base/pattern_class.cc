#include "base/pattern_class.h"

#include <algorithm>
#include <array>
#include <utility>

namespace mainstay {

namespace {

constexpr std::uint32_t kLastCharacter = 0x10ffff;

PatternNode byte_range(unsigned first, unsigned last) {
  PatternNode node{.kind = PatternNode::Kind::Byte};
  for (unsigned byte = first; byte <= last; ++byte)
    node.bytes.set(byte);
  return node;
}

PatternNode sequence(std::vector<PatternNode> parts) {
  return {.kind = PatternNode::Kind::Sequence, .parts = std::move(parts)};
}

PatternNode optional(PatternNode part) {
  PatternNode node{.kind = PatternNode::Kind::Repeat, .least = 0, .most = 1};
  node.parts.push_back(std::move(part));
  return node;
}

unsigned length_of(std::uint32_t c) {
  return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

// Byte `index` of the `length` bytes that spell `c`.
unsigned byte_of(std::uint32_t c, unsigned index, unsigned length) {
  constexpr std::array<unsigned, 5> kLead = {0, 0, 0xc0, 0xe0, 0xf0};
  const unsigned shift = 6 * (length - 1 - index);
  if (length == 1) return c;
  if (index == 0) return kLead[length] | c >> shift;
  return 0x80U | (c >> shift & 0x3fU);
}

// Cuts [first, last] until all of a piece has one length, and its bytes vary freely within ranges.
void spell(std::uint32_t first, std::uint32_t last, std::vector<PatternNode>& out) {
  for (const std::uint32_t end : {0x7fU, 0x7ffU, 0xffffU}) {
    if (first > end || last <= end) continue;
    spell(first, end, out);
    spell(end + 1, last, out);
    return;
  }
  const unsigned length = length_of(first);
  for (unsigned i = 1; i < length; ++i) {
    const std::uint32_t low = (1U << (6 * i)) - 1;
    if ((first & ~low) == (last & ~low)) continue;
    const bool ragged_first = (first & low) != 0;
    if (!ragged_first && (last & low) == low) continue;
    const std::uint32_t cut = ragged_first ? (first | low) : (last & ~low) - 1;
    spell(first, cut, out);
    spell(cut + 1, last, out);
    return;
  }
  std::vector<PatternNode> bytes;
  for (unsigned i = 0; i < length; ++i)
    bytes.push_back(byte_range(byte_of(first, i, length), byte_of(last, i, length)));
  out.push_back(sequence(std::move(bytes)));
}

}  // namespace

void CharacterSet::add(std::uint32_t first, std::uint32_t last) {
  ranges_.push_back({first, last});
}

bool CharacterSet::add_named(char letter) {
  CharacterSet named;
  switch (letter | 0x20) {
    case 'w':
      named.add('a', 'z');
      named.add('A', 'Z');
      named.add('_', '_');
      [[fallthrough]];
    case 'd':
      named.add('0', '9');
      break;
    case 's':
      named.add('\t', '\r');
      named.add(' ', ' ');
      break;
    default:
      return false;
  }
  CharacterSet others;
  others.add_all_but(named);
  const bool negated = letter < 'a';
  add_all_but(negated ? named : others);
  return true;
}

void CharacterSet::add_all_but(CharacterSet other) {
  other.tidy();
  std::uint32_t next = 0;
  for (const Range& range : other.ranges_) {
    if (range.first > next) add(next, range.first - 1);
    next = range.last + 1;
  }
  if (next <= kLastCharacter) add(next, kLastCharacter);
}

void CharacterSet::fold_case() {
  const std::size_t count = ranges_.size();
  for (std::size_t i = 0; i < count; ++i) {
    const Range range = ranges_[i];
    const auto fold = [&](std::uint32_t first, std::uint32_t last, int distance) {
      const std::uint32_t from = std::max(range.first, first);
      const std::uint32_t to = std::min(range.last, last);
      if (from <= to)
        add(from + static_cast<std::uint32_t>(distance), to + static_cast<std::uint32_t>(distance));
    };
    fold('a', 'z', 'A' - 'a');
    fold('A', 'Z', 'a' - 'A');
  }
}

void CharacterSet::tidy() {
  std::sort(ranges_.begin(), ranges_.end(),
            [](const Range& a, const Range& b) { return a.first < b.first; });
  std::vector<Range> tidied;
  for (const Range& range : ranges_) {
    if (!tidied.empty() && range.first <= tidied.back().last + 1) {
      tidied.back().last = std::max(tidied.back().last, range.last);
    } else {
      tidied.push_back(range);
    }
  }
  ranges_ = std::move(tidied);
}

PatternNode CharacterSet::node(bool or_broken) const {
  CharacterSet tidied = *this;
  tidied.tidy();
  PatternNode single{.kind = PatternNode::Kind::Byte};
  std::vector<PatternNode> choices;
  for (const Range& range : tidied.ranges_) {
    for (std::uint32_t c = range.first; c <= std::min(range.last, 0x7fU); ++c)
      single.bytes.set(c);
    if (range.last > 0x7f) spell(std::max(range.first, 0x80U), range.last, choices);
  }
  if (or_broken) return loose_character(single.bytes);
  if (single.bytes.any()) choices.insert(choices.begin(), single);
  if (choices.size() == 1) return choices.front();
  if (choices.empty()) return single;  // nothing matches
  return {.kind = PatternNode::Kind::Choice, .parts = std::move(choices)};
}

PatternNode loose_character(const ByteSet& ascii) {
  PatternNode single = byte_range(0x80, 0xff);
  single.bytes |= ascii;
  const PatternNode more = byte_range(0x80, 0xbf);
  PatternNode rest = optional(sequence({more, optional(more)}));
  PatternNode choice{.kind = PatternNode::Kind::Choice};
  choice.parts.push_back(std::move(single));
  choice.parts.push_back(sequence({byte_range(0xc2, 0xf4), more, std::move(rest)}));
  return choice;
}

}  // namespace mainstay
