#include "history/file_aside.h"

#include <fmt/format.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace mainstay::history {

namespace {

namespace fs = std::filesystem;

// The database goes first: without it SQLite takes no notice of the others.
constexpr std::array<std::string_view, 3> kParts = {"", "-wal", "-shm"};
constexpr std::size_t kStampSize = 15;

// "20261122_110007", in UTC.
std::string stamp(WallTime at) {
  const std::string text = format_rfc3339(at);  // "2026-11-22T11:00:07.000Z"
  return fmt::format("{}{}{}_{}{}{}", text.substr(0, 4), text.substr(5, 2), text.substr(8, 2),
                     text.substr(11, 2), text.substr(14, 2), text.substr(17, 2));
}

fs::path with(const fs::path& file, std::string_view ending) {
  return fs::path{file}.concat(ending);
}

bool is_taken(const fs::path& path) {
  std::error_code ignored;
  return fs::symlink_status(path, ignored).type() != fs::file_type::not_found;
}

bool is_free(const fs::path& name) {
  return std::none_of(kParts.begin(), kParts.end(),
                      [&](std::string_view part) { return is_taken(with(name, part)); });
}

fs::path free_name(const fs::path& file, std::string_view reason, WallTime now) {
  const fs::path wanted = with(file, fmt::format(".{}_{}", reason, stamp(now)));
  fs::path name = wanted;
  for (int number = 2; !is_free(name); ++number)
    name = with(wanted, fmt::format(".{}", number));
  return name;
}

std::string_view without_part(std::string_view name) {
  for (const std::string_view part : {kParts[1], kParts[2]})
    if (name.ends_with(part)) name.remove_suffix(part.size());
  return name;
}

// When a file was set aside, of its name after "mainstay.db."; empty: it is none of those.
std::string_view stamp_in(std::string_view rest) {
  const auto letters = rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz");
  if (letters == std::string_view::npos || letters == 0 || rest[letters] != '_') return {};
  const std::string_view stamped = rest.substr(letters + 1);
  const bool is_stamp = stamped.size() >= kStampSize && stamped[8] == '_' &&
                        stamped.find_first_not_of("0123456789_.") == std::string_view::npos;
  return is_stamp ? stamped : std::string_view{};
}

// Beside `file`: when, and what it is called without its part.
std::set<std::pair<std::string, std::string>> all_aside(const fs::path& file) {
  std::set<std::pair<std::string, std::string>> found;
  const std::string prefix = file.filename().string() + ".";
  std::error_code failed;
  for (fs::directory_iterator entry{file.parent_path(), failed}, end; !failed && entry != end;
       entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(prefix)) continue;
    const std::string_view base = without_part(name);
    const std::string_view when = stamp_in(base.substr(std::min(prefix.size(), base.size())));
    if (!when.empty()) found.emplace(when, base);
  }
  return found;
}

void forget_oldest(const fs::path& file) {
  auto aside = all_aside(file);
  while (aside.size() > kKeptAside) {
    const fs::path oldest = file.parent_path() / aside.begin()->second;
    for (const std::string_view part : kParts)
      unlink(with(oldest, part).c_str());
    aside.erase(aside.begin());
  }
}

}  // namespace

Result<fs::path> set_file_aside(const fs::path& file, std::string_view reason, WallTime now) {
  const fs::path name = free_name(file, reason, now);
  for (const std::string_view part : kParts) {
    if (rename(with(file, part).c_str(), with(name, part).c_str()) == 0 || errno == ENOENT)
      continue;
    return system_error(
        fmt::format("cannot rename {} to {}", with(file, part).string(), name.string()), errno);
  }
  forget_oldest(file);
  return name;
}

}  // namespace mainstay::history
