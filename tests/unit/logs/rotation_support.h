// A bench whose capture rotates, and its archives.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "logs/archive_names.h"
#include "support.h"

namespace mainstay::logs::test {

inline model::LogSpec rotating(std::uint64_t size, bool daily = false) {
  model::LogSpec spec;
  spec.rotate.size = Bytes{size};
  spec.rotate.daily = daily;
  return spec;
}

struct RotationBench : Bench {
  explicit RotationBench(bool splice = true, bool begin = true) : Bench(options_for(splice)) {
    capture->set_on_rotation([this](const Rotated& rotated) { rotations.push_back(rotated); });
    if (begin) capture->begin_rotation({});
  }

  static CaptureOptions options_for(bool splice) {
    CaptureOptions options = quick();
    options.splice = splice;
    return options;
  }

  RotateAnswer rotate(const std::string& file) {
    return capture->rotate(file, RotationCause::Asked);
  }

  // The plain archives of a log, oldest first.
  std::vector<std::string> archives(const std::string& file) const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator{folder / "log"}) {
      const auto name = parse_archive_name(entry.path().filename().string());
      if (name && name->log == file && name->part == ArchivePart::Plain)
        names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  // All that was ever captured of a log.
  std::string everything(const std::string& file) const {
    std::string bytes;
    for (const auto& name : archives(file))
      bytes += log(name);
    return bytes + log(file);
  }

  std::vector<Rotated> rotations;
};

}  // namespace mainstay::logs::test
