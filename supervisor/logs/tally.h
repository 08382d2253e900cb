// Counts what the logs of one service say. Memory is bounded, whatever they say: where there are
// too many different signatures or endpoints, the rarest are only counted together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "logs/access_line.h"
#include "logs/findings.h"
#include "logs/incident.h"

namespace mainstay::logs {

struct TallyLimits {
  std::size_t signatures = 1000;  // kept while counting
  std::size_t endpoints = 2000;
  std::size_t shown = 10;  // of each, in the findings
};

// What identifies a unit, and the same as one text.
struct KeyedSignature {
  explicit KeyedSignature(Signature found);

  Signature signature;
  std::string key;
};

class Tally {
 public:
  Tally(std::string service, TallyLimits limits);

  void count_line(WallTime at);
  void add(const Incident& incident, const KeyedSignature& keyed, const std::string& instance);
  void add(const AccessEntry& entry, std::string_view line, WallTime at);
  void add_problem(std::string problem) { findings_.problems.push_back(std::move(problem)); }

  // What was found; nothing is counted after that.
  Findings take();

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  template <typename Value>
  using Map = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;

  void count_hour(WallTime at);
  void note_trouble(FoundEndpoint& endpoint, const AccessEntry& entry, std::string_view line,
                    WallTime at);
  FoundEndpoint& endpoint_for(const AccessEntry& entry);

  TallyLimits limits_;
  Findings findings_;
  Map<FoundSignature> signatures_;
  Map<FoundEndpoint> endpoints_;
  std::string key_;                              // kept for its memory
  std::map<std::int64_t, std::uint64_t> hours_;  // errors, by hours since 1970
};

}  // namespace mainstay::logs
