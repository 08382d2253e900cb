#include "control/analysis_writer.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>

#include "control/json_writer.h"
#include "control/service_object.h"

namespace mainstay::control {

namespace {

using logs::FoundEndpoint;
using logs::FoundSignature;
using Subject = AnalysisRun::Subject;

constexpr std::size_t kTogether = 10;

std::int64_t whole(std::uint64_t count) {
  return static_cast<std::int64_t>(count);
}

void write_number(JsonWriter& out, std::string_view key, const std::optional<double>& number) {
  out.key(key);
  number ? out.number(*number, 1) : out.null();
}

void write_left_out(JsonWriter& out, std::string_view key, const logs::LeftOut& left_out) {
  out.key(key).open_object().key("kinds").whole(whole(left_out.kinds));
  out.key("count").whole(whole(left_out.count)).close_object();
}

// Without its brackets.
void write_trouble_members(JsonWriter& out, const FoundSignature& trouble) {
  const logs::Signature& signature = trouble.signature;
  out.key("level").text(to_string(signature.level)).key("signature").text(signature.text);
  out.key("cause").text_or_null(signature.cause).key("where").text_or_null(signature.where);
  out.key("trace").text_or_null(signature.trace).key("count").whole(whole(trouble.count));
  out.key("first").time(trouble.first).key("last").time(trouble.last);
  out.key("instance").text(trouble.instance);
  write_texts(out, "example", trouble.example);
  if (trouble.lines_left_out > 0) out.key("lines_left_out").whole(whole(trouble.lines_left_out));
}

void write_endpoint(JsonWriter& out, const FoundEndpoint& endpoint) {
  out.open_object().key("endpoint").text(endpoint.endpoint);
  out.key("requests").whole(whole(endpoint.requests));
  out.key("server_errors").whole(whole(endpoint.server_errors));
  out.key("slow").whole(whole(endpoint.slow));
  std::optional<Duration> mean;
  if (endpoint.timed > 0) mean = endpoint.total / static_cast<std::int64_t>(endpoint.timed);
  out.key("mean_seconds").seconds(mean);
  out.key("longest_seconds").seconds(mean ? std::optional{endpoint.longest} : std::nullopt);
  out.key("first").time(endpoint.first).key("last").time(endpoint.last);
  out.key("example").text(endpoint.example).close_object();
}

void write_busiest(JsonWriter& out, const std::optional<logs::BusyHour>& hour) {
  out.key("busiest_hour");
  if (!hour) {
    out.null();
    return;
  }
  out.open_object().key("from").time(hour->from).key("errors").whole(whole(hour->errors));
  out.close_object();
}

void write_details(JsonWriter& out, const Subject& subject) {
  out.key("signatures").open_list();
  for (const FoundSignature& trouble : subject.findings.signatures) {
    out.open_object();
    write_trouble_members(out, trouble);
    out.close_object();
  }
  out.close_list();
  write_left_out(out, "signatures_left_out", subject.findings.signatures_left_out);
  out.key("endpoints").open_list();
  for (const FoundEndpoint& endpoint : subject.findings.endpoints)
    write_endpoint(out, endpoint);
  out.close_list();
  write_left_out(out, "endpoints_left_out", subject.findings.endpoints_left_out);
  out.key("advice").open_list();
  for (const logs::Advice& advice : subject.verdict.advice) {
    out.open_object().key("text").text(advice.text);
    out.key("try").text_or_null(advice.command).close_object();
  }
  out.close_list();
  write_texts(out, "problems", subject.findings.problems);
}

void write_subject(JsonWriter& out, const Subject& subject, logs::Span span, bool details) {
  const auto& [findings, vitals, verdict] = subject;
  out.open_object().key("service").text(findings.service);
  out.key("status").text(to_string(verdict.light));
  write_texts(out, "reasons", verdict.reasons);
  out.key("hours").number(to_seconds(time_covered(findings, span)) / 3600, 1);
  out.key("lines").whole(whole(findings.lines)).key("errors").whole(whole(findings.errors));
  out.key("warnings").whole(whole(findings.warnings));
  out.key("errors_per_hour").number(verdict.errors_per_hour, 1);
  out.key("warnings_per_hour").number(verdict.warnings_per_hour, 1);
  write_busiest(out, findings.busiest);
  out.key("restarts").whole(whole(vitals.restarts));
  if (vitals.restarts_at_least) out.key("restarts_at_least").flag(true);
  out.key("restarts_per_day").number(verdict.restarts_per_day, 1);
  write_number(out, "cpu_percent", vitals.cpu_percent);
  write_number(out, "memory_percent", vitals.memory_percent);
  out.key("memory_of");
  vitals.memory_percent ? out.text(vitals.memory_of_limit ? "limit" : "machine") : out.null();
  out.key("requests").whole(whole(findings.requests));
  out.key("server_errors").whole(whole(findings.server_errors));
  out.key("slow").whole(whole(findings.slow));
  if (details) write_details(out, subject);
  out.close_object();
}

// A signature and the services that have it.
struct Shared {
  FoundSignature trouble;
  std::vector<std::string> services;
};

std::vector<Shared> together(const std::vector<Subject>& subjects) {
  using Key = std::tuple<logs::Level, std::string_view, std::string_view, std::string_view>;
  std::map<Key, Shared> found;
  for (const Subject& subject : subjects) {
    for (const FoundSignature& trouble : subject.findings.signatures) {
      const auto& signature = trouble.signature;
      const Key key{signature.level, signature.text, signature.cause, signature.where};
      auto [shared, fresh] = found.try_emplace(key, Shared{trouble, {}});
      shared->second.services.push_back(subject.findings.service);
      if (fresh) continue;
      FoundSignature& sum = shared->second.trouble;
      sum.count += trouble.count;
      sum.first = std::min(sum.first, trouble.first);
      sum.last = std::max(sum.last, trouble.last);
    }
  }
  std::vector<Shared> all;
  for (auto& entry : found)
    all.push_back(std::move(entry.second));
  std::stable_sort(all.begin(), all.end(), [](const Shared& a, const Shared& b) {
    return std::tuple{a.trouble.signature.level, a.trouble.count} >
           std::tuple{b.trouble.signature.level, b.trouble.count};
  });
  if (all.size() > kTogether) all.resize(kTogether);
  return all;
}

void write_together(JsonWriter& out, const std::vector<Subject>& subjects) {
  std::array<std::int64_t, 3> lights{};
  std::uint64_t lines = 0;
  std::uint64_t errors = 0;
  std::uint64_t warnings = 0;
  logs::Light worst = logs::Light::Green;
  for (const Subject& subject : subjects) {
    worst = std::max(worst, subject.verdict.light);
    ++lights[static_cast<std::size_t>(subject.verdict.light)];
    lines += subject.findings.lines;
    errors += subject.findings.errors;
    warnings += subject.findings.warnings;
  }
  out.key("status").text(to_string(worst));
  out.key("green").whole(lights[0]).key("yellow").whole(lights[1]).key("red").whole(lights[2]);
  out.key("lines").whole(whole(lines)).key("errors").whole(whole(errors));
  out.key("warnings").whole(whole(warnings));
  out.key("signatures").open_list();
  for (const Shared& shared : together(subjects)) {
    out.open_object();
    write_trouble_members(out, shared.trouble);
    write_texts(out, "services", shared.services);
    out.close_object();
  }
  out.close_list();
}

bool is_worse(const Subject& a, const Subject& b) {
  const auto rank = [](const Subject& subject) {
    return std::tuple{subject.verdict.light, subject.findings.errors,
                      subject.findings.server_errors, subject.findings.warnings};
  };
  return rank(a) > rank(b);
}

}  // namespace

std::string analysis_text(std::vector<Subject> subjects, logs::Span span, std::uint64_t bytes) {
  std::stable_sort(subjects.begin(), subjects.end(), is_worse);
  JsonWriter out;
  out.open_object().key("since").time(span.since).key("until").time(span.until);
  out.key("bytes").whole(whole(bytes));
  write_together(out, subjects);
  out.key("services").open_list();
  bool cut = false;
  for (const Subject& subject : subjects) {
    cut = cut || out.size() > kAnalysisBytes;
    write_subject(out, subject, span, !cut);
  }
  out.close_list();
  if (cut) out.key("cut").flag(true);
  out.close_object();
  return out.take();
}

}  // namespace mainstay::control
