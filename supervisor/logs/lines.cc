#include "logs/lines.h"

#include <unistd.h>

#include <tuple>
#include <utility>

#include "logs/formatted_line.h"

namespace mainstay::logs {

std::optional<RawLine> first_line(std::string_view bytes, std::uint64_t offset) {
  const std::size_t newline = bytes.substr(0, kMaxLine + 1).find('\n');
  if (newline != std::string_view::npos) {
    return RawLine{offset, offset + newline + 1, bytes.substr(0, newline), false, false};
  }
  if (bytes.size() <= kMaxLine) return std::nullopt;
  const std::size_t length = kMaxLine - static_cast<std::size_t>(offset % kMaxLine);
  return RawLine{offset, offset + length, bytes.substr(0, length), true, false};
}

Line make_line(const Source& source, const RawLine& raw, WallTime at) {
  Line line{at, source.service, source.instance, source.stream, {}, raw.partial, raw.continued};
  const bool whole = !raw.partial && !raw.continued;
  auto parsed = whole ? parse_formatted(raw.text, source.format) : std::nullopt;
  if (!parsed) {
    line.text = raw.text;
    return line;
  }
  line.at = parsed->at;
  line.text = std::move(parsed->message);
  line.partial = parsed->partial;
  line.continued = parsed->continued;
  return line;
}

bool is_earlier(const OrderedLine& a, const OrderedLine& b) {
  return std::tie(a.key, a.source, a.raw.begin) < std::tie(b.key, b.source, b.raw.begin);
}

bool BackwardLines::load_block() {
  const std::uint64_t begin = (low_ - 1) / kMaxLine * kMaxLine;
  std::string block(static_cast<std::size_t>(low_ - begin), '\0');
  const ssize_t got = pread(fd_, block.data(), block.size(), static_cast<off_t>(begin));
  if (got != static_cast<ssize_t>(block.size())) return false;
  bytes_read_ += block.size();
  window_.insert(0, block);
  low_ = begin;
  return true;
}

bool BackwardLines::load_down_to(std::uint64_t offset) {
  while (low_ > offset) {
    if (!load_block()) return false;
  }
  return true;
}

std::optional<RawLine> BackwardLines::previous() {
  if (end_ == 0) return std::nullopt;
  window_.resize(static_cast<std::size_t>(end_ - low_));
  if (!load_down_to(end_ - 1)) return std::nullopt;
  const bool newline = window_.back() == '\n';
  const std::uint64_t text_end = newline ? end_ - 1 : end_;
  // Far enough back to see the newline before a line of kMaxLine bytes.
  const std::uint64_t lowest = text_end > kMaxLine ? text_end - kMaxLine - 1 : 0;
  if (!load_down_to(lowest)) return std::nullopt;

  const std::string_view seen =
      std::string_view{window_}.substr(0, static_cast<std::size_t>(text_end - low_));
  const std::size_t before = seen.substr(static_cast<std::size_t>(lowest - low_)).rfind('\n');
  RawLine line{lowest, end_, {}, !newline, false};
  if (before != std::string_view::npos) {
    line.begin = lowest + before + 1;
  } else if (text_end - lowest > kMaxLine) {
    line.begin = (text_end - 1) / kMaxLine * kMaxLine;
    line.continued = true;
  }
  line.text = seen.substr(static_cast<std::size_t>(line.begin - low_));
  end_ = line.begin;
  return line;
}

}  // namespace mainstay::logs
