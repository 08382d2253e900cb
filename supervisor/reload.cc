#include "reload.h"

#include <fmt/format.h>

#include <utility>

namespace mainstay {

namespace {

constexpr const char* kWho = "HUP";

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

void Reload::after_turn() {
  if (!asked_ || configuration_.changes()) return;
  number_ = *asked_;
  asked_.reset();
  if (only_watches_) return answer("not applied: the supervisor only watches now; see ctl status");
  configuration_.apply({.who = kWho, .file = {}, .hash = {}},
                       [this](const auto& applied) { finish(applied); });
}

void Reload::finish(const std::variant<control::Proposal, control::RpcFailure>& applied) {
  if (const auto* failure = std::get_if<control::RpcFailure>(&applied)) {
    return answer("nothing is changed, and what runs goes on: " + first_line(failure->message));
  }
  const auto& proposal = std::get<control::Proposal>(applied);
  const bool replaced = configuration_.changes();
  if (!replaced) return answer(proposal.file.string() + " has no errors and is what runs");
  // Somebody has asked again: the next controller answers.
  if (asked_) return;
  answer(fmt::format("{} is in force now; services removed: {}, added: {}, changed: {}",
                     proposal.file.string(), proposal.plan.removed.size(),
                     proposal.plan.added.size(), proposal.plan.changed.size()));
}

void Reload::answer(const std::string& found) {
  say_("asked to reload: " + found);
  keeper_.reloaded(number_, found);
}

}  // namespace mainstay
