#include "logs/inventory.h"

#include <algorithm>
#include <utility>

#include "logs/names.h"

namespace mainstay::logs {

namespace {

constexpr std::string_view kIndexEnding = ".log.idx";
constexpr std::string_view kStagingEnding = ".log.raw";

using ArchiveKey = std::pair<std::string, WallTime>;

class Sorting {
 public:
  explicit Sorting(const KeepPolicy& policy) : policy_(policy) {}

  void add(const DirectoryEntry& entry) {
    const WallTime modified{Duration{entry.modified_ns}};
    if (const auto name = parse_archive_name(entry.name)) return add_archive(entry, *name);
    const bool index = entry.name.ends_with(kIndexEnding);
    const bool staging = entry.name.ends_with(kStagingEnding);
    const bool beside = index || staging;
    const std::string log = beside ? entry.name.substr(0, entry.name.size() - 4) : entry.name;
    if (!service_of_log(log)) return;
    Live& live = live_[log];
    live.log.bytes += entry.size;
    if (staging) return;
    (index ? live.indexed : live.there) = true;
    if (!index) live.log.modified = modified;
  }

  Inventory finish() {
    for (auto& [log, live] : live_) {
      if (is_ours(log, live.indexed) && (live.there || live.indexed))
        out_.live.emplace(log, live.log);
    }
    for (auto& [key, archive] : archives_) {
      if (!archive.plain && !archive.compressed) {
        out_.stray_indexes.push_back(index_file_name(archive.file_name()));
      } else if (is_ours(archive.log, archive.indexed)) {
        out_.archives.push_back(std::move(archive));
      }
    }
    return std::move(out_);
  }

 private:
  struct Live {
    LiveLog log;
    bool there = false;
    bool indexed = false;
  };

  void add_archive(const DirectoryEntry& entry, const ArchiveName& name) {
    if (name.part == ArchivePart::Unfinished) {
      if (policy_.declared(name.log) != nullptr) out_.unfinished.push_back(entry.name);
      return;
    }
    Archive& archive = archives_[{name.log, name.at}];
    archive.log = name.log;
    archive.at = name.at;
    archive.bytes += entry.size;
    archive.plain |= name.part == ArchivePart::Plain;
    archive.compressed |= name.part == ArchivePart::Compressed;
    archive.indexed |= name.part == ArchivePart::Index;
    if (name.part != ArchivePart::Index)
      archive.modified = std::max(archive.modified, WallTime{Duration{entry.modified_ns}});
  }

  bool is_ours(const std::string& log, bool indexed) const {
    return indexed || policy_.declared(log) != nullptr;
  }

  const KeepPolicy& policy_;
  std::map<std::string, Live, std::less<>> live_;
  std::map<ArchiveKey, Archive> archives_;
  Inventory out_;
};

}  // namespace

const model::RotateSpec* KeepPolicy::declared(std::string_view log) const {
  const auto name = service_of_log(log);
  const auto found = name ? programs.find(*name) : programs.end();
  return found == programs.end() ? nullptr : &found->second;
}

model::RotateSpec own_log_rotation() {
  model::RotateSpec own;
  own.size = Bytes{10 * 1024 * 1024};
  own.keep = 5;
  own.max_age.reset();
  own.compress = true;
  return own;
}

KeepPolicy keep_policy(const model::Ecosystem& ecosystem) {
  KeepPolicy policy;
  policy.total_size = ecosystem.logs.total_size.count;
  for (const auto& service : ecosystem.services)
    policy.programs.emplace(service.name, service.logs.rotate);
  for (const auto& job : ecosystem.jobs)
    policy.programs.emplace(job.name, job.logs.rotate);
  policy.programs.insert_or_assign("supervisor", own_log_rotation());
  return policy;
}

std::uint64_t Inventory::bytes() const {
  std::uint64_t sum = 0;
  for (const auto& [name, log] : live)
    sum += log.bytes;
  for (const Archive& archive : archives)
    sum += archive.bytes;
  return sum;
}

Inventory take_inventory(std::span<const DirectoryEntry> entries, const KeepPolicy& policy) {
  Sorting sorting{policy};
  for (const DirectoryEntry& entry : entries)
    sorting.add(entry);
  return sorting.finish();
}

}  // namespace mainstay::logs
