// The http check: expands what is asked for and has the gateway ask it.
#pragma once

#include <cstdint>
#include <memory>

#include "checks/means.h"
#include "checks/prober.h"
#include "checks/surroundings.h"

namespace mainstay::checks {

class HttpProber final : public Prober {
 public:
  // `surroundings` may be null when nothing in the probe has references or is a secret; else it has
  // the secrets among the headers (secret_headers()).
  HttpProber(const Means& means, model::HttpProbe probe,
             std::unique_ptr<Surroundings> surroundings);
  ~HttpProber() override;

  void look(Duration timeout, Done done) override;

 private:
  HttpRequest expanded(const process::SpawnRequest* known) const;
  void ask(HttpRequest request, Duration timeout);
  void on_outcome(HttpOutcome outcome);

  const Means& means_;
  model::HttpProbe probe_;
  std::unique_ptr<Surroundings> surroundings_;
  bool has_secrets_ = false;
  Done done_;
  std::uint64_t token_ = 0;
};

// Whether anything in it has to be filled in.
bool has_references(const model::HttpProbe& probe);
// The headers whose values are secrets, as variables for Surroundings.
model::Environment secret_headers(const model::HttpProbe& probe);

}  // namespace mainstay::checks
