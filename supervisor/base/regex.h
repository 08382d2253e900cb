// Finds a regular expression in lines, in time linear in their length whatever the expression is: a
// deterministic automaton that is built state by state as lines need it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/pattern.h"
#include "base/result.h"

namespace mainstay {

inline constexpr std::size_t kMaxRegexBytes = 1'000;

class Regex {
 public:
  // The grammar is that of parse_pattern(). The error names what is wrong and at which character.
  // Too long an expression, or one whose repeats multiply beyond measure, is refused.
  static Result<Regex> compile(std::string_view pattern, bool ignore_case = false);

  // Whether the expression matches anywhere in `line`, which has no newline. ^ and $ are its ends.
  bool found_in(std::string_view line);

  // States in memory; for tests.
  std::size_t states() const { return states_.size(); }

 private:
  struct Step {
    enum class Kind : std::uint8_t { Byte, Split, Begin, End, Word, NoWord, Match };
    Kind kind = Kind::Match;
    std::uint16_t set = 0;    // Byte: in sets_
    std::uint16_t next = 0;   // of all but Match
    std::uint16_t other = 0;  // the second way of Split
  };
  // What stands on one side of a place between two bytes.
  enum class Side : std::uint8_t { Edge, Word, Other };
  // The steps at which the automaton is, before the assertions there were looked at: those need the
  // next byte too.
  struct State {
    std::vector<std::uint16_t> steps;
    Side before = Side::Edge;
    std::vector<std::int32_t> next;  // by class of byte; the last: the end of the line
  };
  class Compiler;

  void number_classes();
  std::int32_t advance(std::int32_t from, std::size_t byte_class);
  bool close(const State& state, Side after);
  std::int32_t state_of(std::vector<std::uint16_t> steps, Side before);
  void forget();

  std::vector<Step> program_;
  std::vector<ByteSet> sets_;
  std::array<std::uint16_t, 256> class_of_{};
  std::vector<std::uint8_t> byte_of_;  // one byte of each class
  std::vector<State> states_;
  std::unordered_map<std::string, std::int32_t> number_of_;
  std::vector<std::uint16_t> closure_;  // scratch: the steps that were reached
  std::vector<std::uint64_t> reached_;  // by step: the round in which it was reached last
  std::uint64_t round_ = 0;
  std::size_t held_steps_ = 0;  // of all states
};

}  // namespace mainstay
