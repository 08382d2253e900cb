#include "config/source_bundle.h"

#include "base/bytes.h"
#include "config/limits.h"

namespace mainstay::config {

namespace {

constexpr std::uint32_t kBundleMagic = 0x3142534dU;  // "MSB1"

Error damaged(const char* why) {
  return Error{std::string{"cannot read the stored configuration: "} + why};
}

}  // namespace

std::string SourceBundle::encode() const {
  Encoder out;
  out.u32(kBundleMagic);
  out.u32(static_cast<std::uint32_t>(files.size()));
  for (const SourceFile& file : files) {
    out.text(file.path.native());
    out.text(file.bytes);
  }
  out.u32(crc32_of(out.bytes()));
  return out.take();
}

Result<SourceBundle> SourceBundle::decode(std::string_view bytes) {
  constexpr std::size_t kTrailer = 4;
  if (bytes.size() < 3 * kTrailer) return damaged("it is too short");
  Decoder trailer{bytes.substr(bytes.size() - kTrailer)};
  bytes.remove_suffix(kTrailer);
  Decoder in{bytes};
  if (in.u32() != kBundleMagic) return damaged("it is something else");
  if (trailer.u32() != crc32_of(bytes)) return damaged("its checksum is wrong");
  const std::uint32_t count = in.u32();
  if (count > kMaxFiles) return damaged("it names too many files");
  SourceBundle bundle;
  std::size_t total = 0;
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    SourceFile file;
    file.path = in.text();
    file.bytes = in.text();
    total += file.bytes.size();
    if (!file.path.is_absolute() || file.bytes.size() > kMaxFileBytes || total > kMaxTotalBytes) {
      return damaged("a file in it is not one that was loaded");
    }
    bundle.files.push_back(std::move(file));
  }
  if (!in.ok() || !in.at_end()) return damaged("its lengths do not fit");
  return bundle;
}

const SourceFile* SourceBundle::find(const std::filesystem::path& path) const {
  for (const SourceFile& file : files) {
    if (file.path.native() == path.native()) return &file;
  }
  return nullptr;
}

}  // namespace mainstay::config
