#include "checks/surroundings.h"

#include <optional>
#include <utility>
#include <variant>

namespace mainstay::checks {

struct Surroundings::State {
  process::Preparer& preparer;
  model::ServiceSpec spec;
  runtime::StartRequest start;
  std::optional<process::SpawnRequest> known{};
  std::function<void(const Known&)> waiting{};

  void take(process::Preparation prepared);
};

// What could not be composed is tried again the next time.
void Surroundings::State::take(process::Preparation prepared) {
  const auto got = std::exchange(waiting, nullptr);
  if (const auto* failure = std::get_if<runtime::StartFailure>(&prepared)) {
    // It is not about a start here.
    const std::string prefix = "cannot start " + start.shown_name + ": ";
    const bool prefixed = failure->message.starts_with(prefix);
    const std::string why = failure->message.substr(prefixed ? prefix.size() : 0);
    if (got) got(Error{why, failure->error_number});
    return;
  }
  known = std::move(std::get<process::PreparedStart>(prepared).request);
  if (got) got(*known);
}

Surroundings::Surroundings(process::Preparer& preparer, const runtime::StartRequest& start,
                           model::Environment more)
    : state_(std::make_shared<State>(State{preparer, *start.spec, start})) {
  state_->start.spec = &state_->spec;
  for (auto& [name, value] : more)
    state_->spec.env[name] = std::move(value);
}

Surroundings::~Surroundings() {
  state_->waiting = nullptr;
}

void Surroundings::get(std::function<void(const Known&)> got) {
  if (state_->known) return got(*state_->known);
  state_->waiting = std::move(got);
  state_->preparer.prepare(state_->start, process::StartPurpose::Check,
                           [state = std::weak_ptr{state_}](process::Preparation prepared) {
                             if (const auto still = state.lock()) still->take(std::move(prepared));
                           });
}

void Surroundings::forget() {
  state_->known.reset();
}

bool has_references(const model::Template& text) {
  return text.text.find('$') != std::string::npos;
}

std::string expand_in(const model::Template& text, const process::SpawnRequest& request) {
  return model::expand(text, [&request](std::string_view name) -> std::optional<std::string> {
    const auto found = request.environment.find(std::string{name});
    return found == request.environment.end() ? std::nullopt : std::optional{found->second};
  });
}

}  // namespace mainstay::checks
