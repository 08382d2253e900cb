#include "checks/http.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace mainstay::checks {

namespace {

// No variable has a space in its name.
std::string variable_of(const std::string& header) {
  return "header " + header;
}

Answer to_answer(HttpOutcome outcome) {
  const Duration latency = outcome.total;
  switch (outcome.verdict) {
    case HttpVerdict::Passed:
      return {CheckVerdict::Passed, {}, latency};
    case HttpVerdict::Failed:
      return {CheckVerdict::Failed, std::move(outcome.message), latency};
    case HttpVerdict::Unknown:
      break;
  }
  return unknown(std::move(outcome.message));
}

}  // namespace

bool has_references(const model::HttpProbe& probe) {
  return has_references(probe.url) ||
         std::any_of(probe.headers.begin(), probe.headers.end(), [](const auto& header) {
           const auto* text = std::get_if<model::Template>(&header.second);
           return text == nullptr || has_references(*text);
         });
}

model::Environment secret_headers(const model::HttpProbe& probe) {
  model::Environment out;
  for (const auto& [name, value] : probe.headers) {
    if (!std::holds_alternative<model::Template>(value)) out[variable_of(name)] = value;
  }
  return out;
}

HttpProber::HttpProber(const Means& means, model::HttpProbe probe,
                       std::unique_ptr<Surroundings> surroundings)
    : means_(means),
      probe_(std::move(probe)),
      surroundings_(std::move(surroundings)),
      has_secrets_(!secret_headers(probe_).empty()) {}

HttpProber::~HttpProber() {
  means_.http.cancel(token_);
}

void HttpProber::look(Duration timeout, Done done) {
  done_ = std::move(done);
  if (!surroundings_) return ask(expanded(nullptr), timeout);
  surroundings_->get([this, timeout](const Surroundings::Known& known) {
    if (!known) return std::exchange(done_, nullptr)(unknown(known.error().message));
    ask(expanded(&*known), timeout);
  });
}

HttpRequest HttpProber::expanded(const process::SpawnRequest* known) const {
  const auto fill_in = [known](const model::Template& text) {
    return known != nullptr ? expand_in(text, *known) : text.text;
  };
  HttpRequest request;
  request.url = fill_in(probe_.url);
  request.method = probe_.method;
  request.status = probe_.status;
  request.body = probe_.body;
  request.insecure = probe_.insecure;
  for (const auto& [name, value] : probe_.headers) {
    const auto* text = std::get_if<model::Template>(&value);
    if (text != nullptr) {
      request.headers[name] = fill_in(*text);
    } else if (known != nullptr) {
      request.headers[name] = known->environment.at(variable_of(name));
    }
  }
  return request;
}

void HttpProber::ask(HttpRequest request, Duration timeout) {
  request.timeout = timeout;
  token_ = means_.http.request(std::move(request),
                               [this](HttpOutcome outcome) { on_outcome(std::move(outcome)); });
}

// A password that was changed is a failure first, and then read again.
void HttpProber::on_outcome(HttpOutcome outcome) {
  token_ = 0;
  if (has_secrets_ && outcome.verdict == HttpVerdict::Failed) surroundings_->forget();
  std::exchange(done_, nullptr)(to_answer(std::move(outcome)));
}

}  // namespace mainstay::checks
