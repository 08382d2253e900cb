// logs.rotate, logs.flush and logs.usage.
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "control/log_lines.h"
#include "control/method.h"
#include "control/target_filter.h"
#include "logs/retention.h"

namespace mainstay::control {

namespace {

using RotateKind = logs::RotateAnswer::Kind;

constexpr std::size_t kLogsPerTurn = 16;

struct Cut {
  logs::Source source;
  logs::RotateAnswer answer;
};

// Cuts many logs, a few in each turn of the loop.
struct Cutting {
  logs::Capture& capture;
  io::Loop& loop;
  logs::RotationCause cause;
  std::vector<logs::Source> sources;
  std::function<void(const std::vector<Cut>&)> done;
  std::vector<Cut> cuts;
};

void go_on(const std::shared_ptr<Cutting>& cutting) {
  for (std::size_t i = 0; i < kLogsPerTurn && cutting->cuts.size() < cutting->sources.size(); ++i) {
    logs::Source& source = cutting->sources[cutting->cuts.size()];
    auto answer = cutting->capture.rotate(source.file, cutting->cause);
    cutting->cuts.push_back({std::move(source), std::move(answer)});
  }
  if (cutting->cuts.size() == cutting->sources.size()) return cutting->done(cutting->cuts);
  cutting->loop.in_worker([] {}, [cutting] { go_on(cutting); });  // only lets the loop turn
}

// Cuts the logs of the call's targets, once it is known what archives there are.
void cut_logs(Context& context, const Call& call, Params& params, logs::RotationCause cause,
              std::function<void(const std::vector<Cut>&)> done) {
  const auto targets = params.required_targets();
  if (refused(call, params)) return;
  call.audit()->set_targets(targets, {});
  const auto resolved = resolve_targets(context.controller(), targets);
  if (resolved.failure) return call.fail(*resolved.failure);
  call.audit()->set_targets(targets, resolved.instances);
  call.audit()->accept(Audit::Result::Follows);
  auto sources = log_sources(context.controller(), resolved.instances, {}, context.now());
  const auto cutting = std::make_shared<Cutting>(Cutting{
      context.parts.capture, context.parts.loop, cause, std::move(sources), std::move(done), {}});
  context.parts.archiver.when_known([cutting] { go_on(cutting); });
}

std::string_view outcome_word(RotateKind kind) {
  switch (kind) {
    case RotateKind::Rotated:
      return "rotated";
    case RotateKind::Waits:
      return "waits";
    case RotateKind::Empty:
      return "empty";
    case RotateKind::Failed:
      return "failed";
  }
  return "";
}

std::string rotate_text(const std::vector<Cut>& cuts) {
  JsonWriter out;
  out.open_object().key("results").open_list();
  for (const Cut& cut : cuts) {
    out.open_object().key("name").text(cut.source.instance).key("log").text(cut.source.file);
    out.key("ok").flag(cut.answer.kind != RotateKind::Failed);
    out.key("outcome").text(outcome_word(cut.answer.kind));
    if (cut.answer.kind == RotateKind::Rotated) out.key("archive").text(cut.answer.archive);
    if (cut.answer.kind == RotateKind::Failed) out.key("message").text(cut.answer.error.message);
    out.close_object();
  }
  out.close_list().close_object();
  return out.take();
}

// What one service takes, over its instances and streams.
struct Share {
  std::uint64_t live_bytes = 0;
  std::uint64_t archives = 0;
  std::uint64_t archive_bytes = 0;
  std::optional<WallTime> oldest;
};

std::map<std::string, Share> shares_of(const logs::Inventory& inventory) {
  std::map<std::string, Share> shares;
  for (const auto& [log, live] : inventory.live)
    shares[*logs::service_of_log(log)].live_bytes += live.bytes;
  for (const logs::Archive& archive : inventory.archives) {
    Share& share = shares[*logs::service_of_log(archive.log)];
    ++share.archives;
    share.archive_bytes += archive.bytes;
    share.oldest = std::min(share.oldest.value_or(archive.modified), archive.modified);
  }
  return shares;
}

void write_share(JsonWriter& out, const std::string& service, const Share& share) {
  const auto bytes = [&](std::string_view key, std::uint64_t value) {
    out.key(key).whole(static_cast<std::int64_t>(value));
  };
  out.open_object().key("service").text(service);
  bytes("live_bytes", share.live_bytes);
  bytes("archives", share.archives);
  bytes("archive_bytes", share.archive_bytes);
  out.key("oldest").time(share.oldest);
  bytes("total_bytes", share.live_bytes + share.archive_bytes);
  out.close_object();
}

// `only`: the services that were asked for; none: all, also those that are not declared any more.
std::string usage_text(const logs::Inventory& inventory, std::uint64_t limit,
                       const std::set<std::string>& only) {
  auto shares = shares_of(inventory);
  for (const std::string& service : only)
    shares.try_emplace(service);
  JsonWriter out;
  out.open_object().key("services").open_list();
  for (const auto& [service, share] : shares) {
    if (only.empty() || only.contains(service)) write_share(out, service, share);
  }
  out.close_list();
  out.key("total_bytes").whole(static_cast<std::int64_t>(inventory.bytes()));
  out.key("limit_bytes").whole(static_cast<std::int64_t>(limit)).close_object();
  return out.take();
}

}  // namespace

void logs_rotate(Context& context, const Call& call, Params& params) {
  cut_logs(context, call, params, logs::RotationCause::Asked,
           [call](const std::vector<Cut>& cuts) { call.answer(rotate_text(cuts)); });
}

// The logs become archives first: then it is a worker that throws away what may be large.
void logs_flush(Context& context, const Call& call, Params& params) {
  logs::Archiver& archiver = context.parts.archiver;
  cut_logs(context, call, params, logs::RotationCause::Flush,
           [call, &archiver](const std::vector<Cut>& cuts) {
             std::vector<std::string> files;
             for (const Cut& cut : cuts) {
               files.push_back(cut.source.file);
               if (cut.answer.kind == RotateKind::Failed)
                 return call.fail({RpcError::Failed, "failed", cut.answer.error.message});
             }
             archiver.delete_archives(
                 std::move(files), [call](std::uint64_t freed, std::optional<Error> trouble) {
                   if (trouble) return call.fail({RpcError::Failed, "failed", trouble->message});
                   JsonWriter out;
                   out.open_object().key("freed_bytes").whole(static_cast<std::int64_t>(freed));
                   call.answer(out.close_object().take());
                 });
           });
}

void logs_usage(Context& context, const Call& call, Params& params) {
  const auto targets = params.texts("targets");
  if (refused(call, params)) return;
  const auto resolved = resolve_targets(context.controller(), targets);
  if (resolved.failure) return call.fail(*resolved.failure);
  std::set<std::string> only;
  for (const InstanceId id : resolved.instances) {
    if (!targets.empty()) only.insert(context.controller().spec(id).name);
  }
  const std::uint64_t limit = context.parts.archiver.policy().total_size;
  context.parts.archiver.look([call, limit, only](const Result<logs::Inventory>& found) {
    if (!found) return call.fail({RpcError::Failed, "failed", found.error().message});
    call.answer(usage_text(*found, limit, only));
  });
}

}  // namespace mainstay::control
