// Puts the ecosystem together from its files.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/alerts.h"
#include "config/includes.h"
#include "config/program.h"
#include "config/relations.h"
#include "model/ecosystem.h"

namespace mainstay::config {

class Assembly {
 public:
  Assembly(Sources& sources, Findings& findings, Budget& budget, Arena& arena, const Shared& shared)
      : sources_(sources),
        findings_(findings),
        budget_(budget),
        arena_(arena),
        shared_(shared),
        alerts_(out_.alerts) {}

  // Complete only when `findings` has no error afterwards.
  model::Ecosystem read(const std::filesystem::path& root);

 private:
  void read_globals(const Field& root);
  void read_services(const Field& services, const ConfigFile& file);
  void read_jobs(const Field& jobs, const ConfigFile& file);
  void read_monitors(const Field& monitors, std::uint32_t file);
  // Whether nothing of that kind and name was declared before; both places are named otherwise.
  bool declare(const Field& field, std::string_view kind);
  bool declare_once(const Field& field);
  void check_totals();

  Sources& sources_;
  Findings& findings_;
  Budget& budget_;
  Arena& arena_;
  const Shared& shared_;
  model::Ecosystem out_;
  AlertsReader alerts_;
  std::map<std::string, Position, std::less<>> declared_;
  std::vector<Mention> mentions_;
};

}  // namespace mainstay::config
