#include "base/regex.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace mainstay {

namespace {

constexpr std::size_t kMaxSteps = 10'000;
// Beyond either, the states are built anew.
constexpr std::size_t kMaxStates = 512;
constexpr std::size_t kMaxHeldSteps = 200'000;
constexpr std::int32_t kUnknown = -1;
constexpr std::int32_t kFound = -2;

bool is_word(std::uint8_t byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || byte == '_';
}

}  // namespace

// Writes the program back to front: what comes after a node is known when the node is written.
class Regex::Compiler {
 public:
  explicit Compiler(Regex& regex) : regex_(regex) {}

  // The step with which `node` begins when `next` follows it.
  std::uint16_t write(const PatternNode& node, std::uint16_t next) {
    switch (node.kind) {
      case PatternNode::Kind::Byte:
        return add({Step::Kind::Byte, set_of(node.bytes), next, 0});
      case PatternNode::Kind::Sequence:
        for (auto part = node.parts.rbegin(); part != node.parts.rend(); ++part)
          next = write(*part, next);
        return next;
      case PatternNode::Kind::Choice:
        return choice(node, next);
      case PatternNode::Kind::Repeat:
        return repeat(node, next);
      case PatternNode::Kind::Begin:
        return add({Step::Kind::Begin, 0, next, 0});
      case PatternNode::Kind::End:
        return add({Step::Kind::End, 0, next, 0});
      case PatternNode::Kind::Word:
        return add({Step::Kind::Word, 0, next, 0});
      case PatternNode::Kind::NoWord:
        return add({Step::Kind::NoWord, 0, next, 0});
    }
    return next;
  }

  std::uint16_t add(Step step) {
    if (too_large()) return 0;
    regex_.program_.push_back(step);
    return static_cast<std::uint16_t>(regex_.program_.size() - 1);
  }

  bool too_large() const { return regex_.program_.size() >= kMaxSteps; }

 private:
  std::uint16_t choice(const PatternNode& node, std::uint16_t next) {
    std::uint16_t begin = write(node.parts.back(), next);
    for (std::size_t i = node.parts.size() - 1; i > 0; --i) {
      const std::uint16_t other = write(node.parts[i - 1], next);
      begin = add({Step::Kind::Split, 0, begin, other});
    }
    return begin;
  }

  std::uint16_t repeat(const PatternNode& node, std::uint16_t next) {
    const PatternNode& part = node.parts.front();
    if (node.most == PatternNode::kNoLimit) {
      const std::uint16_t again = add({Step::Kind::Split, 0, next, next});
      const std::uint16_t begin = write(part, again);
      if (!too_large()) regex_.program_[again].other = begin;
      next = again;
    } else {
      const std::uint16_t after = next;
      for (unsigned i = node.least; i < node.most && !too_large(); ++i)
        next = add({Step::Kind::Split, 0, write(part, next), after});
    }
    for (unsigned i = 0; i < node.least && !too_large(); ++i)
      next = write(part, next);
    return next;
  }

  std::uint16_t set_of(const ByteSet& bytes) {
    const auto key = bytes.to_string();
    const auto [found, is_new] =
        numbers_.emplace(key, static_cast<std::uint16_t>(regex_.sets_.size()));
    if (is_new) regex_.sets_.push_back(bytes);
    return found->second;
  }

  Regex& regex_;
  std::map<std::string, std::uint16_t> numbers_;
};

Result<Regex> Regex::compile(std::string_view pattern, bool ignore_case) {
  if (pattern.empty()) return Error{"is empty, must be a regular expression"};
  if (pattern.size() > kMaxRegexBytes) {
    return Error{fmt::format("is longer than {} bytes", kMaxRegexBytes)};
  }
  const auto parsed = parse_pattern(pattern, ignore_case);
  if (const auto* problem = std::get_if<PatternProblem>(&parsed)) {
    return Error{fmt::format("is not a regular expression that can be used: {} (at character {})",
                             problem->what, problem->at + 1)};
  }
  Regex regex;
  Compiler compiler{regex};
  const std::uint16_t match = compiler.add({Step::Kind::Match, 0, 0, 0});
  const std::uint16_t begin = compiler.write(std::get<PatternNode>(parsed), match);
  if (compiler.too_large()) return Error{"is too large: its repeats multiply to too many states"};
  regex.reached_.resize(regex.program_.size());
  regex.number_classes();
  regex.state_of({begin}, Side::Edge);
  return regex;
}

