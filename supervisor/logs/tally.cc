#include "logs/tally.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace mainstay::logs {

namespace {

constexpr std::size_t kExampleBytes = 512;
constexpr std::size_t kMostHours = 24 * 366;

std::string key_of(const Signature& signature) {
  std::string key{to_string(signature.level)};
  for (const std::string* part : {&signature.text, &signature.cause, &signature.where}) {
    key += '\x1f';
    key += *part;
  }
  return key;
}

void widen(WallTime at, WallTime& first, WallTime& last) {
  first = std::min(first, at);
  last = std::max(last, at);
}

auto rank(const FoundSignature& found) {
  return std::tuple{found.signature.level, found.count, found.last};
}
// Endpoints in trouble are kept before those that are only counted.
auto rank(const FoundEndpoint& endpoint) {
  return std::tuple{endpoint.server_errors, endpoint.slow, endpoint.requests, endpoint.last};
}
std::uint64_t count_of(const FoundSignature& found) {
  return found.count;
}
std::uint64_t count_of(const FoundEndpoint& endpoint) {
  return endpoint.server_errors + endpoint.slow;
}

// What is of no interest is not missed.
template <typename Value>
void leave_out(const Value& value, LeftOut& left_out) {
  const std::uint64_t count = count_of(value);
  left_out.kinds += count > 0 ? 1U : 0U;
  left_out.count += count;
}

// Makes room: the half with the lowest ranks goes.
template <typename Map>
void drop_half(Map& map, LeftOut& left_out) {
  using Rank = decltype(rank(map.begin()->second));
  std::vector<Rank> ranks;
  for (const auto& entry : map)
    ranks.push_back(rank(entry.second));
  const auto middle = ranks.begin() + static_cast<std::ptrdiff_t>(ranks.size() / 2);
  std::nth_element(ranks.begin(), middle, ranks.end());
  std::size_t to_go = map.size() / 2;
  for (auto entry = map.begin(); entry != map.end() && to_go > 0;) {
    if (*middle < rank(entry->second)) {
      ++entry;
      continue;
    }
    leave_out(entry->second, left_out);
    entry = map.erase(entry);
    --to_go;
  }
}

// The `most` of highest rank, the highest first; what is not among them is left out.
template <typename Map, typename Value>
void take_top(Map& map, std::size_t most, std::vector<Value>& top, LeftOut& left_out) {
  std::vector<Value*> all;
  for (auto& entry : map)
    all.push_back(&entry.second);
  const std::size_t count = std::min(most, all.size());
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(count);
  std::partial_sort(all.begin(), end, all.end(),
                    [](const Value* a, const Value* b) { return rank(*b) < rank(*a); });
  for (auto value = all.begin(); value != end; ++value)
    top.push_back(std::move(**value));
  for (auto value = end; value != all.end(); ++value)
    leave_out(**value, left_out);
}

}  // namespace

KeyedSignature::KeyedSignature(Signature found)
    : signature(std::move(found)), key(key_of(signature)) {}

Tally::Tally(std::string service, TallyLimits limits) : limits_(limits) {
  findings_.service = std::move(service);
}

void Tally::count_line(WallTime at) {
  ++findings_.lines;
  if (!findings_.first_line || at < *findings_.first_line) findings_.first_line = at;
}

// Where clocks jump about there may be more hours than a year has: then some are not counted.
void Tally::count_hour(WallTime at) {
  const auto hour = std::chrono::duration_cast<std::chrono::hours>(at.since_epoch).count();
  if (hours_.size() < kMostHours || hours_.contains(hour)) ++hours_[hour];
}

void Tally::add(const Incident& incident, const KeyedSignature& keyed,
                const std::string& instance) {
  const bool error = incident.level() == Level::Error;
  ++(error ? findings_.errors : findings_.warnings);
  if (error) count_hour(incident.at());
  if (const auto known = signatures_.find(keyed.key); known != signatures_.end()) {
    ++known->second.count;
    return widen(incident.at(), known->second.first, known->second.last);
  }
  if (signatures_.size() >= limits_.signatures)
    drop_half(signatures_, findings_.signatures_left_out);
  FoundSignature found{
      keyed.signature,          1, incident.at(), incident.at(), instance, incident.example(),
      incident.lines_left_out()};
  signatures_.emplace(keyed.key, std::move(found));
}

FoundEndpoint& Tally::endpoint_for(const AccessEntry& entry) {
  endpoint_of(entry, key_);
  if (const auto known = endpoints_.find(std::string_view{key_}); known != endpoints_.end())
    return known->second;
  if (endpoints_.size() >= limits_.endpoints) drop_half(endpoints_, findings_.endpoints_left_out);
  FoundEndpoint endpoint;
  endpoint.endpoint = key_;
  return endpoints_.emplace(key_, std::move(endpoint)).first->second;
}

void Tally::note_trouble(FoundEndpoint& endpoint, const AccessEntry& entry, std::string_view line,
                         WallTime at) {
  const bool failed = entry.status >= 500;
  const bool slow = entry.took >= kSlow;
  if (!failed && !slow) return;
  if (!endpoint.in_trouble()) endpoint.first = endpoint.last = at;
  widen(at, endpoint.first, endpoint.last);
  endpoint.server_errors += failed ? 1U : 0U;
  endpoint.slow += slow ? 1U : 0U;
  findings_.server_errors += failed ? 1U : 0U;
  findings_.slow += slow ? 1U : 0U;
  endpoint.example.assign(line.substr(0, kExampleBytes));
}

void Tally::add(const AccessEntry& entry, std::string_view line, WallTime at) {
  ++findings_.requests;
  FoundEndpoint& endpoint = endpoint_for(entry);
  ++endpoint.requests;
  if (entry.took) {
    ++endpoint.timed;
    endpoint.total += *entry.took;
    endpoint.longest = std::max(endpoint.longest, *entry.took);
  }
  note_trouble(endpoint, entry, line, at);
}

Findings Tally::take() {
  take_top(signatures_, limits_.shown, findings_.signatures, findings_.signatures_left_out);
  std::erase_if(endpoints_, [](const auto& entry) { return !entry.second.in_trouble(); });
  take_top(endpoints_, limits_.shown, findings_.endpoints, findings_.endpoints_left_out);
  for (const auto& [hour, errors] : hours_) {
    if (findings_.busiest && errors <= findings_.busiest->errors) continue;
    findings_.busiest = BusyHour{WallTime{std::chrono::hours{hour}}, errors};
  }
  signatures_.clear();
  endpoints_.clear();
  return std::move(findings_);
}

}  // namespace mainstay::logs
