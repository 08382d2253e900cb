#include <algorithm>
#include <vector>

#include "logs/index.h"
#include "logs/lines.h"
#include "logs/reader.h"

namespace mainstay::logs {

namespace {

// The newest lines so far: the oldest of them on top, to be dropped for a newer one.
class Newest {
 public:
  explicit Newest(TailLimits limits) : limits_(limits) {}

  // False if the line, and so everything before it in its file, is too old.
  bool offer(OrderedLine line) {
    const std::size_t size = line.raw.text.size();
    if (is_full(size) && (heap_.empty() || is_earlier(line, heap_.front()))) {
      cut_ = cut_ || heap_.size() < limits_.lines;
      return false;
    }
    bytes_ += size;
    heap_.push_back(std::move(line));
    std::push_heap(heap_.begin(), heap_.end(), is_later);
    while (heap_.size() > limits_.lines)
      drop();
    while (bytes_ > limits_.max_bytes && heap_.size() > 1) {
      cut_ = true;
      drop();
    }
    return true;
  }

  bool cut() const { return cut_; }

  std::vector<OrderedLine> take() {
    std::sort(heap_.begin(), heap_.end(), is_earlier);
    return std::move(heap_);
  }

 private:
  static bool is_later(const OrderedLine& a, const OrderedLine& b) { return is_earlier(b, a); }

  bool is_full(std::size_t more) const {
    if (heap_.size() >= limits_.lines) return true;
    return !heap_.empty() && bytes_ + more > limits_.max_bytes;
  }

  void drop() {
    std::pop_heap(heap_.begin(), heap_.end(), is_later);
    bytes_ -= heap_.back().line.text.size();
    heap_.pop_back();
  }

  TailLimits limits_;
  std::vector<OrderedLine> heap_;  // the earliest in front
  std::size_t bytes_ = 0;
  bool cut_ = false;
};

IndexReader open_index(const Directory& directory, const OpenedFile& log, const std::string& name) {
  auto index = directory.open_for_reading(index_file_name(name));
  return {index ? std::move(index->fd) : UniqueFd{}, WallTime{Duration{log.modified_ns}}};
}

// The position after all finished lines: an unfinished last one counts as not given.
Position read_source(const Directory& directory, std::span<const Source> sources,
                     std::size_t number, Newest& newest, std::uint64_t& bytes_read) {
  auto log = directory.open_for_reading(sources[number].file);
  if (!log) return {};
  Position position{log->size, log->inode, false};
  IndexReader index = open_index(directory, *log, sources[number].file);
  BackwardLines lines{log->fd.get(), log->size};
  WallTime key{Duration::max()};
  while (const auto raw = lines.previous()) {
    if (raw->end == log->size && raw->partial) position = {raw->begin, log->inode, raw->continued};
    const WallTime at = index.time_at(raw->begin);
    key = std::min(key, at);  // so that a clock that stepped back reorders nothing
    if (!newest.offer({key, number, *raw, make_line(sources[number], *raw, at)})) break;
  }
  bytes_read += lines.bytes_read() + index.bytes_read();
  return position;
}

}  // namespace

Tail tail(const Directory& directory, std::span<const Source> sources, TailLimits limits) {
  Tail tail;
  Newest newest{limits};
  for (std::size_t number = 0; number < sources.size(); ++number) {
    tail.positions.push_back(read_source(directory, sources, number, newest, tail.bytes_read));
  }
  for (OrderedLine& ordered : newest.take()) {
    Position& position = tail.positions[ordered.source];
    // The unfinished last line was given: what follows continues it.
    if (ordered.raw.begin == position.offset) position = {ordered.raw.end, position.inode, true};
    tail.lines.push_back(std::move(ordered.line));
  }
  tail.cut = newest.cut();
  return tail;
}

}  // namespace mainstay::logs