// Bytes that no part of the expression tells apart share a class.
void Regex::number_classes() {
  std::map<std::string, std::uint16_t> numbers;
  for (std::size_t byte = 0; byte < 256; ++byte) {
    std::string signature;
    for (const ByteSet& set : sets_)
      signature.push_back(set[byte] ? '1' : '0');
    signature.push_back(is_word(static_cast<std::uint8_t>(byte)) ? '1' : '0');
    const auto [found, is_new] =
        numbers.emplace(std::move(signature), static_cast<std::uint16_t>(byte_of_.size()));
    if (is_new) byte_of_.push_back(static_cast<std::uint8_t>(byte));
    class_of_[byte] = found->second;
  }
}

bool Regex::found_in(std::string_view line) {
  std::int32_t at = 0;
  for (const char c : line) {
    const std::size_t byte_class = class_of_[static_cast<unsigned char>(c)];
    std::int32_t next = states_[static_cast<std::size_t>(at)].next[byte_class];
    if (next == kUnknown) next = advance(at, byte_class);
    if (next == kFound) return true;
    at = next;
  }
  std::int32_t end = states_[static_cast<std::size_t>(at)].next[byte_of_.size()];
  if (end == kUnknown) end = advance(at, byte_of_.size());
  return end == kFound;
}

std::int32_t Regex::advance(std::int32_t from, std::size_t byte_class) {
  const bool at_end = byte_class == byte_of_.size();
  const std::uint8_t byte = at_end ? 0 : byte_of_[byte_class];
  const Side after = at_end ? Side::Edge : is_word(byte) ? Side::Word : Side::Other;
  State& state = states_[static_cast<std::size_t>(from)];
  if (close(state, after)) return state.next[byte_class] = kFound;
  if (at_end) return state.next[byte_class] = 0;
  std::vector<std::uint16_t> steps;
  for (const std::uint16_t number : closure_) {
    const Step& step = program_[number];
    if (step.kind == Step::Kind::Byte && sets_[step.set][byte]) steps.push_back(step.next);
  }
  steps.push_back(states_.front().steps.front());  // a match may begin anywhere
  std::sort(steps.begin(), steps.end());
  steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
  if (states_.size() >= kMaxStates || held_steps_ > kMaxHeldSteps) {
    forget();
    return state_of(std::move(steps), after);
  }
  const std::int32_t next = state_of(std::move(steps), after);
  states_[static_cast<std::size_t>(from)].next[byte_class] = next;
  return next;
}

// Follows splits and the assertions that hold between `state.before` and `after`; true: a match.
bool Regex::close(const State& state, Side after) {
  ++round_;
  closure_.clear();
  const auto reach = [this](std::uint16_t step) {
    if (std::exchange(reached_[step], round_) != round_) closure_.push_back(step);
  };
  for (const std::uint16_t step : state.steps)
    reach(step);
  const bool boundary = (state.before == Side::Word) != (after == Side::Word);
  for (std::size_t i = 0; i < closure_.size(); ++i) {
    const Step& step = program_[closure_[i]];
    switch (step.kind) {
      case Step::Kind::Match:
        return true;
      case Step::Kind::Byte:
        break;
      case Step::Kind::Split:
        reach(step.next);
        reach(step.other);
        break;
      case Step::Kind::Begin:
        if (state.before == Side::Edge) reach(step.next);
        break;
      case Step::Kind::End:
        if (after == Side::Edge) reach(step.next);
        break;
      case Step::Kind::Word:
        if (boundary) reach(step.next);
        break;
      case Step::Kind::NoWord:
        if (!boundary) reach(step.next);
        break;
    }
  }
  return false;
}

std::int32_t Regex::state_of(std::vector<std::uint16_t> steps, Side before) {
  std::string key{static_cast<char>(before)};
  key.append(reinterpret_cast<const char*>(steps.data()), steps.size() * sizeof(steps[0]));
  const auto [found, is_new] =
      number_of_.emplace(std::move(key), static_cast<std::int32_t>(states_.size()));
  if (is_new) {
    held_steps_ += steps.size();
    states_.push_back(
        {std::move(steps), before, std::vector<std::int32_t>(byte_of_.size() + 1, kUnknown)});
  }
  return found->second;
}

// All but the first state, which is where every line begins.
void Regex::forget() {
  State first = std::move(states_.front());
  states_.clear();
  number_of_.clear();
  held_steps_ = 0;
  state_of(std::move(first.steps), first.before);
}

}  // namespace mainstay
