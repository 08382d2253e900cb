#include "logs/selection.h"

#include <algorithm>
#include <tuple>

#include "logs/selection_parts.h"

namespace mainstay::logs {

Selection::Selection(const Directory& directory, std::vector<LogChain>& chains, Span span,
                     LineFilter& filter, SelectionLimits limits)
    : directory_(directory),
      chains_(chains),
      span_(span),
      filter_(filter),
      limits_(limits),
      selected_(chains.size()) {}

Selection::~Selection() = default;

bool Selection::is_later(const Unit& a, const Unit& b) {
  return std::tie(a.key, a.source, a.begin) > std::tie(b.key, b.source, b.begin);
}

bool Selection::is_full(std::size_t more) const {
  if (lines_ >= limits_.lines) return true;
  return !newest_.empty() && bytes_ + more > limits_.max_bytes;
}

// Whether no unit of that time is wanted any more, found or not.
bool Selection::is_beyond(WallTime key) const {
  return lines_ >= limits_.lines && (newest_.empty() || key < newest_.front().key);
}

// False if the unit, and so everything before it in its log, is too old.
bool Selection::offer(const Unit& unit) {
  if (is_full(unit.bytes) && (newest_.empty() || !is_later(unit, newest_.front()))) {
    cut_ = cut_ || lines_ < limits_.lines;
    return false;
  }
  lines_ += unit.lines;
  bytes_ += unit.bytes;
  newest_.push_back(unit);
  std::push_heap(newest_.begin(), newest_.end(), is_later);
  while (lines_ - newest_.front().lines >= limits_.lines)
    drop();
  while (bytes_ > limits_.max_bytes && newest_.size() > 1) {
    cut_ = true;
    drop();
  }
  return true;
}

bool Selection::offer(const Open& open) {
  if (open.unit.lines == 0) return true;
  const bool last = !std::exchange(unit_seen_, true);
  if (!filter_.is_severe(open.first)) return true;
  if (open.found) return offer(open.unit);
  if (last) selected_[open.unit.source].pending = open.unit.begin;
  return true;
}

void Selection::drop() {
  std::pop_heap(newest_.begin(), newest_.end(), is_later);
  lines_ -= newest_.back().lines;
  bytes_ -= newest_.back().bytes;
  newest_.pop_back();
}

// Opens the next older part of the log that is being read; false: nothing more of it is wanted.
bool Selection::next_segment() {
  LogChain& chain = chains_[source_];
  if (!std::exchange(begun_, true)) segment_ = chain.segments.size();
  while (segment_ > 0) {
    --segment_;
    const bool live = segment_ + 1 == chain.segments.size();
    if (live) {
      if (!chain.live.fd) continue;
      backward_ = std::make_unique<Backward>(*this, chain);
      return true;
    }
    const Segment& segment = chain.segments[segment_];
    if (!may_hold_wanted(segment)) return false;
    auto reader = SegmentReader::open(directory_, segment, 0);
    if (!reader) continue;
    if (reader->compressed()) {
      packed_ = std::make_unique<Packed>(*this, chain);
    } else {
      backward_ = std::make_unique<Backward>(*this, std::move(*reader), segment);
    }
    return true;
  }
  return false;
}

// An archive whose last line is older than all that is kept, or older than what is asked for, need
// not be opened, and none before it.
bool Selection::may_hold_wanted(const Segment& segment) const {
  const bool full = lines_ >= limits_.lines;
  if (!full && span_.everything()) return true;
  auto file = directory_.open_for_reading(segment.index);
  if (!file) return true;
  IndexReader index{std::move(file->fd), WallTime{Duration::max()}};
  if (index.first_at_or_after(span_.since) == IndexReader::kNowhere) return false;
  if (!full) return true;
  if (newest_.empty()) return false;
  return std::min(key_, index.time_at(IndexReader::kNowhere)) >= newest_.front().key;
}

bool Selection::run(Budget& budget) {
  for (; source_ < chains_.size(); finish_source()) {
    while (backward_ || packed_ || next_segment()) {
      if (budget.spent()) return false;
      if (backward_) {
        const auto state = backward_->run(budget);
        if (state == SegmentState::Later) return false;
        bytes_read_ += backward_->bytes_read();
        backward_.reset();
        if (state == SegmentState::Enough) {
          open_.reset();
          break;
        }
      } else {
        if (packed_->run(budget) == SegmentState::Later) return false;
        bytes_read_ += packed_->bytes_read();
        packed_.reset();
      }
    }
  }
  for (const Unit& unit : newest_) {
    auto& from = selected_[unit.source].from;
    if (!from || unit.begin < *from) from = unit.begin;
  }
  return true;
}

void Selection::finish_source() {
  if (open_) offer(*std::exchange(open_, std::nullopt));
  ++source_;
  begun_ = false;
  unit_seen_ = false;
  key_ = WallTime{Duration::max()};
}

}  // namespace mainstay::logs
