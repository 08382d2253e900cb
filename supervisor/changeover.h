// `ctl apply`: another configuration takes the place of the one in force.
//
// The file is read and judged in a worker. From the moment that the keeper holds it as the next
// one, the change is decided: services that are not in it are stopped, those that need others
// first. Then, in one step, it is the one in force; this controller ends, and the keeper starts
// another, which takes over what there is, starts what is new and restarts what runs as the former
// one said. Whoever dies at whatever moment, the next controller goes on from there. What was in
// force is kept, so that a rollback finds it. Loop thread only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/result.h"
#include "config_notes.h"
#include "config_reading.h"
#include "control/configuration.h"
#include "controller_options.h"
#include "inheritance.h"
#include "io/loop.h"
#include "model/dependency_graph.h"
#include "process/keeper_client.h"
#include "runtime/controller.h"

namespace mainstay {

class Changeover final : public control::Configuration {
 public:
  using Notice = std::function<void(const std::string&)>;

  Changeover(io::Loop& loop, process::KeeperClient& keeper, Inheritance& inherited,
             const ControllerArguments& arguments, Notice notice);

  // What the former configuration has left to do under the present one, for the runtime.
  std::optional<runtime::Renewal> take_renewal();
  // From now on there is something to change; `controller` outlives this. What a former controller
  // had begun goes on, unless this one `only_watches`.
  void serve(runtime::Controller& controller, bool only_watches);
  // The first settle() is over: what was left to do is recorded.
  void begun();
  // After every settle().
  void after_settle();
  // Nothing may be settled any more: this controller is to end.
  bool is_over() const { return step_ == Step::Over; }
  // Then, after every turn; `drained`: every client has its answers. True when it is time.
  bool after_turn(bool drained);

  const std::string& hash() const override { return inherited_.config_hash(); }
  const std::filesystem::path& file() const override { return inherited_.config_file(); }
  bool changes() const override { return step_ != Step::None; }
  void plan(const control::ConfigRequest& request, control::Proposed proposed) override;
  void apply(const control::ConfigRequest& request, control::Proposed applied) override;

 private:
  enum class Step { None, Reading, Stopping, Over };

  void read(const control::ConfigRequest& request,
            std::function<void(std::shared_ptr<ConfigReading>)> then);
  control::Proposal propose(const ConfigReading& reading) const;
  std::optional<control::RpcFailure> refusal() const;
  void reject(const control::ConfigRequest& request, const ConfigReading& reading,
              const control::Proposed& applied);
  void begin(const control::ConfigRequest& request, const ConfigReading& reading,
             control::Proposed applied);
  void resume();
  bool change();
  void stop_next();
  std::vector<InstanceId> last_of_removed() const;
  Result<UniqueFd> former() const;
  void replace();
  void give_up(const std::string& why);

  io::Loop& loop_;
  process::KeeperClient& keeper_;
  Inheritance& inherited_;
  const ControllerArguments& arguments_;
  Notice notice_;
  runtime::Controller* controller_ = nullptr;
  std::optional<RenewalNote> renewal_;

  Step step_ = Step::None;
  NextConfig next_;
  control::Proposal proposal_;
  bool other_page_ = false;
  control::Proposed applied_;
  model::DependencyGraph graph_;
  std::optional<runtime::RequestId> stopping_;
  std::set<InstanceId> given_up_;  // cannot be stopped
  io::Timer patience_;             // for clients that do not take their answers
  bool waits_ = true;
};

}  // namespace mainstay
