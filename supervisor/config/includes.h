// The ecosystem file and all it includes, as trees, each with the vars and defaults that hold in
// it.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <vector>

#include "config/field.h"
#include "config/names.h"
#include "config/node.h"
#include "config/sources.h"

namespace mainstay::config {

struct ConfigFile {
  ConfigFile(std::uint32_t index, const Node* tree, const Vars* outer)
      : file(index), root(tree), vars(outer) {}

  std::uint32_t file;
  const Node* root;                // a map
  Vars vars;                       // its own, then those of the file that includes it
  const Node* defaults = nullptr;  // its own over those of the file that includes it
};

class Includes {
 public:
  Includes(Sources& sources, Findings& findings, Budget& budget, Arena& arena,
           const EnvironmentLookup& environment)
      : sources_(sources),
        findings_(findings),
        budget_(budget),
        arena_(arena),
        environment_(environment) {}

  // Each file before those that it includes. What cannot be read, or is no map, is reported and
  // left out.
  const std::deque<ConfigFile>& read(const std::filesystem::path& root);

 private:
  void read_file(const std::filesystem::path& path, const ConfigFile* includer,
                 const Field* mention);
  const Node* parse(std::uint32_t file, bool is_root);
  void read_vars(const Field& field, ConfigFile& out);
  void follow(const Field& root, const ConfigFile& file);
  void include(const Field& field, const std::string& text, const ConfigFile& file);
  bool closes_circle(const std::filesystem::path& path, const Field& field);

  Sources& sources_;
  Findings& findings_;
  Budget& budget_;
  Arena& arena_;
  const EnvironmentLookup& environment_;
  std::deque<ConfigFile> files_;
  std::vector<std::filesystem::path> chain_;  // from the root to the file being read
};

}  // namespace mainstay::config
