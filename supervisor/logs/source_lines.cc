#include "logs/source_lines.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace mainstay::logs {

SourceLines::SourceLines(const Directory& directory, LogChain& chain, Options options)
    : directory_(directory),
      chain_(chain),
      options_(std::move(options)),
      segment_(options_.from.segment),
      key_{Duration::min()} {
  if (!chain.problem.empty()) problems_.push_back(chain.problem);
}

std::uint64_t SourceLines::bytes_read() const {
  return bytes_read_ + (reader_ ? reader_->bytes_read() : 0) + (index_ ? index_->bytes_read() : 0);
}

// The next segment that is there; false: there is none.
bool SourceLines::open_segment() {
  for (; segment_ < chain_.segments.size() && segment_ <= options_.last_segment; ++segment_) {
    if (!is_live()) {
      if (!open_archive()) continue;
    } else {
      if (!chain_.live.fd) continue;
      reader_.emplace(SegmentReader::of(chain_.live, 0));
      index_ = std::make_unique<IndexReader>(std::move(chain_.live_index), reader_->modified());
    }
    begin_segment();
    return true;
  }
  return false;
}

bool SourceLines::open_archive() {
  const Segment& segment = chain_.segments[segment_];
  auto reader = SegmentReader::open(directory_, segment, 0);
  if (!reader) {
    if (reader.error().code != ENOENT) problems_.push_back(reader.error().message);
    return false;
  }
  reader_.emplace(std::move(*reader));
  auto index = directory_.open_for_reading(segment.index);
  index_ =
      std::make_unique<IndexReader>(index ? std::move(index->fd) : UniqueFd{}, reader_->modified());
  return true;
}

void SourceLines::begin_segment() {
  const bool grows = is_live() && options_.to_the_end;
  size_ = reader_->compressed() || grows ? UINT64_MAX : reader_->size();
  size_ = std::min(size_, chain_.segments[segment_].end);
  end_ = UINT64_MAX;
  std::uint64_t from = segment_ == options_.from.segment ? options_.from.offset : 0;
  continued_ = (segment_ == options_.from.segment && options_.continued) ||
               (segment_ != options_.from.segment && continued_);
  if (!options_.span.everything()) {
    const std::uint64_t since = index_->first_at_or_after(options_.span.since);
    end_ = index_->end_before(options_.span.until);
    // An entry may begin inside a line: read from before it and leave the rest of that line out.
    aligning_ = since > from && since != IndexReader::kNowhere;
    if (aligning_) from = since - 1;
    if (since == IndexReader::kNowhere || from >= end_) {
      from = reader_->size();  // what comes later is still wanted of a log that grows
      if (!grows) end_ = 0;
      aligning_ = false;
    }
  }
  buffer_.clear();
  used_ = 0;
  buffer_at_ = from;
  reader_->start_at(from);
}

void SourceLines::leave_segment() {
  if (is_live()) position_ = {offset(), chain_.live.inode, continued_};
  bytes_read_ += reader_->bytes_read() + index_->bytes_read();
  reader_.reset();
  index_.reset();
  ++segment_;
}

SourceLines::State SourceLines::fill(Budget& budget) {
  buffer_.erase(0, used_);
  buffer_at_ += std::exchange(used_, 0);
  const std::uint64_t next = buffer_at_ + buffer_.size();
  if (next >= size_) return State::End;
  // A line that is longer than what is read at once is read on as a whole.
  const std::size_t wanted = std::clamp(buffer_.size(), options_.read_at_once, kMaxLine + 1);
  const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(wanted, size_ - next));
  switch (reader_->read(buffer_, length, budget)) {
    case SegmentReader::Got::Bytes:
      return State::Ready;
    case SegmentReader::Got::Later:
      return State::Later;
    case SegmentReader::Got::End:
      break;
  }
  return State::End;
}

bool SourceLines::find_line(bool at_end) {
  auto raw = first_line(left(), offset());
  const bool is_left = options_.whole_lines && is_live();
  if (!raw && at_end && !is_left && !left().empty()) {
    raw = RawLine{offset(), offset() + left().size(), left(), true, false};
  }
  if (!raw) return false;
  line_ = *raw;
  return true;
}

WallTime SourceLines::cap() const {
  WallTime least{Duration::max()};
  for (const TimeCap& cap : options_.caps) {
    if (cap.up_to < place()) break;
    least = cap.at;
  }
  return least;
}

// Whether the line that was found is wanted; if not, it is behind us.
bool SourceLines::accept() {
  line_.continued = std::exchange(continued_, line_.partial);
  if (!std::exchange(aligning_, false)) {
    at_ = index_->time_at(line_.begin);
    key_ = std::max(key_, std::min(at_, cap()));
    if (options_.span.holds(at_)) return true;
  }
  used_ += static_cast<std::size_t>(line_.end - line_.begin);
  return false;
}

SourceLines::State SourceLines::prepare(Budget& budget) {
  if (ready_) return State::Ready;
  bool at_end = false;
  while (reader_ || open_segment()) {
    if (budget.spent()) return State::Later;
    if (offset() >= end_) {
      leave_segment();
    } else if (find_line(at_end)) {
      ready_ = accept();
      if (ready_) return State::Ready;
      budget.spend(1);
    } else if (at_end) {
      leave_segment();
      at_end = false;
    } else {
      const State filled = fill(budget);
      if (filled == State::Later) return filled;
      at_end = filled == State::End;
    }
  }
  return State::End;
}

void SourceLines::take() {
  used_ += static_cast<std::size_t>(line_.end - line_.begin);
  ready_ = false;
}

}  // namespace mainstay::logs
