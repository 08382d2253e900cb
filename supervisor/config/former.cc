#include "config/former.h"

#include <utility>

#include "base/bytes.h"

namespace mainstay::config {

namespace {

constexpr std::uint32_t kFormerMagic = 0x31524f46U;  // "FOR1"

}  // namespace

std::string Former::encode() const {
  Encoder out;
  out.u32(kFormerMagic);
  out.flag(since.has_value());
  out.wall(since.value_or(WallTime{}));
  out.wall(until);
  out.text(replaced_by);
  out.text(sources);
  return out.take();
}

Result<Former> Former::decode(std::string_view bytes) {
  Decoder in{bytes};
  const bool ours = in.u32() == kFormerMagic;
  Former former;
  const bool has_since = in.flag();
  const WallTime since = in.wall();
  if (has_since) former.since = since;
  former.until = in.wall();
  former.replaced_by = in.text();
  former.sources = in.text();
  if (!ours || !in.ok() || !in.at_end())
    return Error{"cannot read what a former controller left about the configuration before"};
  return former;
}

Former former_of(std::string sources, const std::optional<Former>& before, std::string who,
                 WallTime now) {
  Former former;
  if (before) former.since = before->until;
  former.until = now;
  former.replaced_by = std::move(who);
  former.sources = std::move(sources);
  return former;
}

}  // namespace mainstay::config
