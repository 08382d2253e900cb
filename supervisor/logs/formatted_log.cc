#include "logs/formatted_log.h"

#include <algorithm>
#include <cerrno>

#include "logs/formatted_line.h"
#include "logs/names.h"

namespace mainstay::logs {

namespace {

constexpr std::size_t kWindow = 256 * 1024;

}  // namespace

// Whether what the log has beyond `log_end` is what a controller appended and could not publish any
// more. Then the same bytes are still staged, they are no more than one batch, and they look like
// it: what somebody wrote into the log by hand stays.
bool FormattedLog::looks_unpublished(const LogFile& log) const {
  const std::uint64_t log_end = staging_.state().log_end;
  if (staging_.is_new() || staging_.waiting() == 0 || log.size() <= log_end) return false;
  if (log.size() - log_end > kMaxFormatted) return false;
  constexpr std::size_t kEnough = 64;
  return may_begin_formatted(log.read(log_end, kEnough), shape_.format);
}

int FormattedLog::recover(LogFile& log) {
  if (!recovered_ && looks_unpublished(log)) {
    if (const int error = log.take_back(staging_.state().log_end)) return error;
  }
  const bool other_end = log.size() != staging_.state().log_end;
  if (other_end || staging_.is_new()) {
    StagingState now = staging_.state();
    now.log_end = log.size();
    if (const int error = staging_.publish(now)) return error;
  }
  recovered_ = true;
  return 0;
}

WallTime FormattedLog::time_of_rest(WallTime otherwise) const {
  const WallTime at = staging_.state().line_at;
  return at == WallTime{} ? otherwise : at;
}

// What earlier turns, or a former controller, have left: complete lines that the log could not take
// then, and a rest of another run, which nothing will complete.
int FormattedLog::settle(const Intake& intake, LogFile& log) {
  const bool was_recovered = recovered_;
  if (const int error = recover(log)) return error;
  if (staging_.waiting() == 0 && !staging_.state().continues) {
    behind_ = false;
    return 0;
  }
  const RunId owner = staging_.state().run;
  const bool other_run = owner != RunId{} && owner != intake.run;
  if (was_recovered && !behind_ && !other_run) return 0;
  const WallTime then = was_recovered ? intake.at : std::min(intake.at, staging_.modified());
  return write_lines(log, {{time_of_rest(then), then}, owner, other_run, intake.cut_at});
}

Moved FormattedLog::take(const Intake& intake, LogFile& log) {
  if (const int error = settle(intake, log)) return {0, MoveEnd::Failed, error};
  if (behind_) return {0, MoveEnd::Limit, 0};
  const WallTime first = staging_.waiting() == 0 ? intake.at : time_of_rest(intake.at);
  const Moved moved = staging_.take(intake.pipe, intake.limit, intake.held);
  const bool at_end =
      moved.end == MoveEnd::Closed || (intake.last_words && moved.end == MoveEnd::Empty);
  if (moved.bytes == 0 && !at_end) return moved;
  const int error = write_lines(log, {{first, intake.at}, intake.run, at_end, intake.cut_at});
  if (error != 0) return {moved.bytes, MoveEnd::Failed, error};
  return behind_ ? Moved{moved.bytes, MoveEnd::Limit, 0} : moved;
}

int FormattedLog::finish(LogFile& log, WallTime at) {
  if (const int error = recover(log)) return error;
  return write_lines(log, {{time_of_rest(at), at}, staging_.state().run, true});
}

int FormattedLog::write_lines(LogFile& log, const Lines& which) {
  CaptureTimes when = which.times;
  behind_ = true;  // until all is written
  // A log that should have been cut before and could not be goes on.
  const std::uint64_t cut_at = log.size() < which.cut_at ? which.cut_at : UINT64_MAX;
  while (staging_.waiting() > 0 || (which.at_end && staging_.state().continues)) {
    int error = 0;
    const std::string bytes = staging_.read(kWindow, error);
    if (error != 0) return error;
    const bool at_end = which.at_end && bytes.size() == staging_.waiting();
    const std::size_t most = std::min<std::uint64_t>(kFormattedBatch, cut_at - log.size());
    const Formatted lines =
        format_lines(shape_, bytes, when, staging_.state().continues, at_end, most);
    if (lines.text.empty()) break;
    error = append_and_publish(log, lines, when, which.run);
    if (error != 0) return error;
    if (!lines.continues) when.first = when.rest;
    if (log.size() >= cut_at) return 0;
  }
  StagingState rest = staging_.state();
  if (staging_.waiting() > 0 && (rest.line_at != when.first || rest.run != which.run)) {
    rest.line_at = when.first;
    rest.run = which.run;
    if (const int error = staging_.publish(rest)) return error;
  }
  behind_ = false;
  static_cast<void>(staging_.tidy());  // tried again with the next turn
  return 0;
}

int FormattedLog::append_and_publish(LogFile& log, const Formatted& lines,
                                     const CaptureTimes& times, RunId run) {
  const StagingState before = staging_.state();
  if (const int error = log.append(lines.text, times.first)) return error;
  StagingState after = before;
  after.begin += lines.taken;
  after.log_end = log.size();
  after.continues = lines.continues;
  after.line_at = lines.continues ? times.first : times.rest;
  after.run = run;
  const int error = staging_.publish(after);
  if (error == 0) errors_ += lines.errors;
  if (error != 0) recovered_ = log.take_back(before.log_end) == 0;  // not recorded, so not done
  return error;
}

Result<FormattedLog*> FormattedLogs::get(const std::string& name, const LineShape& shape,
                                         LogFile& log, WallTime at) {
  const auto found = open_.find(name);
  if (found != open_.end()) {
    found->second.used = ++uses_;
    if (found->second.log.look()) return &found->second.log;
    // Deleted while it was open: what it held can still be read.
    if (const int error = found->second.log.finish(log, at)) {
      return system_error("cannot write log " + name, error);
    }
    open_.erase(found);
  }
  while (open_.size() >= std::max<std::size_t>(1, limit_))
    close_least_recent();
  auto file = open_with_room(staging_file_name(name));
  if (!file) return file.error();
  auto staging = StagingFile::open(std::move(*file));
  if (!staging) {
    return Error{"cannot write log " + staging_file_name(name) + ": " + staging.error().message,
                 staging.error().code};
  }
  const auto added = open_.emplace(name, Open{FormattedLog{std::move(*staging), shape}, ++uses_});
  return &added.first->second.log;
}

Result<OpenedFile> FormattedLogs::open_with_room(const std::string& name) {
  auto file = directory_.open_for_writing(name);
  while (!file && (file.error().code == EMFILE || file.error().code == ENFILE) && !open_.empty()) {
    close_least_recent();
    file = directory_.open_for_writing(name);
  }
  return file;
}

void FormattedLogs::close_least_recent() {
  open_.erase(std::min_element(open_.begin(), open_.end(), [](const auto& a, const auto& b) {
    return a.second.used < b.second.used;
  }));
}

}  // namespace mainstay::logs
