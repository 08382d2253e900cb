// proc(5): smaps_rollup, statm.
#include "process/tree_memory.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "base/text.h"
#include "io/clock.h"
#include "process/memory_group.h"

namespace mainstay::process {

namespace {

// A fraction is measured anew when the resident sum has changed by a sixteenth, and after so many
// samples: five minutes with the usual interval.
constexpr std::uint64_t kChange = 16;
constexpr std::uint64_t kSamplesOld = 30;

std::optional<std::uint64_t> first_number(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  std::uint64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  return parsed.ec == std::errc{} ? std::optional{value} : std::nullopt;
}

std::string_view read_proc_file(const Proc& proc, int pid, const char* name,
                                std::span<char> buffer) {
  std::array<char, 64> path;
  std::snprintf(path.data(), path.size(), "%d/%s", pid, name);
  return proc.read(path.data(), buffer);
}

std::uint64_t scaled(std::uint64_t bytes, double fraction) {
  return static_cast<std::uint64_t>(static_cast<double>(bytes) * fraction);
}

}  // namespace

std::optional<std::uint64_t> parse_pss(std::string_view rollup) {
  for (const auto line : split(rollup, '\n')) {
    constexpr std::string_view kKey = "Pss:";
    if (!line.starts_with(kKey)) continue;
    const auto kilobytes = first_number(line.substr(kKey.size()));
    return kilobytes ? std::optional{*kilobytes * 1024} : std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> parse_shared(std::string_view statm, std::uint64_t page_size) {
  const auto fields = split(statm, ' ');
  if (fields.size() < 3) return std::nullopt;
  const auto pages = first_number(fields[2]);
  return pages ? std::optional{*pages * page_size} : std::nullopt;
}

TreeMemory::TreeMemory(Duration budget)
    : budget_(budget),
      left_(budget),
      page_size_(static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE))) {}

void TreeMemory::begin() {
  parts_.clear();
  left_ = std::min(budget_, left_ + budget_);
  ++samples_;
}

void TreeMemory::add(const ProcStat& stat, std::uint32_t tree) {
  parts_.push_back({tree, stat.pid, stat.start_time, stat.resident_pages * page_size_});
}

void TreeMemory::finish(const Proc& proc, UsageSample& out) {
  std::ranges::sort(parts_, [](const Part& a, const Part& b) {
    return std::pair{a.tree, a.pid} < std::pair{b.tree, b.pid};
  });
  auto first = parts_.cbegin();
  for (std::uint32_t tree = 0; tree < out.trees.size(); ++tree) {
    const auto last =
        std::find_if(first, parts_.cend(), [tree](const Part& part) { return part.tree != tree; });
    out.trees[tree].memory_bytes = of_tree(proc, out.index->entries[tree], first, last);
    first = last;
  }
  forget_the_gone();
}

std::uint64_t TreeMemory::of_tree(const Proc& proc, const TreeIndex::Entry& tree, Parts first,
                                  Parts last) {
  if (first == last) return 0;
  if (tree.memory) {
    if (const auto counted = read_group_memory(tree.memory)) return counted->held;
  }
  std::uint64_t resident = 0;
  for (auto part = first; part != last; ++part)
    resident += part->resident;
  return std::next(first) == last ? resident
                                  : of_several(proc, tree.instance, first, last, resident);
}

std::uint64_t TreeMemory::of_several(const Proc& proc, const std::string& name, Parts first,
                                     Parts last, std::uint64_t resident) {
  std::uint64_t members = 0;
  for (auto part = first; part != last; ++part)
    members = members * 1099511628211ULL + static_cast<std::uint64_t>(part->pid) + part->start_time;
  const auto known = shares_.find(name);
  if (known != shares_.end()) {
    Share& share = known->second;
    share.seen = samples_;
    const auto change = std::max(resident, share.resident) - std::min(resident, share.resident);
    const bool holds = share.members == members && change <= share.resident / kChange &&
                       samples_ - share.measured < kSamplesOld;
    if (holds) return scaled(resident, share.fraction);
  }
  if (left_ <= Duration{0}) {
    return known != shares_.end() && known->second.members == members
               ? scaled(resident, known->second.fraction)
               : estimate(proc, first, last);
  }
  const MonoTime begun = io::read_clocks().mono;
  const std::uint64_t held = proportional(proc, first, last);
  left_ -= io::read_clocks().mono - begun;
  const double fraction =
      resident == 0 ? 1 : static_cast<double>(held) / static_cast<double>(resident);
  shares_[name] = {members, resident, fraction, samples_, samples_};
  return held;
}

std::uint64_t TreeMemory::proportional(const Proc& proc, Parts first, Parts last) const {
  std::uint64_t sum = 0;
  std::array<char, 2048> buffer;
  for (auto part = first; part != last; ++part) {
    // Nothing where we may not look.
    const auto share = parse_pss(read_proc_file(proc, part->pid, "smaps_rollup", buffer));
    sum += share.value_or(part->resident);
  }
  return sum;
}

// What is not shared of each, and the most that one of them shares: too much after a fork, as pages
// that parent and child have in common are nobody's file.
std::uint64_t TreeMemory::estimate(const Proc& proc, Parts first, Parts last) const {
  std::uint64_t alone = 0;
  std::uint64_t together = 0;
  std::array<char, 256> buffer;
  for (auto part = first; part != last; ++part) {
    const auto text = read_proc_file(proc, part->pid, "statm", buffer);
    const auto shared = std::min(parse_shared(text, page_size_).value_or(0), part->resident);
    alone += part->resident - shared;
    together = std::max(together, shared);
  }
  return alone + together;
}

void TreeMemory::forget_the_gone() {
  std::erase_if(shares_, [this](const auto& share) { return share.second.seen != samples_; });
}

}  // namespace mainstay::process
