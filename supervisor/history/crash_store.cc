#include "history/crash_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "base/fd.h"
#include "base/text.h"
#include "base/whole_file.h"
#include "io/clock.h"

namespace mainstay::history {

namespace {

namespace fs = std::filesystem;

constexpr const char* kFolder = "crashes";
// Far above what twice kKeptCrashes records can have.
constexpr std::size_t kMaxBytes = 64UL * 1024 * 1024;
constexpr std::size_t kShortenAbove = 2 * kKeptCrashes;

std::string file_name(const std::string& service) {
  return service + ".jsonl";
}

UniqueFd open_folder(const fs::path& state_dir) {
  return UniqueFd{
      open((state_dir / kFolder).c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
}

UniqueFd make_folder(const fs::path& state_dir) {
  if (mkdir((state_dir / kFolder).c_str(), 0700) != 0 && errno != EEXIST) return {};
  return open_folder(state_dir);
}

Error cannot(const char* verb, const fs::path& state_dir, const std::string& service,
             const Error& why) {
  const fs::path file = state_dir / kFolder / file_name(service);
  return {fmt::format("cannot {} {}: {}", verb, file.string(), why.message), why.code};
}

struct Lines {
  std::vector<std::string_view> good;
  std::size_t damaged = 0;
  std::size_t end = 0;  // of the last whole line
};

Lines lines_of(std::string_view bytes) {
  Lines lines;
  for (auto end = bytes.find('\n'); end != std::string_view::npos;
       end = bytes.find('\n', lines.end)) {
    const std::string_view line = bytes.substr(lines.end, end - lines.end);
    lines.end = end + 1;
    if (decode_crash(line)) {
      lines.good.push_back(line);
    } else {
      ++lines.damaged;
    }
  }
  return lines;
}

std::string newest(const Lines& lines) {
  const std::size_t count = lines.good.size();
  std::string bytes;
  for (std::size_t i = count > kKeptCrashes ? count - kKeptCrashes : 0; i < count; ++i)
    bytes.append(lines.good[i]).push_back('\n');
  return bytes;
}

Result<std::string> read_file(int directory, const std::string& name) {
  const UniqueFd file{
      openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
  if (!file) return system_error("cannot open it", errno);
  return read_all(file.get(), kMaxBytes);
}

// Its own fault, and not that of a machine that is short of something just now.
bool is_unusable(const Error& why) {
  return why.code == 0 || why.code == ELOOP || why.code == EACCES || why.code == EPERM ||
         why.code == ENXIO;
}

Status replace(int directory, const std::string& name, std::string_view bytes) {
  const std::string fresh = name + ".new";
  unlinkat(directory, fresh.c_str(), 0);
  const UniqueFd file{
      openat(directory, fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
  if (!file) return system_error("cannot create its successor", errno);
  Status written = write_all(file.get(), bytes);
  if (written && fsync(file.get()) != 0) written = system_error("cannot write it", errno);
  if (written && renameat(directory, fresh.c_str(), directory, name.c_str()) != 0)
    written = system_error("cannot put it in its place", errno);
  if (!written) unlinkat(directory, fresh.c_str(), 0);
  return written;
}

// Puts the line at the end of the last whole one: after a failure the file ends there again.
Status append_line(int directory, const std::string& name, std::string_view line) {
  const UniqueFd file{openat(directory, name.c_str(),
                             O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
                             0600)};
  struct stat before {};
  if (!file || fstat(file.get(), &before) != 0) return system_error("cannot open it", errno);
  Status written = write_all(file.get(), line);
  if (!written && ftruncate(file.get(), before.st_size) != 0)
    written = Error{written.error().message + ", and it ends with a part of a record now",
                    written.error().code};
  return written;
}

}  // namespace

Result<std::vector<CrashRecord>> read_crashes(const fs::path& state_dir,
                                              const std::string& service) {
  std::vector<CrashRecord> records;
  const UniqueFd folder = open_folder(state_dir);
  if (!folder && errno == ENOENT) return records;
  if (!folder) {
    return cannot("read", state_dir, service, system_error("cannot open its folder", errno));
  }
  const auto bytes = read_file(folder.get(), file_name(service));
  if (!bytes && bytes.error().code == ENOENT) return records;
  if (!bytes) return cannot("read", state_dir, service, bytes.error());
  std::string_view left = std::string_view{*bytes}.substr(0, bytes->rfind('\n') + 1);
  while (!left.empty() && records.size() < kKeptCrashes) {
    left.remove_suffix(1);
    const std::size_t begin = left.rfind('\n') + 1;
    if (auto record = decode_crash(left.substr(begin))) records.push_back(std::move(*record));
    left = left.substr(0, begin);
  }
  return records;
}

CrashStore::CrashStore(fs::path state_dir, std::function<void(const std::string&)> notice)
    : state_dir_(std::move(state_dir)), notice_(std::move(notice)) {}

Status CrashStore::append(const CrashRecord& record) {
  const std::string& service = record.service;
  if (!is_valid_name(service)) return Error{"cannot keep a crash record: not a service's name"};
  const UniqueFd folder = make_folder(state_dir_);
  if (!folder) {
    return cannot("write", state_dir_, service, system_error("cannot open its folder", errno));
  }
  const auto known = counts_.find(service);
  if (known == counts_.end() || known->second >= kShortenAbove) {
    if (const Status shortened = shorten(folder.get(), service); !shortened)
      return cannot("write", state_dir_, service, shortened.error());
  }
  const Status written = append_line(folder.get(), file_name(service), encode(record) + "\n");
  if (written) {
    ++counts_[service];
    return written;
  }
  counts_.erase(service);  // looked at again before the next one
  return cannot("write", state_dir_, service, written.error());
}

// Also before the first record of this supervisor: what an earlier one left may end in a part of a
// record, or be no such file at all.
Status CrashStore::shorten(int directory, const std::string& service) {
  const std::string name = file_name(service);
  const auto bytes = read_file(directory, name);
  if (!bytes && bytes.error().code == ENOENT) {
    counts_[service] = 0;
    return {};
  }
  if (!bytes && !is_unusable(bytes.error())) return bytes.error();
  const Lines lines = bytes ? lines_of(*bytes) : Lines{};
  if (!bytes || lines.damaged > 0) {
    const std::string aside = set_aside(directory, name, io::read_clocks().wall);
    if (aside == name) return Error{"it cannot be used and cannot be renamed"};
    notice_(fmt::format("cannot use {}: {}; it is kept as {}",
                        (state_dir_ / kFolder / name).string(),
                        bytes ? "a record in it is damaged" : bytes.error().message, aside));
  } else if (lines.end == bytes->size() && lines.good.size() < kShortenAbove) {
    counts_[service] = lines.good.size();
    return {};
  }
  counts_[service] = std::min(lines.good.size(), kKeptCrashes);
  return replace(directory, name, newest(lines));
}

}  // namespace mainstay::history
