// Feeds a request reader as a network does.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/front/request_reader.h"

namespace mainstay::gateway::testing {

// What became of the bytes: whole requests, in order, and how it ended.
struct Read {
  std::vector<WebRequest> requests;
  std::optional<BadRequest> refusal;
  bool partial = false;  // a request has begun

  int status() const { return refusal ? refusal->status : 0; }
};

inline bool same(const WebRequest& a, const WebRequest& b) {
  return a.method == b.method && a.target == b.target && a.headers == b.headers &&
         a.head == b.head && a.body == b.body;
}

inline bool same(const Read& a, const Read& b) {
  if (a.refusal != b.refusal || a.partial != b.partial || a.requests.size() != b.requests.size())
    return false;
  for (std::size_t i = 0; i < a.requests.size(); ++i)
    if (!same(a.requests[i], b.requests[i])) return false;
  return true;
}

// `next_size` says how many bytes the next piece has.
template <typename Size>
Read read_in_pieces(std::string_view bytes, Size next_size, const RequestLimits& limits = {}) {
  RequestReader reader{limits};
  Read out;
  while (!bytes.empty() && !reader.refusal()) {
    std::string_view piece = bytes.substr(0, next_size());
    bytes.remove_prefix(piece.size());
    while (!piece.empty() && !reader.refusal()) {
      piece.remove_prefix(reader.take(piece));
      if (reader.complete()) out.requests.push_back(reader.finish());
    }
  }
  out.refusal = reader.refusal();
  out.partial = !out.refusal && !reader.fresh();
  return out;
}

inline Read read_all(std::string_view bytes, const RequestLimits& limits = {}) {
  return read_in_pieces(
      bytes, [&] { return bytes.size(); }, limits);
}

}  // namespace mainstay::gateway::testing
