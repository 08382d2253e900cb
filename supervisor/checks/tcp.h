// The tcp check: passes when a connection is accepted at one of the addresses.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "checks/address.h"
#include "checks/means.h"
#include "checks/names.h"
#include "checks/patience.h"
#include "checks/prober.h"
#include "checks/surroundings.h"

namespace mainstay::checks {

class TcpProber final : public Prober {
 public:
  // `surroundings` may be null when the address has no references.
  TcpProber(const Means& means, Names& names, model::Template address,
            std::unique_ptr<Surroundings> surroundings);
  ~TcpProber() override;

  void look(Duration timeout, Done done) override;

 private:
  struct Attempt;
  void begin(const std::string& address);
  void on_found(const Names::Addresses& addresses);
  void try_next();
  std::optional<Answer> begin_attempt(const io::SocketAddress& address);
  void on_ready(Attempt& attempt);
  void note_failure(const io::SocketAddress& address, int number);
  void on_time();
  std::string describe_failures() const;
  void finish(Answer answer);

  const Means& means_;
  Names& names_;
  model::Template address_;
  std::unique_ptr<Surroundings> surroundings_;
  Done done_;
  Duration timeout_{0};
  Target target_;
  std::uint64_t ticket_ = 0;
  std::size_t next_ = 0;  // of the addresses
  std::size_t open_ = 0;  // attempts that have not been answered
  std::vector<std::unique_ptr<Attempt>> attempts_;
  std::vector<std::string> failures_;
  io::Timer stagger_;
  Patience patience_;
};

}  // namespace mainstay::checks
