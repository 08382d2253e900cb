// HTTP checks through the gateway, which is started when somebody asks, replaced when it dies or
// hangs, and ended when nobody has asked for a while. Loop thread only.
//
// The gateway may die at any moment: what it was asked is Unknown at once and is not asked again.
// It is started again at once, then after 0.1, 1 and every 5 seconds; what is asked meanwhile is
// Unknown too.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "checks/gateway_process.h"
#include "checks/http_request.h"
#include "io/loop.h"
#include "process/auxiliary.h"

namespace mainstay::checks {

struct GatewayOptions {
  std::filesystem::path program;                // may be missing: every outcome says so then
  Duration idle = std::chrono::minutes{10};     // without a request it is ended
  Duration grace = std::chrono::seconds{2};     // it may take longer than a request's timeout
  Duration settled = std::chrono::seconds{10};  // a death after that long is the first again
};

class GatewayClient final : public HttpChecks, private GatewayListener {
 public:
  // `notice` is told what belongs into the supervisor's log: that it died, and of what. No callback
  // may destroy the client.
  GatewayClient(io::Loop& loop, process::AuxiliaryRuns& runs, GatewayOptions options,
                std::function<void(const std::string&)> notice);
  ~GatewayClient() override;  // the gateway ends; calls nobody

  std::uint64_t request(HttpRequest request, std::function<void(HttpOutcome)> done) override;
  void cancel(std::uint64_t token) override;

  // From now on a gateway runs always and serves this page, which outlives the client. What is
  // under way is unknown.
  void serve(GatewayPage& page);
  // The page's setup has changed.
  void set_up_page() { gateway_.set_up(); }

  std::size_t under_way() const { return asked_.size(); }

 private:
  struct Asked {
    std::function<void(HttpOutcome)> done;
    MonoTime deadline;
  };
  struct Decided {
    std::uint64_t token;
    HttpOutcome outcome;
  };

  void on_answer(std::uint64_t token, HttpOutcome outcome) override;
  void on_gone(const std::string& why) override;
  void finish(std::uint64_t token, HttpOutcome outcome);
  std::string send(std::uint64_t token, HttpRequest request);
  void decide(std::uint64_t token, const std::string& why);
  void deliver();
  void on_deadline();
  void give_up(std::uint64_t token);
  void watch_deadlines();
  void end_when_idle();
  void forget(std::uint64_t token);

  GatewayOptions options_;
  std::map<std::uint64_t, Asked> asked_;
  std::set<std::pair<MonoTime, std::uint64_t>> deadlines_;  // of what the gateway was asked
  std::vector<Decided> decided_;                            // here, and not told yet
  std::uint64_t next_token_ = 1;
  std::size_t missed_ = 0;  // deadlines in a row
  bool looked_twice_ = false;
  std::optional<MonoTime> watched_;  // when deadline_ fires
  io::Timer deadline_;
  io::Timer delivery_;
  io::Timer idle_;
  GatewayProcess gateway_;
};

}  // namespace mainstay::checks
