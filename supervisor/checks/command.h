// The command check: passes when the command ends with code 0. It runs as the service's user in its
// folder and environment, in a process tree of its own, of which nothing is left when it has ended,
// has taken too long or is not wanted any more.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "checks/means.h"
#include "checks/prober.h"
#include "checks/surroundings.h"

namespace mainstay::checks {

class CommandProber final : public Prober {
 public:
  // `canonical_name` and `shown_name` of whom it is about.
  CommandProber(const Means& means, std::string canonical_name, std::string shown_name,
                std::vector<model::Template> argv, std::unique_ptr<Surroundings> surroundings);
  ~CommandProber() override;

  void look(Duration timeout, Done done) override;

 private:
  void start(process::SpawnRequest request, Duration timeout);
  void on_end(const process::AuxiliaryResult& result, Duration timeout);

  const Means& means_;
  std::string canonical_name_;
  std::string shown_name_;
  std::vector<model::Template> argv_;
  std::unique_ptr<Surroundings> surroundings_;
  Done done_;
  std::uint64_t token_ = 0;
};

// What an ended command says: its code or signal, and the last line that it printed.
Answer judge_command(const process::AuxiliaryResult& result);

}  // namespace mainstay::checks
