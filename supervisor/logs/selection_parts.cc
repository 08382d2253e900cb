#include "logs/selection_parts.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

namespace mainstay::logs {

namespace {

// Where the line ends that the byte before `offset` is in: the first beginning of a line from there
// on.
std::uint64_t line_end(int fd, std::uint64_t offset, std::uint64_t size) {
  if (offset == 0 || offset >= size) return std::min(offset, size);
  std::string bytes(kMaxLine + 1, '\0');
  const ssize_t got = pread(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset - 1));
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  const auto line = first_line(bytes, offset - 1);
  return line ? line->end : size;
}

}  // namespace

Selection::Backward::Backward(Selection& selection, LogChain& chain)
    : selection_(selection), segment_(chain.segments.size() - 1), live_(&chain) {
  index_ = std::make_unique<IndexReader>(UniqueFd{dup(chain.live_index.get())},
                                         WallTime{Duration{chain.live.modified_ns}});
  begin(chain.live.fd.get(), chain.live.size);
  selection_.selected_[selection_.source_].rest = {chain.live.size, chain.live.inode, false};
}

Selection::Backward::Backward(Selection& selection, SegmentReader reader, const Segment& segment)
    : selection_(selection), segment_(selection.segment_), reader_(std::move(reader)) {
  auto index = selection.directory_.open_for_reading(segment.index);
  index_ =
      std::make_unique<IndexReader>(index ? std::move(index->fd) : UniqueFd{}, reader_->modified());
  begin(reader_->fd(), std::min(reader_->size(), segment.end));
}

void Selection::Backward::begin(int fd, std::uint64_t size) {
  size_ = size;
  std::uint64_t end = size;
  if (!selection_.span_.everything()) {
    from_ = std::min(size, index_->first_at_or_after(selection_.span_.since));
    end = line_end(fd, index_->end_before(selection_.span_.until), size);
  }
  lines_ = std::make_unique<BackwardLines>(fd, end);
}

void Selection::Backward::note_rest(const RawLine& raw) {
  if (live_ == nullptr || raw.end != size_ || !raw.partial) return;
  selection_.selected_[selection_.source_].rest = {raw.begin, live_->live.inode, raw.continued};
}

SegmentState Selection::Backward::run(Budget& budget) {
  std::uint64_t read = lines_->bytes_read();
  while (const auto raw = lines_->previous()) {
    budget.spend(1 + lines_->bytes_read() - std::exchange(read, lines_->bytes_read()));
    note_rest(*raw);
    if (raw->begin < from_) break;
    const WallTime at = index_->time_at(raw->begin);
    if (selection_.span_.holds(at) && !take(*raw, at)) return SegmentState::Enough;
    if (budget.spent()) return SegmentState::Later;
  }
  return SegmentState::Done;
}

void Selection::Backward::note_step_back(const RawLine& raw, WallTime at) {
  auto& caps = selection_.selected_[selection_.source_].caps;
  if (at > selection_.key_ && (caps.empty() || caps.back().at != selection_.key_))
    caps.push_back({{segment_, raw.begin}, selection_.key_});
  selection_.key_ = std::min(selection_.key_, at);
}

// A unit is offered when the line before it tells that it begins there. False: too old.
bool Selection::Backward::take(const RawLine& raw, WallTime at) {
  LineFilter& filter = selection_.filter_;
  const Line line = make_line(selection_.chains_[selection_.source_].source, raw, at);
  const LineKind kind = filter.kind_of(line.text);
  const bool found = filter.finds(line.text);
  note_step_back(raw, at);
  auto& open = selection_.open_;
  if (kind.shape == LineKind::Shape::Blank) {
    if (!open) open.emplace();
    ++open->blank_lines;
    open->blank_found = open->blank_found || found;
    return true;
  }
  const bool joins = open && open->unit.lines > 0 && !filter.passes_all() &&
                     filter.belongs(kind, open->first, open->continued);
  if (open && !joins) {
    const Open newer = *open;
    open.emplace();
    open->blank_lines = newer.blank_lines;
    open->blank_found = newer.blank_found;
    if (!selection_.offer(newer)) return false;
  }
  if (selection_.is_beyond(selection_.key_)) return false;
  if (!open) open.emplace();
  open->unit.key = selection_.key_;
  open->unit.source = selection_.source_;
  open->unit.begin = {segment_, raw.begin};
  open->unit.lines += 1 + std::exchange(open->blank_lines, 0);
  open->unit.bytes += line.text.size();
  open->found = open->found || found || open->blank_found;
  open->first = kind;
  open->continued = line.continued;
  return true;
}

Selection::Packed::Packed(Selection& selection, LogChain& chain)
    : selection_(selection),
      cap_(selection.key_),
      lines_(selection.directory_, chain, options(selection)) {}

SourceLines::Options Selection::Packed::options(const Selection& selection) {
  SourceLines::Options options;
  options.from = {selection.segment_, 0};
  options.last_segment = selection.segment_;
  options.span = selection.span_;
  return options;
}

SegmentState Selection::Packed::run(Budget& budget) {
  for (;;) {
    const auto state = lines_.prepare(budget);
    if (state == SourceLines::State::Later) return SegmentState::Later;
    if (state == SourceLines::State::End) break;
    budget.spend(1);
    take(make_line(selection_.chains_[selection_.source_].source, lines_.line(), lines_.at()));
    lines_.take();
  }
  join_newer();
  return SegmentState::Done;
}

void Selection::Packed::take(const Line& line) {
  LineFilter& filter = selection_.filter_;
  const LineKind kind = filter.kind_of(line.text);
  const bool joins =
      current_ && !filter.passes_all() && filter.belongs(previous_, kind, line.continued);
  if (!joins) {
    finish_unit();
    current_.emplace();
    current_->unit = {std::min(cap_, lines_.key()), selection_.source_, lines_.place(), 0, 0};
    current_->first = kind;
    current_->continued = line.continued;
    selection_.key_ = std::min(selection_.key_, current_->unit.key);
  }
  ++current_->unit.lines;
  current_->unit.bytes += line.text.size();
  current_->found = current_->found || filter.finds(line.text);
  if (!line.continued && (!joins || kind.shape != LineKind::Shape::Blank)) previous_ = kind;
}

void Selection::Packed::finish_unit() {
  if (!current_) return;
  if (first_) {
    selection_.offer(*current_);
  } else {
    first_ = current_;
  }
  current_.reset();
}

// The last unit may go on in the file that was read before this one.
void Selection::Packed::join_newer() {
  auto newer = std::exchange(selection_.open_, std::nullopt);
  if (newer && current_ && newer->unit.lines > 0 && !selection_.filter_.passes_all() &&
      selection_.filter_.belongs(previous_, newer->first, newer->continued)) {
    current_->unit.lines += newer->unit.lines + newer->blank_lines;
    current_->unit.bytes += newer->unit.bytes;
    current_->found = current_->found || newer->found || newer->blank_found;
    newer.reset();
  }
  finish_unit();
  if (newer) selection_.offer(*newer);
  selection_.open_ = first_;
}

}  // namespace mainstay::logs
