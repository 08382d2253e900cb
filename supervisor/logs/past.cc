#include "logs/past.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace mainstay::logs {

namespace {

// Of all logs together; each gets its share, within limits.
constexpr std::size_t kBuffers = 4 * 1024 * 1024;
constexpr std::size_t kSmallestBuffer = 4096;

}  // namespace

Past::Past(const Directory& directory, std::span<const Source> sources, LogQuery query,
           LineFilter& filter, std::span<const ChainEnd> ends)
    : directory_(directory),
      query_(query),
      filter_(filter),
      chains_(open_chains(directory, sources)),
      cursors_(chains_.size()) {
  for (std::size_t number = 0; number < ends.size(); ++number)
    end_chain(chains_[number], ends[number]);
  if (query_.lines) {
    const SelectionLimits limits{*query_.lines, query_.max_bytes};
    selection_ = std::make_unique<Selection>(directory_, chains_, query_.span, filter_, limits);
  } else {
    begin_all();
  }
}

Past::~Past() = default;

bool Past::is_later(const Turn& a, const Turn& b) {
  return std::tie(a.key, a.source) > std::tie(b.key, b.source);
}

void Past::begin_all() {
  for (std::size_t number = 0; number < chains_.size(); ++number)
    add_cursor(number, {});
}

void Past::begin(std::vector<Selected> selected) {
  for (std::size_t number = 0; number < chains_.size(); ++number) {
    Selected& chosen = selected[number];
    SourceLines::Options options;
    options.caps = std::move(chosen.caps);
    // A unit that may yet be wanted is gone through again: the filter has to know of it.
    const auto from = chosen.from || !query_.to_the_end ? chosen.from : chosen.pending;
    cursors_[number].position = chosen.rest;
    if (!from) continue;
    options.from = *from;
    add_cursor(number, std::move(options));
  }
}

void Past::add_cursor(std::size_t number, SourceLines::Options options) {
  options.span = query_.span;
  options.to_the_end = query_.to_the_end;
  options.whole_lines = query_.whole_lines;
  options.read_at_once = std::clamp(kBuffers / chains_.size(), kSmallestBuffer, kMaxLine);
  cursors_[number].lines =
      std::make_unique<SourceLines>(directory_, chains_[number], std::move(options));
  waiting_.push_back(number);
}

// Finds the next line of a log; false: the budget is spent before.
bool Past::make_ready(std::size_t number, Budget& budget) {
  Cursor& cursor = cursors_[number];
  switch (cursor.lines->prepare(budget)) {
    case SourceLines::State::Later:
      return false;
    case SourceLines::State::End:
      cursor.position = cursor.lines->position();
      return true;
    case SourceLines::State::Ready:
      break;
  }
  cursor.next =
      filter_.look_at(make_line(chains_[number].source, cursor.lines->line(), cursor.lines->at()));
  // What belongs together is not torn apart by what others printed meanwhile.
  const WallTime key = cursor.next.joined ? WallTime{Duration::min()} : cursor.lines->key();
  turns_.push_back({key, number});
  std::push_heap(turns_.begin(), turns_.end(), is_later);
  return true;
}

bool Past::give_next(Budget& budget, Slice& slice, std::size_t& text) {
  if (turns_.empty()) return false;
  std::pop_heap(turns_.begin(), turns_.end(), is_later);
  const std::size_t number = turns_.back().source;
  turns_.pop_back();
  Cursor& cursor = cursors_[number];
  const std::size_t before = slice.lines.size();
  filter_.feed(std::move(cursor.next), slice.lines);
  for (std::size_t i = before; i < slice.lines.size(); ++i)
    text += slice.lines[i].text.size() + 1;
  cursor.lines->take();
  budget.spend(1);
  waiting_.push_back(number);
  return true;
}

Past::Slice Past::read(std::uint64_t bytes, std::size_t max_text) {
  Slice slice;
  Budget budget{bytes};
  if (selection_) {
    if (!selection_->run(budget)) return slice;
    cut_ = selection_->cut();
    selection_bytes_ = selection_->bytes_read();
    begin(selection_->take());
    selection_.reset();
  }
  for (std::size_t text = 0; text < max_text;) {
    while (!waiting_.empty()) {
      if (!make_ready(waiting_.back(), budget)) return slice;
      waiting_.pop_back();
    }
    if (!give_next(budget, slice, text)) {
      slice.ended = true;
      break;
    }
  }
  return slice;
}

std::vector<Position> Past::positions() const {
  std::vector<Position> positions;
  for (const Cursor& cursor : cursors_)
    positions.push_back(cursor.position);
  return positions;
}

std::uint64_t Past::bytes_read() const {
  std::uint64_t sum = selection_bytes_;
  for (const Cursor& cursor : cursors_)
    sum += cursor.lines ? cursor.lines->bytes_read() : 0;
  return sum;
}

std::set<std::string> Past::archives() const {
  constexpr std::size_t kIndex = std::string_view{".idx"}.size();
  std::set<std::string> names;
  for (const LogChain& chain : chains_) {
    for (const Segment& segment : chain.segments) {
      if (segment.index.size() > kIndex)
        names.insert(segment.index.substr(0, segment.index.size() - kIndex));
    }
  }
  return names;
}

std::vector<std::string> Past::problems() const {
  std::vector<std::string> all;
  for (std::size_t number = 0; number < chains_.size(); ++number) {
    const auto& lines = cursors_[number].lines;
    if (lines) {
      all.insert(all.end(), lines->problems().begin(), lines->problems().end());
    } else if (!chains_[number].problem.empty()) {
      all.push_back(chains_[number].problem);
    }
  }
  return all;
}

}  // namespace mainstay::logs
