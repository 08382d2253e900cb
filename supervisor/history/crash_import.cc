#include "history/crash_import.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <utility>

#include "base/fd.h"
#include "base/text.h"
#include "base/whole_file.h"

namespace mainstay::history {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnding = ".jsonl";
// Far above what such a file can have.
constexpr std::size_t kMaxBytes = 64UL * 1024 * 1024;

struct Records {
  std::vector<CrashRecord> good;  // oldest first
  std::string damage;             // why not all of them
};

Result<Records> read_records(int folder, const std::string& name) {
  const UniqueFd file{openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
  if (!file) return system_error("cannot open it", errno);
  const auto bytes = read_all(file.get(), kMaxBytes);
  if (!bytes) return bytes.error();
  Records records;
  // What follows the last line was cut off by the death of who wrote it.
  const std::string_view whole = std::string_view{*bytes}.substr(0, bytes->rfind('\n') + 1);
  for (const std::string_view line : split(whole, '\n')) {
    if (line.empty()) continue;
    auto record = decode_crash(line);
    if (record && is_valid_name(record->service)) {
      records.good.push_back(std::move(*record));
    } else {
      records.damage = "a record in it is damaged";
    }
  }
  return records;
}

Status keep(const std::vector<CrashRecord>& records, Database& database, CrashTable& table) {
  if (const Status begun = database.begin(); !begun) return begun;
  Status kept;
  for (const CrashRecord& record : records)
    if (kept) kept = table.add(record);
  if (kept) kept = database.commit();
  if (!kept) database.rollback();
  return kept;
}

// Of a machine that is short of something just now, or a disk that fails.
bool passes(const Error& why) {
  return why.code == EMFILE || why.code == ENFILE || why.code == ENOMEM || why.code == EIO;
}

std::vector<std::string> files_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code failed;
  for (fs::directory_iterator entry{folder, failed}, end; !failed && entry != end;
       entry.increment(failed)) {
    std::string name = entry->path().filename().string();
    if (name.ends_with(kEnding)) names.push_back(std::move(name));
  }
  return names;
}

}  // namespace

Status import_crashes(const fs::path& state_dir, Database& database, CrashTable& table,
                      WallTime now, std::vector<std::string>& notices) {
  const fs::path path = state_dir / "crashes";
  const UniqueFd folder{open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  if (!folder) return {};
  for (const std::string& name : files_in(path)) {
    const auto records = read_records(folder.get(), name);
    if (!records && passes(records.error())) return records.error();
    if (records) {
      if (const Status kept = keep(records->good, database, table); !kept) return kept;
    }
    const std::string damage = records ? records->damage : records.error().message;
    if (damage.empty()) {
      unlinkat(folder.get(), name.c_str(), 0);
      continue;
    }
    notices.push_back(fmt::format("cannot use {}: {}; it is kept as {}", (path / name).string(),
                                  damage, set_aside(folder.get(), name, now)));
  }
  rmdir(path.c_str());  // fails while something is kept in it
  return {};
}

}  // namespace mainstay::history
