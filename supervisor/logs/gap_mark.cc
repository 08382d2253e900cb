#include "logs/gap_mark.h"

#include <fmt/format.h>

#include "base/text.h"

namespace mainstay::logs {

namespace {

std::string with_commas(std::uint64_t number) {
  std::string digits = fmt::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3)
    digits.insert(at - 3, ",");
  return digits;
}

std::string counted(std::uint64_t number, std::string_view singular) {
  return with_commas(number) + " " + std::string{singular} + (number == 1 ? "" : "s");
}

std::string mark_for(const Loss& loss, const LineShape* shape, bool at_line_start) {
  const std::string sentence = "[mainstay] " + gap_sentence(loss);
  if (shape == nullptr) return (at_line_start ? "" : "\n") + sentence + "\n";
  std::string line;
  append_formatted(line, *shape,
                   {sentence, loss.until, false, true, LostCount{loss.bytes, loss.lines}});
  return line;
}

bool is_at_line_start(const LogFile& log, std::uint64_t place) {
  return place == 0 || log.read(place - 1, 1) == "\n";
}

// Whether what stands behind `place` is the mark, or the beginning of it that a former controller
// came to write.
bool holds_part_of(const LogFile& log, std::uint64_t place, const std::string& mark) {
  const std::string there = log.read(place, mark.size());
  return mark.starts_with(there) && log.size() <= place + mark.size();
}

}  // namespace

std::string gap_sentence(const Loss& loss) {
  std::string from = format_local_date_clock(loss.since);
  std::string to = format_local_date_clock(loss.until);
  const std::string day = to.substr(0, to.find(' ') + 1);
  if (from.starts_with(day)) {
    from.erase(0, day.size());
    to.erase(0, day.size());
  }
  return fmt::format("{} ({}) lost here: disk full from {} to {}", counted(loss.bytes, "byte"),
                     counted(loss.lines, "line"), from, to);
}

int write_gap_mark(Losses& losses, const std::string& file, LogFile& log, const LineShape* shape,
                   WallTime now) {
  const Loss* loss = losses.find(file);
  if (loss == nullptr || !loss->open()) return 0;
  bool planned = false;
  if (loss->mark_at && *loss->mark_at <= log.size()) {
    const std::uint64_t place = *loss->mark_at;
    const std::string mark = mark_for(*loss, shape, is_at_line_start(log, place));
    if (log.read(place, mark.size()) == mark) {
      losses.close(file);
      return 0;
    }
    planned = holds_part_of(log, place, mark) && log.take_back(place) == 0;
  }
  if (!planned) losses.plan_mark(file, log.size(), now);
  const std::string mark = mark_for(*loss, shape, is_at_line_start(log, log.size()));
  if (const int error = log.append(mark, now)) {
    losses.plan_mark(file, std::nullopt, now);
    return error;
  }
  losses.close(file);
  return 0;
}

}  // namespace mainstay::logs
