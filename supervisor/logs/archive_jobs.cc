#include "logs/archive_jobs.h"

#include <algorithm>
#include <cerrno>
#include <set>
#include <utility>

#include "logs/compress.h"
#include "logs/names.h"
#include "logs/retention.h"

namespace mainstay::logs {

namespace {

// With new archives waiting, one job compresses no more than this.
constexpr std::uint64_t kEnoughForNow = 8 * 1024 * 1024;

void note(JobReport& report, const Status& status) {
  if (!status && status.error().code != ENOENT && !report.trouble) report.trouble = status.error();
}

// The directory and what was found in it.
struct ArchiveFolder {
  Directory directory;
  Inventory inventory;
};

Result<ArchiveFolder> enter(const std::filesystem::path& path, const KeepPolicy& policy) {
  auto directory = Directory::open(path);
  if (!directory) return directory.error();
  const auto entries = directory->list();
  if (!entries) return entries.error();
  return ArchiveFolder{std::move(*directory), take_inventory(*entries, policy)};
}

void learn_newest(JobReport& report, const Inventory& inventory) {
  for (const Archive& archive : inventory.archives) {
    if (report.newest.empty() || report.newest.back().log != archive.log)
      report.newest.push_back({archive.log, archive.at, ArchivePart::Plain});
    report.newest.back().at = archive.at;  // a log's archives come oldest first
  }
}

void delete_archive(JobReport& report, Directory& directory, Archive& archive) {
  const std::string name = archive.file_name();
  if (archive.plain) note(report, directory.remove(name));
  if (archive.compressed) note(report, directory.remove(compressed_name(name)));
  const bool there = directory.look_at(name).ok() || directory.look_at(compressed_name(name)).ok();
  if (there) return;
  if (archive.indexed) note(report, directory.remove(index_file_name(name)));
  report.freed += archive.bytes;
  archive.plain = archive.compressed = archive.indexed = false;
}

void delete_these(JobReport& report, ArchiveFolder& place,
                  const std::vector<std::size_t>& numbers) {
  for (const std::size_t number : numbers)
    delete_archive(report, place.directory, place.inventory.archives[number]);
}

// A plain file beside a compressed one, which appears whole: only its removal is missing.
void drop_doubles(JobReport& report, ArchiveFolder& place) {
  for (Archive& archive : place.inventory.archives) {
    if (!archive.plain || !archive.compressed) continue;
    note(report, place.directory.remove(archive.file_name()));
    archive.plain = false;
  }
}

bool wants_compression(const Archive& archive, const KeepPolicy& policy) {
  const model::RotateSpec* spec = policy.declared(archive.log);
  return archive.plain && !archive.compressed && spec != nullptr && spec->compress;
}

void compress_all(JobReport& report, ArchiveFolder& place, const KeepPolicy& policy,
                  const JobSignals& signals) {
  std::uint64_t done = 0;
  for (const Archive& archive : place.inventory.archives) {
    if (signals.stop || (signals.more && done >= kEnoughForNow)) return;
    if (!wants_compression(archive, policy)) continue;
    const Status compressed = compress_archive(place.directory, archive.file_name(), signals.stop);
    done += archive.bytes;
    if (compressed || compressed.error().code == ECANCELED) continue;
    note(report, compressed);
    if (compressed.error().code == ENOSPC || compressed.error().code == EDQUOT) return;
  }
}

// A job is done at a place; without one its report says why.
template <typename Act>
JobReport at_place(const std::filesystem::path& path, const KeepPolicy& policy, const Act& act) {
  JobReport report;
  auto place = enter(path, policy);
  if (place) {
    act(report, *place);
  } else {
    report.trouble = place.error();
  }
  return report;
}

}  // namespace

JobReport clear_up(const std::filesystem::path& path, const KeepPolicy& policy) {
  return at_place(path, policy, [](JobReport& report, ArchiveFolder& place) {
    for (const std::string& file : place.inventory.unfinished)
      note(report, place.directory.remove(file));
    for (const std::string& file : place.inventory.stray_indexes)
      note(report, place.directory.remove(file));
    drop_doubles(report, place);
    learn_newest(report, place.inventory);
  });
}

JobReport tidy_up(const std::filesystem::path& path, const KeepPolicy& policy, WallTime now,
                  const JobSignals& signals) {
  return at_place(path, policy, [&](JobReport& report, ArchiveFolder& place) {
    const Retention retention = decide_retention(place.inventory, policy, now);
    report.next = retention.next;
    delete_these(report, place, retention.doomed);
    drop_doubles(report, place);
    compress_all(report, place, policy, signals);
  });
}

JobReport delete_oldest(const std::filesystem::path& path, const KeepPolicy& policy,
                        std::uint64_t bytes) {
  return at_place(path, policy, [&](JobReport& report, ArchiveFolder& place) {
    delete_these(report, place, oldest_archives(place.inventory, bytes));
  });
}

JobReport delete_all_of(const std::filesystem::path& path, const KeepPolicy& policy,
                        const std::vector<std::string>& logs) {
  return at_place(path, policy, [&](JobReport& report, ArchiveFolder& place) {
    const std::set<std::string> wanted{logs.begin(), logs.end()};
    for (Archive& archive : place.inventory.archives) {
      if (wanted.contains(archive.log)) delete_archive(report, place.directory, archive);
    }
  });
}

Result<Inventory> look_around(const std::filesystem::path& path, const KeepPolicy& policy) {
  auto place = enter(path, policy);
  if (!place) return place.error();
  return std::move(place->inventory);
}

}  // namespace mainstay::logs
