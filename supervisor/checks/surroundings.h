// The environment, user and folder that a check's templates and commands get: those of the run,
// composed like for its start, secrets too. Composed when first needed and kept as long as the
// check. Loop thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "model/service_spec.h"
#include "process/preparation.h"
#include "runtime/ports.h"

namespace mainstay::checks {

class Surroundings {
 public:
  // Both outlive this. `more` are values beside the service's own, read and expanded with them.
  Surroundings(process::Preparer& preparer, const runtime::StartRequest& start,
               model::Environment more = {});
  ~Surroundings();  // calls nobody
  Surroundings(const Surroundings&) = delete;
  Surroundings& operator=(const Surroundings&) = delete;

  // A request in the run's surroundings; its arguments are the service's own. An error says what
  // could not be read, and never a secret.
  using Known = Result<process::SpawnRequest>;
  // `got` is called once, from inside this call or later, when secret commands have to run first.
  // One at a time.
  void get(std::function<void(const Known&)> got);
  // Composes them anew the next time: what was read may have changed.
  void forget();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// Whether there is anything in it to be filled in.
bool has_references(const model::Template& text);
// With the environment of `request`.
std::string expand_in(const model::Template& text, const process::SpawnRequest& request);

}  // namespace mainstay::checks
