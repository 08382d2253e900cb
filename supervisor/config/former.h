// The configuration that was in force before the present one: what `ctl apply --rollback` puts in
// force again. Controllers leave it to one another.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace mainstay::config {

// As secret as its sources (source_bundle.h): it is kept in memory only.
struct Former {
  std::optional<WallTime> since;  // nothing: since the supervisor was started
  WallTime until;                 // when the present one took its place
  std::string replaced_by;        // who put that in force
  std::string sources;            // SourceBundle, encoded
  bool operator==(const Former&) const = default;

  std::string encode() const;
  // An error for whatever encode() cannot have written; the sources are not looked into.
  static Result<Former> decode(std::string_view bytes);
};

// What the one in force, `sources`, becomes when `who` replaces it. `before` is what was before it:
// it came into force when that one ended.
Former former_of(std::string sources, const std::optional<Former>& before, std::string who,
                 WallTime now);

}  // namespace mainstay::config
