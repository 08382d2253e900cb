// services.crashes, and what services.why tells of crashes.
#include "control/crashes.h"

#include <algorithm>
#include <utility>

#include "control/method.h"
#include "control/target_filter.h"
#include "history/history.h"

namespace mainstay::control {

namespace {

using Crashes = std::vector<history::CrashRecord>;

// Of one answer: beyond it records come without their output.
constexpr std::size_t kAnswerBytes = 512UL * 1024;

std::string without_output(history::CrashRecord record) {
  record.output.clear();
  return encode(record);
}

std::string crashes_text(const Crashes& crashes, std::size_t limit) {
  JsonWriter out;
  out.open_object().key("kept").whole(static_cast<std::int64_t>(crashes.size()));
  out.key("crashes").open_list();
  bool shortened = false;
  for (std::size_t i = 0; i < std::min(limit, crashes.size()); ++i) {
    const std::string record = encode(crashes[i]);
    shortened = shortened || (i > 0 && out.size() + record.size() > kAnswerBytes);
    out.raw(shortened ? without_output(crashes[i]) : record);
  }
  out.close_list();
  if (shortened) out.key("cut").flag(true);
  out.close_object();
  return out.take();
}

}  // namespace

void find_crashes(const Parts& parts, const std::string& service,
                  std::optional<std::uint32_t> instance,
                  std::function<void(Result<Crashes>)> done) {
  parts.history.crashes(service, [instance, done = std::move(done)](Result<Crashes> found) {
    if (found && instance) {
      std::erase_if(*found, [&](const auto& record) { return record.index != *instance; });
    }
    done(std::move(found));
  });
}

void write_crash_summary(JsonWriter& out, const Crashes& crashes) {
  out.key("crashes");
  if (crashes.empty()) {
    out.null();
    return;
  }
  out.open_object().key("kept").whole(static_cast<std::int64_t>(crashes.size()));
  out.key("last").raw(without_output(crashes.front())).close_object();
}

std::vector<std::string> notes_on_crash(const Crashes& crashes, RunId run) {
  std::vector<std::string> notes;
  if (crashes.empty() || crashes.front().run != run) return notes;
  const history::CrashRecord& last = crashes.front();
  if (!last.out_of_memory.empty()) notes.push_back(last.out_of_memory);
  if (!last.core.empty()) notes.push_back("core dump: " + last.core);
  return notes;
}

void services_crashes(Context& context, const Call& call, Params& params) {
  const auto name = params.text("name");
  if (!name) params.refuse("name", "is missing");
  constexpr auto kMost = static_cast<std::int64_t>(history::kKeptCrashes);
  const auto limit = static_cast<std::size_t>(params.whole("limit", 1, kMost).value_or(kMost));
  if (refused(call, params)) return;
  const auto resolved = resolve_targets(context.controller(), std::span(&*name, 1));
  if (resolved.failure) return call.fail(*resolved.failure);
  if (resolved.instances.empty()) return call.fail(no_instances(*name));
  const auto status = context.controller().status(resolved.instances.front(), context.now());
  const bool one = name->find(':') != std::string::npos;
  find_crashes(context.parts, status.service, one ? std::optional{status.index} : std::nullopt,
               [call, limit](const Result<Crashes>& crashes) {
                 if (!crashes) {
                   return call.fail({RpcError::Failed, "failed", crashes.error().message});
                 }
                 call.answer(crashes_text(*crashes, limit));
               });
}

}  // namespace mainstay::control
