#include "logs/line_filter.h"
#include "logs/past.h"
#include "logs/reader.h"

namespace mainstay::logs {

Tail tail(const Directory& directory, std::span<const Source> sources, TailLimits limits) {
  LineFilter everything;
  LogQuery query;
  query.lines = limits.lines;
  query.max_bytes = limits.max_bytes;
  Past past{directory, sources, query, everything};
  Tail tail;
  tail.lines = past.read(UINT64_MAX, SIZE_MAX).lines;
  tail.positions = past.positions();
  tail.bytes_read = past.bytes_read();
  tail.cut = past.cut();
  return tail;
}

}  // namespace mainstay::logs
