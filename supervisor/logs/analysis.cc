#include "logs/analysis.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "logs/archive_names.h"

namespace mainstay::logs {

namespace {

const DirectoryEntry* find_entry(const std::vector<DirectoryEntry>& entries,
                                 const std::string& name) {
  const auto found = std::lower_bound(
      entries.begin(), entries.end(), name,
      [](const DirectoryEntry& entry, const std::string& wanted) { return entry.name < wanted; });
  return found == entries.end() || found->name != name ? nullptr : &*found;
}

}  // namespace

Analysis::Analysis(const Directory& directory, std::vector<Subject> subjects, Span span,
                   TallyLimits limits)
    : directory_(directory), subjects_(std::move(subjects)), span_(span), limits_(limits) {
  look_around();
  for (const Subject& subject : subjects_) {
    for (const Source& source : subject.sources)
      bytes_ += bytes_of(source);
  }
}

// The directory is read once, and again only when a log was rotated meanwhile.
void Analysis::look_around() {
  entries_ = list_logs(directory_);
  std::sort(entries_.begin(), entries_.end(),
            [](const DirectoryEntry& a, const DirectoryEntry& b) { return a.name < b.name; });
  archives_.emplace(entries_);
}

// Of what may hold lines of the span: the last line of a file is as old as the file's last change.
std::uint64_t Analysis::bytes_of(const Source& source) const {
  std::uint64_t sum = 0;
  const auto add = [&](const std::string& file) {
    const DirectoryEntry* entry = find_entry(entries_, file);
    if (entry != nullptr && span_.since <= WallTime{Duration{entry->modified_ns}})
      sum += entry->size;
  };
  add(source.file);
  for (const Segment& segment : archives_->of(source.file))
    add(segment.file);
  return sum;
}

LogChain Analysis::open(const Source& source) {
  LogChain chain = open_live(directory_, source);
  const DirectoryEntry* listed = find_entry(entries_, source.file);
  // What it was called when the directory was read has another name now: it was rotated.
  if (chain.live.fd && (listed == nullptr || listed->inode != chain.live.inode)) look_around();
  add_archives(chain, *archives_);
  return chain;
}

bool Analysis::next_source() {
  while (findings_.size() < subjects_.size()) {
    const Subject& subject = subjects_[findings_.size()];
    if (!tally_) tally_ = std::make_unique<Tally>(subject.service, limits_);
    if (source_ < subject.sources.size()) {
      const Source& source = subject.sources[source_];
      reading_bytes_ = bytes_of(source);
      reading_ = std::make_unique<AnalysisSource>(directory_, open(source), span_, *tally_);
      return true;
    }
    findings_.push_back(tally_->take());
    tally_.reset();
    source_ = 0;
  }
  return false;
}

void Analysis::finish_source() {
  reading_.reset();
  bytes_done_ += std::exchange(reading_bytes_, 0);
  ++source_;
}

bool Analysis::run(std::uint64_t bytes) {
  Budget budget{bytes};
  while (reading_ || next_source()) {
    if (!reading_->run(budget)) return false;
    finish_source();
    budget.spend(1);
    if (budget.spent()) return false;
  }
  return true;
}

Analysis::Progress Analysis::progress() const {
  Progress progress;
  progress.services_done = findings_.size();
  progress.services = subjects_.size();
  if (findings_.size() < subjects_.size()) progress.service = subjects_[findings_.size()].service;
  const std::uint64_t reading = reading_ ? reading_->bytes_read() : 0;
  progress.bytes_done = bytes_done_ + std::min(reading, reading_bytes_);
  progress.bytes = bytes_;
  return progress;
}

}  // namespace mainstay::logs
