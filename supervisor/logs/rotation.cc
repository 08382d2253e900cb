#include "logs/rotation.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "logs/cut.h"
#include "logs/index.h"
#include "logs/move.h"
#include "logs/names.h"

namespace mainstay::logs {

namespace {

constexpr Duration kTryAgain = std::chrono::seconds{10};
constexpr int kMostNames = 1000;

bool ends_with_newline(const OpenedFile& file) {
  char last = 0;
  return pread(file.fd.get(), &last, 1, static_cast<off_t>(file.size - 1)) == 1 && last == '\n';
}

std::size_t line_in(const std::string& held) {
  const std::size_t newline = held.find('\n');
  return newline == std::string::npos ? held.size() : newline + 1;
}

}  // namespace

std::string_view to_string(RotationCause cause) {
  switch (cause) {
    case RotationCause::Size:
      return "size";
    case RotationCause::Day:
      return "day";
    case RotationCause::Asked:
      return "asked for";
    case RotationCause::Flush:
      return "flush";
    case RotationCause::Outside:
      return "outside";
  }
  return {};
}

void Rotation::know(std::span<const ArchiveName> archives) {
  for (const ArchiveName& archive : archives)
    times_.learn(archive.log, archive.at);
  ready_ = true;
}

Rotation::Due* Rotation::known_due(const std::string& file, std::uint64_t size) {
  if (due_.empty()) return nullptr;
  const auto found = due_.find(file);
  if (found == due_.end()) return nullptr;
  if (size >= found->second.size) return &found->second;
  due_.erase(found);  // emptied by somebody else
  return nullptr;
}

Rotation::Due* Rotation::due(const std::string& file, LogFile& log, const model::RotateSpec& spec,
                             WallTime now) {
  if (Due* known = known_due(file, log.size())) return known;
  const bool by_size = log.size() >= spec.size.count;
  const auto begun = spec.daily && !by_size ? log.begun() : std::nullopt;
  if (!by_size && (!begun || now < next_local_midnight(*begun))) return nullptr;
  Due& fresh = due_[file];
  fresh = {by_size ? RotationCause::Size : RotationCause::Day, log.size(), std::nullopt};
  return &fresh;
}

bool Rotation::cut_if_due(const std::string& file, LogFile& log, const model::RotateSpec& spec,
                          WallTime now) {
  if (!ready_ || log.size() == 0) return false;
  Due* const due_now = due(file, log, spec, now);
  if (due_now == nullptr) return false;
  if (due_now->failed) {
    const Duration since = now - *due_now->failed;
    if (since >= Duration{0} && since < kTryAgain) return false;
    *due_now = {due_now->cause, log.size(), std::nullopt};
  }
  if (!log.ends_in_line() && log.size() - due_now->size < kLongestEnd) return false;
  const auto archive = cut(file, log.inode(), log.size(), due_now->cause, now);
  if (archive) return true;
  due_now->failed = now;
  if (on_failure_) on_failure_(archive.error());
  return false;
}

std::size_t Rotation::next_piece(const std::string& file, const LogFile& log,
                                 const model::RotateSpec& spec, int pipe, std::string* held,
                                 std::size_t limit) {
  if (!ready_) return limit;
  const Due* const due_now = known_due(file, log.size());
  if (due_now == nullptr) {
    const std::uint64_t room = spec.size.count - std::min(log.size(), spec.size.count);
    return static_cast<std::size_t>(std::clamp<std::uint64_t>(room, 1, limit));
  }
  if (due_now->failed) return limit;
  if (held != nullptr) {
    if (held->empty()) static_cast<void>(fill(pipe, limit, *held));
    return held->empty() ? limit : line_in(*held);
  }
  const Peeked peeked = peek_.up_to_line_end(pipe, limit);
  return peeked.bytes > 0 ? peeked.bytes : limit;
}

RotateAnswer Rotation::rotate(const std::string& file, RotationCause cause, bool has_writer,
                              WallTime now) {
  using Kind = RotateAnswer::Kind;
  const auto log = directory_.open_for_reading(file);
  if (!log && log.error().code == ENOENT) return {};
  if (!log) return {Kind::Failed, {}, log.error()};
  if (log->size == 0) return {};
  if (has_writer && !ends_with_newline(*log)) {
    due_[file] = {cause, log->size, std::nullopt};
    return {Kind::Waits, {}, {}};
  }
  auto archive = cut(file, log->inode, log->size, cause, now);
  if (!archive) return {Kind::Failed, {}, archive.error()};
  return {Kind::Rotated, std::move(*archive), {}};
}

void Rotation::writer_gone(const std::string& file, WallTime now) {
  const auto found = due_.find(file);
  if (found == due_.end() || found->second.cause == RotationCause::Size) return;
  static_cast<void>(rotate(file, found->second.cause, false, now));
}

bool Rotation::is_of_another_day(const std::string& file, WallTime now) const {
  const auto log = directory_.look_at(file);
  if (!log || log->size == 0) return false;
  auto index = directory_.open_for_reading(index_file_name(file));
  IndexReader times{index ? std::move(index->fd) : UniqueFd{}, {Duration{log->modified_ns}}};
  return now >= next_local_midnight(times.time_at(0));
}

Result<std::string> Rotation::cut(const std::string& file, std::uint64_t inode, std::uint64_t size,
                                  RotationCause cause, WallTime now) {
  auto archive = rename_log(file, now);
  if (!archive) return archive;
  ++cuts_;
  due_.erase(file);
  logs_.forget(file);
  if (on_rotation_) on_rotation_({file, *archive, inode, size, cause});
  return archive;
}

Result<std::string> Rotation::rename_log(const std::string& file, WallTime now) {
  Error error{"cannot rotate log " + (directory_.path() / file).string() +
                  ": there is no later name for an archive; remove those of the far future",
              EEXIST};
  for (int tried = 0; tried < kMostNames; ++tried) {
    const auto at = times_.next(file, now);
    if (!at) break;
    std::string archive = archive_file_name(file, *at);
    const bool taken = directory_.look_at(archive + ".gz").ok();
    const Status cut_now = taken ? Status{Error{{}, EEXIST}} : cut_log(directory_, file, archive);
    if (cut_now || cut_now.error().code == EEXIST) times_.learn(file, *at);
    if (cut_now) return archive;
    if (cut_now.error().code != EEXIST) return cut_now.error();
  }
  return error;
}

}  // namespace mainstay::logs
