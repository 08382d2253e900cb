// What rotated logs are called: "backend.out.log" becomes "backend.out_20261122_110007.log" (UTC),
// later compressed "….log.gz"; its index goes beside it as "….log.idx". Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"

namespace mainstay::logs {

// The files that one archive may consist of.
enum class ArchivePart : std::uint8_t {
  Plain,       // "X.log"
  Compressed,  // "X.log.gz"
  Index,       // "X.log.idx": offsets are those of the uncompressed bytes
  Unfinished,  // "X.log.gz.tmp" or "X.log.tmp": of somebody who died while writing it
};

struct ArchiveName {
  std::string log;  // of what it is an archive: "backend.out.log"
  WallTime at;      // whole seconds: when it was cut, or later where names had run ahead
  ArchivePart part = ArchivePart::Plain;
  bool operator==(const ArchiveName&) const = default;
};

// The name of the plain file of an archive of `log`.
std::string archive_file_name(std::string_view log, WallTime at);
std::string archive_file_name(const ArchiveName& name);
// Nothing unless the name is exactly as we write one: other files are none of ours.
std::optional<ArchiveName> parse_archive_name(std::string_view file);
// "backend" of "backend:1.out.log"; nothing when no service can have a log of that name.
std::optional<std::string> service_of_log(std::string_view log);

// The newest archive of each log, so that the next one is named later whatever the clock does.
class ArchiveTimes {
 public:
  void learn(const std::string& log, WallTime at);
  // `now` in whole seconds, or one second after the newest. Nothing when there is no later name
  // any more: somebody has made one for the end of the century after next.
  std::optional<WallTime> next(const std::string& log, WallTime now) const;

 private:
  std::map<std::string, WallTime, std::less<>> newest_;
};

}  // namespace mainstay::logs
