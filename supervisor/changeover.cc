#include "changeover.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "base/text.h"
#include "io/clock.h"
#include "process/memfd.h"

namespace mainstay {

using control::ConfigRequest;
using control::Proposal;
using control::Proposed;
using control::RpcFailure;

namespace {

// A client that does not take its answer holds up the end for so long.
constexpr Duration kPatience = std::chrono::seconds{1};

RpcFailure failed(std::string message) {
  return {RpcError::Failed, "failed", std::move(message)};
}

RpcFailure busy(std::string message) {
  return {RpcError::Failed, "busy", std::move(message)};
}

RpcFailure changed_meanwhile(bool rollback) {
  return {RpcError::Failed, "changed_meanwhile",
          fmt::format("not applied: {} is not what was looked at any more; look at the plan again",
                      rollback ? "what was in force before" : "the file")};
}

std::string who_changes(const std::string& who) {
  return who.empty() ? "somebody" : who;
}

}  // namespace

Changeover::Changeover(io::Loop& loop, process::KeeperClient& keeper, Inheritance& inherited,
                       const ControllerArguments& arguments, Notice notice)
    : loop_(loop),
      keeper_(keeper),
      inherited_(inherited),
      arguments_(arguments),
      notice_(std::move(notice)),
      patience_(loop, [this] { waits_ = false; }) {}

std::optional<runtime::Renewal> Changeover::take_renewal() {
  const UniqueFd fd = inherited_.copy(kRenewalName);
  if (!fd || arguments_.drain) return std::nullopt;
  const auto bytes = read_sources(fd.get());
  auto note = bytes ? decode_renewal(*bytes) : Result<RenewalNote>{bytes.error()};
  if (!note) {
    notice_(note.error().message);
    return std::nullopt;
  }
  if (note->hash != inherited_.config_hash()) return std::nullopt;
  renewal_ = std::move(*note);
  return renewal_->renewal;
}

void Changeover::serve(runtime::Controller& controller, bool only_watches) {
  controller_ = &controller;
  if (only_watches) return;
  if (renewal_) {
    std::map<std::string, std::string> told{{"who", renewal_->renewal.who},
                                            {"file", inherited_.config_file().string()},
                                            {"hash", renewal_->hash}};
    const auto tell = [&](const char* key, const std::string& names) {
      if (!names.empty()) told.emplace(key, names);
    };
    if (renewal_->rollback) told.emplace("rollback", "true");
    tell("removed", renewal_->removed);
    tell("added", renewal_->added);
    tell("changed", renewal_->changed);
    controller.note(EventKind::ConfigApplied, std::nullopt, std::move(told));
  }
  resume();
}

void Changeover::begun() {
  if (renewal_) inherited_.drop(keeper_, kRenewalName);
  renewal_.reset();
}

void Changeover::resume() {
  const UniqueFd fd = inherited_.copy(kNextConfigName);
  if (!fd) return;
  const auto bytes = read_sources(fd.get());
  auto next = bytes ? decode_next_config(*bytes) : Result<NextConfig>{bytes.error()};
  const auto bundle = next ? config::SourceBundle::decode(next->sources)
                           : Result<config::SourceBundle>{next.error()};
  if (!bundle) return give_up(bundle.error().message);
  if (next->hash == inherited_.config_hash()) return inherited_.drop(keeper_, kNextConfigName);
  const auto loaded = config::load_bundle(*bundle, config::process_load_options());
  if (!loaded.ecosystem) return give_up("it cannot be read any more");
  proposal_.plan = config::plan_change(controller_->ecosystem(), *loaded.ecosystem);
  other_page_ = controller_->ecosystem().web != loaded.ecosystem->web;
  next_ = std::move(*next);
  graph_ = model::build_dependency_graph(controller_->ecosystem().services);
  step_ = Step::Stopping;
}

void Changeover::give_up(const std::string& why) {
  notice_("the configuration is not changed: " + why);
  inherited_.drop(keeper_, kNextConfigName);
  step_ = Step::None;
  if (const auto applied = std::exchange(applied_, {})) applied(failed("not applied: " + why));
}

void Changeover::read(const ConfigRequest& request,
                      std::function<void(std::shared_ptr<ConfigReading>)> then) {
  const auto reading = std::make_shared<ConfigReading>();
  reading->file = request.file.empty() ? inherited_.config_file() : request.file;
  reading->log_dir = arguments_.log_dir;
  reading->rollback = request.rollback;
  if (request.rollback) reading->former_fd = inherited_.copy(kFormerConfigName);
  reading->in_force_hash = inherited_.config_hash();
  loop_.in_worker([reading] { reading->load(); },
                  [reading, then = std::move(then)] { then(reading); });
}

Proposal Changeover::propose(const ConfigReading& reading) const {
  return {reading.file,
          arguments_.config,
          reading.hash,
          config::plan_change(controller_->ecosystem(), *reading.loaded.ecosystem),
          reading.loaded.inactive.size(),
          reading.rolls_back};
}

void Changeover::plan(const ConfigRequest& request, Proposed proposed) {
  read(request,
       [this, proposed = std::move(proposed)](const std::shared_ptr<ConfigReading>& reading) {
         if (reading->problem) return proposed(*reading->problem);
         proposed(propose(*reading));
       });
}

std::optional<RpcFailure> Changeover::refusal() const {
  if (step_ != Step::None)
    return busy(
        "not applied: another change of the configuration is under way; try again when it "
        "is done");
  if (controller_->shutting_down()) return failed("not applied: the supervisor shuts down");
  return std::nullopt;
}

void Changeover::apply(const ConfigRequest& request, Proposed applied) {
  if (const auto refused = refusal()) return applied(*refused);
  step_ = Step::Reading;
  read(request, [this, request, applied = std::move(applied)](
                    const std::shared_ptr<ConfigReading>& reading) mutable {
    step_ = Step::None;
    if (const auto refused = refusal()) return applied(*refused);
    if (reading->problem) return reject(request, *reading, applied);
    if (request.hash && *request.hash != reading->hash)
      return applied(changed_meanwhile(request.rollback));
    begin(request, *reading, std::move(applied));
  });
}

void Changeover::reject(const ConfigRequest& request, const ConfigReading& reading,
                        const Proposed& applied) {
  if (reading.problem->code != "invalid_config") return applied(*reading.problem);
  notice_(fmt::format("{} is not applied, nothing was changed: {}", reading.file.string(),
                      reading.why));
  controller_->note(EventKind::ConfigRejected, std::nullopt,
                    {{"who", who_changes(request.who)},
                     {"file", reading.file.string()},
                     {"reason", reading.why}});
  applied(*reading.problem);
}

void Changeover::begin(const ConfigRequest& request, const ConfigReading& reading,
                       Proposed applied) {
  proposal_ = propose(reading);
  other_page_ = controller_->ecosystem().web != reading.loaded.ecosystem->web;
  if (reading.hash == inherited_.config_hash()) return applied(proposal_);
  next_ = {who_changes(request.who), reading.hash, reading.sources, request.rollback};
  if (!change()) return applied(failed("not applied: out of memory or file descriptors"));
  applied_ = std::move(applied);
  graph_ = model::build_dependency_graph(controller_->ecosystem().services);
  step_ = Step::Stopping;
}

// From here on it is decided.
bool Changeover::change() {
  const auto memfd = process::sealed_memfd("mainstay-next", encode(next_));
  if (!memfd) return false;
  inherited_.keep(keeper_, kNextConfigName, memfd->get());
  return true;
}

void Changeover::after_settle() {
  if (step_ != Step::Stopping) return;
  if (controller_->shutting_down()) return give_up("the supervisor shuts down");
  if (stopping_) {
    const auto outcomes = controller_->take_finished(*stopping_);
    if (!outcomes) return;
    stopping_.reset();
    for (const runtime::Outcome& outcome : *outcomes)
      if (!outcome.ok) given_up_.insert(outcome.id);
  }
  stop_next();
}

// Those that are still there, and that none of the others needs.
std::vector<InstanceId> Changeover::last_of_removed() const {
  const std::set<std::string_view> removed(proposal_.plan.removed.begin(),
                                           proposal_.plan.removed.end());
  const Now now{};
  const auto services = controller_->services();
  std::vector<InstanceId> last;
  std::size_t wave = 0;
  for (std::size_t i = 0; i < services.size(); ++i) {
    if (!removed.contains(services[i].spec->name) || graph_.wave[i] < wave) continue;
    for (const InstanceId id : services[i].instances) {
      const bool gone = controller_->status(id, now).state == PublicState::Stopped;
      if (gone || given_up_.contains(id)) continue;
      if (graph_.wave[i] > wave) last.clear();
      wave = graph_.wave[i];
      last.push_back(id);
    }
  }
  return last;
}

void Changeover::stop_next() {
  auto last = last_of_removed();
  if (last.empty()) return replace();
  stopping_ = controller_->request(
      runtime::Verb::Stop, std::move(last),
      next_.who + (next_.rollback ? ", who rolled back to a configuration without it"
                                  : ", who applied a file without it"));
}

bool Changeover::after_turn(bool drained) {
  if (waits_ && !drained) return false;
  keeper_.replace();
  return true;
}

// What is in force, for a rollback. What changes nothing, a comment, is not worth going back to:
// then it is still what was before.
Result<UniqueFd> Changeover::former() const {
  UniqueFd left = inherited_.copy(kFormerConfigName);
  auto before = read_former(left);
  // One who died in the midst of this very change had come so far.
  if (before && hash_of(before->sources) == inherited_.config_hash()) return left;
  auto sources = read_sources(inherited_.copy("config").get());
  if (!sources) return sources.error();
  const auto known = before ? std::optional{std::move(*before)} : std::nullopt;
  const auto in_force =
      config::former_of(std::move(*sources), known, next_.who, io::read_clocks().wall);
  return process::sealed_memfd("mainstay-former", in_force.encode());
}

// The keeper does these in their order. Should it not come to the last, a controller finds what the
// first mean: a renewal of a configuration that is not in force means nothing, nor does a former
// one that is, and a next one that is in force is no next one any more.
void Changeover::replace() {
  const RenewalNote note = renewal_for(proposal_.plan, next_, controller_->next_run());
  const auto renewal = process::sealed_memfd("mainstay-renewal", encode(note));
  const auto config = process::sealed_memfd("mainstay-config", next_.sources);
  const auto before = former();
  if (!renewal || !config || !before) return give_up("out of memory or file descriptors");
  inherited_.keep(keeper_, kRenewalName, renewal->get());
  if (next_.rollback || !proposal_.plan.changes_nothing())
    inherited_.keep(keeper_, kFormerConfigName, before->get());
  inherited_.keep(keeper_, "config", config->get());
  if (other_page_) inherited_.drop_page(keeper_);
  inherited_.drop(keeper_, kNextConfigName);
  step_ = Step::Over;
  patience_.start(kPatience);
  notice_(fmt::format("another configuration is in force; removed: {}, added: {}, changed: {}",
                      count_of(proposal_.plan.removed.size(), "service"),
                      count_of(proposal_.plan.added.size(), "service"),
                      count_of(proposal_.plan.changed.size(), "service")));
  if (const auto applied = std::exchange(applied_, {})) applied(proposal_);
}

}  // namespace mainstay
