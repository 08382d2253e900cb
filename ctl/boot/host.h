// The system that is to start the supervisor: its files, its programs, and whose we are on it.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ctl/boot/plan.h"
#include "ctl/boot/run.h"
#include "mainstay/endpoint.h"

namespace mainstay::ctl::boot {

struct Host {
  std::string root;    // in front of every path; empty but in tests
  std::string kernel;  // uname(2): "Linux", "Darwin"
  bool as_root = false;
  std::string user;  // its name, for loginctl
  EnvironmentLookup environment;
  std::function<Result<Ran>(const std::vector<std::string>&)> run;

  std::filesystem::path at(std::string_view path) const { return root + std::string{path}; }
  bool exists(std::string_view path) const;
  bool is_executable(std::string_view path) const;
  // Nothing: there is none, or it cannot be read.
  std::optional<std::string> read(std::string_view path) const;
  // With the folders to it; whoever looks finds the old text or the new one, whole.
  Status write(std::string_view path, std::string_view text, mode_t mode) const;
  Status remove(std::string_view path) const;
  // Can a file be made in the folder, or in what there is of the way to it?
  bool is_writable_folder(std::string_view path) const;

  // What starts services here, if one that we know does.
  std::optional<Target> native() const;
};

// The one we run on.
Host this_host(EnvironmentLookup environment);

}  // namespace mainstay::ctl::boot
