#include "config/names.h"

#include <fmt/format.h>

#include <algorithm>

namespace mainstay::config {

const std::string* Vars::find(std::string_view name) const {
  for (const Vars* vars = this; vars != nullptr; vars = vars->outer_) {
    const auto found = vars->own_.find(name);
    if (found != vars->own_.end()) return &found->second;
  }
  return nullptr;
}

void Vars::add_names(std::vector<std::string>& names) const {
  for (const auto& [name, value] : own_)
    names.push_back(name);
  if (outer_ != nullptr) outer_->add_names(names);
}

Result<std::optional<Text>> FileNames::find(std::string_view name, int) const {
  if (const std::string* value = vars_.find(name)) return std::optional{literal_text(*value)};
  const std::optional<std::string> value = environment_ ? environment_(name) : std::nullopt;
  return value ? std::optional{literal_text(*value)} : std::nullopt;
}

std::string FileNames::suggestion(std::string_view name) const {
  if (!findings_.may_suggest()) return {};
  std::vector<std::string> names;
  vars_.add_names(names);
  return findings_.suggestion(name, names);
}

void ServiceNames::set_literal(const std::string& name, std::string value) {
  variables_[name].literal = std::move(value);
}

void ServiceNames::set_expression(const std::string& name, std::string source) {
  variables_[name].expression = std::move(source);
}

void ServiceNames::defer(const std::string& name) {
  deferred_.push_back(name);
}

std::optional<Text> ServiceNames::from_environment(std::string_view name) const {
  const std::optional<std::string> value = environment_ ? environment_(name) : std::nullopt;
  return value ? std::optional{literal_text(*value)} : std::nullopt;
}

std::optional<Text> ServiceNames::behind(std::string_view name, const Variable& variable) const {
  return variable.literal ? literal_text(*variable.literal) : from_environment(name);
}

Result<Text> ServiceNames::make(const std::string& name, const Variable& variable,
                                int depth) const {
  if (variable.value) return *variable.value;
  if (!variable.expression) return literal_text(variable.literal.value_or(""));
  in_the_making_.push_back(name);
  Result<Text> made = interpolate(*variable.expression, *this, depth);
  in_the_making_.pop_back();
  if (made) variable.value = *made;
  return made;
}

Result<Text> ServiceNames::value_of(std::string_view name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end()) return Text{};
  return make(found->first, found->second, 0);
}

Result<std::optional<Text>> ServiceNames::find(std::string_view name, int depth) const {
  if (const std::string* value = vars_.find(name)) return std::optional{literal_text(*value)};
  const auto variable = variables_.find(name);
  const bool asks_itself = !in_the_making_.empty() && in_the_making_.back() == name;
  if (asks_itself && variable != variables_.end()) return behind(name, variable->second);
  if (std::find(deferred_.begin(), deferred_.end(), name) != deferred_.end()) {
    return std::optional{deferred_text(name)};
  }
  if (variable == variables_.end()) return from_environment(name);
  if (std::find(in_the_making_.begin(), in_the_making_.end(), name) != in_the_making_.end()) {
    return Error{fmt::format("${{{}}} is made of itself: {} and {} refer to each other", name, name,
                             in_the_making_.back())};
  }
  Result<Text> made = make(variable->first, variable->second, depth);
  if (!made) return made.error();
  return std::optional{std::move(*made)};
}

std::string ServiceNames::suggestion(std::string_view name) const {
  if (!findings_.may_suggest()) return {};
  std::vector<std::string> names = deferred_;
  vars_.add_names(names);
  for (const auto& [known, variable] : variables_)
    names.push_back(known);
  return findings_.suggestion(name, names);
}

}  // namespace mainstay::config
