// Ready when a file of that name exists, whatever it is.
#pragma once

#include <filesystem>

#include "checks/guard.h"
#include "checks/means.h"
#include "checks/prober.h"

namespace mainstay::checks {

class FileProber final : public Prober {
 public:
  FileProber(const Means& means, std::filesystem::path path)
      : means_(means), path_(std::move(path)) {}

  void look(Duration timeout, Done done) override;

 private:
  const Means& means_;
  std::filesystem::path path_;
  Guard guard_;
};

}  // namespace mainstay::checks
