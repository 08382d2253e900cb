// services.why: what the runtime explains, the last words of the service, and who holds the port it
// wanted.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/text.h"
#include "control/crashes.h"
#include "control/log_lines.h"
#include "control/method.h"
#include "control/port_clues.h"
#include "control/service_object.h"
#include "control/target_filter.h"

namespace mainstay::control {

namespace {

constexpr std::size_t kLastWords = 10;
constexpr std::size_t kLastWordsBytes = 8 * 1024;

// One answer in the making: logs and ports are looked at in workers.
struct Inquiry {
  Context& context;
  Call call;
  InstanceId instance;
  std::string canonical_name;
  runtime::Explanation explanation;
  // Fetched at once: the instance may be scaled away while a worker reads.
  std::vector<logs::Source> err_sources;
  std::vector<logs::Source> out_sources;
  std::vector<std::uint16_t> declared_ports;
  std::vector<logs::Line> last_words;
  std::vector<history::CrashRecord> crashes;
  bool complained = false;  // the service itself said that an address was in use
  std::vector<std::string> notes;
  std::size_t ports_left = 0;
};

int trouble(PublicState state) {
  switch (state) {
    case PublicState::Failed:
      return 7;
    case PublicState::Backoff:
      return 6;
    case PublicState::Exited:
      return 5;
    case PublicState::Stopping:
      return 4;
    case PublicState::Waiting:
      return 3;
    case PublicState::Starting:
      return 2;
    case PublicState::Stopped:
      return 1;
    case PublicState::Running:
      return 0;
  }
  return 0;
}

// Of a service with several instances, the one that needs an explanation most.
InstanceId most_troubled(const Context& context, const std::vector<InstanceId>& instances) {
  const Now now = context.now();
  return *std::max_element(instances.begin(), instances.end(), [&](InstanceId a, InstanceId b) {
    return trouble(context.controller().status(a, now).state) <
           trouble(context.controller().status(b, now).state);
  });
}

bool is_down(PublicState state) {
  return state == PublicState::Backoff || state == PublicState::Failed ||
         state == PublicState::Exited;
}

// Lines of the last run only; the clocks of the exit and of the capture may differ by a little.
void keep_last_run(std::vector<logs::Line>& lines, const runtime::LastExit& exit) {
  constexpr Duration kSlack = std::chrono::milliseconds{100};
  const WallTime began = exit.at + -(exit.run_time + kSlack);
  std::erase_if(lines, [began](const logs::Line& line) { return line.at < began; });
}

// {"stream":"err","lines":[…]}, or null when it said nothing.
void write_last_words(JsonWriter& out, const std::vector<logs::Line>& lines) {
  out.key("last_words");
  if (lines.empty()) {
    out.null();
    return;
  }
  out.open_object().key("stream").text(logs::to_string(lines.front().stream));
  out.key("lines").open_list();
  for (const auto& line : lines)
    out.text(line.text);
  out.close_list().close_object();
}

void write_texts(JsonWriter& out, std::string_view name, const std::vector<std::string>& texts) {
  out.key(name).open_list();
  for (const auto& text : texts)
    out.text(text);
  out.close_list();
}

void answer(const Inquiry& inquiry) {
  const auto& explanation = inquiry.explanation;
  JsonWriter out;
  out.open_object().key("service");
  const LogConditions conditions{inquiry.context.parts};
  const auto& logs = conditions.of(explanation.status);
  write_service(out, explanation.status, inquiry.context.parts.usage.usage_of(inquiry.instance),
                logs);
  out.key("headline").text(explanation.headline).key("next").text(explanation.next);
  out.key("gives_up").text(explanation.gives_up).key("before").open_list();
  for (const auto& event : explanation.before)
    write_event(out, event);
  out.close_list();
  write_texts(out, "checks", explanation.checks);
  write_texts(out, "rules", explanation.rules);
  write_last_words(out, inquiry.last_words);
  write_crash_summary(out, inquiry.crashes);
  auto notes = log_notes(logs);
  notes.insert(notes.begin(), inquiry.notes.begin(), inquiry.notes.end());
  write_texts(out, "notes", notes);
  write_texts(out, "try", explanation.try_commands);
  out.close_object();
  inquiry.call.answer(out.take());
}

void note_holders(Inquiry& inquiry, std::uint16_t port,
                  const std::vector<process::PortHolder>& holders) {
  for (const auto& holder : holders) {
    std::string note = process::describe_holder(port, holder);
    if (!holder.instance.empty() && holder.instance == inquiry.canonical_name) {
      note += ", left over from an earlier run";
    }
    inquiry.notes.push_back(std::move(note));
  }
  if (holders.empty() && inquiry.complained) {
    inquiry.notes.push_back(fmt::format("port {} was taken then; nobody listens on it now", port));
  }
}

void ask_for_ports(const std::shared_ptr<Inquiry>& inquiry) {
  std::vector<std::string_view> lines;
  for (const auto& line : inquiry->last_words)
    lines.emplace_back(line.text);
  inquiry->complained = std::any_of(lines.begin(), lines.end(), says_address_in_use);
  auto ports = complained_ports(lines);
  if (ports.empty()) ports = inquiry->declared_ports;
  inquiry->ports_left = ports.size();
  if (ports.empty()) return answer(*inquiry);
  for (const auto port : ports) {
    inquiry->context.parts.ports.find_holders(port, [inquiry, port](const auto& holders) {
      if (!inquiry->call.open()) return;
      note_holders(*inquiry, port, holders);
      if (--inquiry->ports_left == 0) answer(*inquiry);
    });
  }
}

void after_last_words(const std::shared_ptr<Inquiry>& inquiry, std::vector<logs::Line> lines) {
  inquiry->last_words = std::move(lines);
  if (is_down(inquiry->explanation.status.state)) return ask_for_ports(inquiry);
  answer(*inquiry);
}

// What it said on stderr, or on stdout when it said nothing there.
void ask_for_words(const std::shared_ptr<Inquiry>& inquiry, logs::Stream stream) {
  const auto& sources = stream == logs::Stream::Err ? inquiry->err_sources : inquiry->out_sources;
  read_tail(inquiry->context.parts, sources, {kLastWords, kLastWordsBytes},
            [inquiry, stream](logs::Tail tail) {
              if (!inquiry->call.open()) return;
              keep_last_run(tail.lines, *inquiry->explanation.status.last_exit);
              if (tail.lines.empty() && stream == logs::Stream::Err) {
                return ask_for_words(inquiry, logs::Stream::Out);
              }
              after_last_words(inquiry, std::move(tail.lines));
            });
}

// A file that cannot be read is no reason to explain nothing.
void after_crashes(const std::shared_ptr<Inquiry>& inquiry,
                   Result<std::vector<history::CrashRecord>> crashes) {
  const auto& status = inquiry->explanation.status;
  if (crashes) {
    inquiry->crashes = std::move(*crashes);
  } else {
    inquiry->notes.push_back(crashes.error().message);
  }
  const bool runs = status.state == PublicState::Running || status.state == PublicState::Stopping;
  if (runs || !status.last_exit) return after_last_words(inquiry, {});
  for (std::string& note : notes_on_crash(inquiry->crashes, status.run))
    inquiry->notes.push_back(std::move(note));
  ask_for_words(inquiry, logs::Stream::Err);
}

void explain(Context& context, const Call& call, const std::vector<InstanceId>& instances) {
  const InstanceId id = most_troubled(context, instances);
  const Now now = context.now();
  const auto& controller = context.controller();
  auto inquiry = std::make_shared<Inquiry>(
      Inquiry{context, call, id, {}, controller.explain(id, now), {}, {}, {}, {}, {}, {}, {}, {}});
  const auto& status = inquiry->explanation.status;
  inquiry->err_sources = log_sources(controller, std::span(&id, 1), logs::Stream::Err, now);
  inquiry->out_sources = log_sources(controller, std::span(&id, 1), logs::Stream::Out, now);
  inquiry->declared_ports = declared_ports(controller.spec(id), status.index);
  inquiry->canonical_name = fmt::format("{}:{}", status.service, status.index);
  if (instances.size() > 1) {
    inquiry->notes.push_back(fmt::format("this is about {}, one of {}", status.name,
                                         count_of(instances.size(), "instance")));
  }
  find_crashes(context.parts, status.service, status.index, [inquiry](auto crashes) {
    if (inquiry->call.open()) after_crashes(inquiry, std::move(crashes));
  });
}

}  // namespace

void services_why(Context& context, const Call& call, Params& params) {
  const auto name = params.text("name");
  if (!name) params.refuse("name", "is missing");
  if (refused(call, params)) return;
  context.parts.usage.refresh([&context, call, name = *name] {
    if (!call.open()) return;
    const auto resolved = resolve_targets(context.controller(), std::span(&name, 1));
    if (resolved.failure) return call.fail(*resolved.failure);
    if (resolved.instances.empty()) return call.fail(no_instances(name));
    explain(context, call, resolved.instances);
  });
}

}  // namespace mainstay::control
