#include "config/environment.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "config/paths.h"
#include "config/scalars.h"
#include "config/values.h"

namespace mainstay::config {

namespace {

// What one variable of an env file costs in the model, beside its text.
constexpr std::size_t kVariableCost = 128;

template <typename Visit>
void for_each_env_file(const Field& owner, EnvFiles& files, Visit visit) {
  const Field list = owner["env_file"];
  const auto visit_one = [&](const Field& field) {
    const std::optional<std::string> path = read_plain(field);
    const EnvFile* file = path ? files.find(field, *path) : nullptr;
    if (file == nullptr) return;
    for (const auto& [name, value] : file->values) {
      if (!field.reading().budget.spend(1, name.size() + value.size() + kVariableCost)) return;
      visit(name, value);
    }
  };
  if (list.is(NodeKind::Scalar)) visit_one(list);
  if (!list.is(NodeKind::List)) return;
  for (std::size_t i = 0; i < list.size(); ++i)
    visit_one(list.item(i));
}

bool check_name(const Field& variable) {
  if (!is_variable_name(variable.key())) {
    variable.error(variable.key_at(),
                   "is not a name for a variable: letters, digits and _ only, no digit first");
    return false;
  }
  if (variable.key() != "INSTANCE") return true;
  variable.error(variable.key_at(), "is set by the supervisor to the number of the instance");
  return false;
}

std::optional<std::int64_t> whole_number(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc{} && end == text.data() + text.size() ? std::optional{number}
                                                                   : std::nullopt;
}

}  // namespace

const EnvFile* EnvFiles::find(const Field& field, const std::string& path) {
  Sources& sources = field.reading().sources;
  const auto absolute = resolve_path(sources, field.at().file, path);
  const Result<std::uint32_t> file = sources.open(absolute, Sources::Kind::Env);
  if (!file) {
    field.error(file.error().message);
    return nullptr;
  }
  const auto [found, fresh] = parsed_.try_emplace(*file);
  if (fresh) found->second = parse_env_file(sources.bytes(*file));
  for (const EnvFile::Problem& problem : found->second.problems) {
    field.findings().error({*file, problem.line, problem.column, 1}, "", problem.what);
  }
  return found->second.problems.empty() ? &found->second : nullptr;
}

void declare_names(const Field& owner, EnvFiles& files, bool instances, ServiceNames& names) {
  for_each_env_file(owner, files, [&](const std::string& name, const std::string& value) {
    names.set_literal(name, value);
  });
  const Field env = owner["env"];
  for (std::size_t i = 0; env.is(NodeKind::Map) && i < env.size(); ++i) {
    const Field variable = env.entry(i);
    const std::string name{variable.key()};
    if (variable.is(NodeKind::Scalar))
      names.set_expression(name, std::string{variable.node()->text});
    if (variable.is(NodeKind::Map)) names.defer(name);
  }
  if (!instances) return;
  names.defer("INSTANCE");
  for (const std::string& name : read_plain_list(owner["increment_env"]))
    names.defer(name);
}

void read_environment(const Field& owner, EnvFiles& files, const ServiceNames& names,
                      model::Environment& out) {
  for_each_env_file(owner, files, [&](const std::string& name, const std::string& value) {
    out[name] = model::literal_template(value);
  });
  const Field env = owner["env"];
  for (std::size_t i = 0; env.is(NodeKind::Map) && i < env.size(); ++i) {
    const Field variable = env.entry(i);
    const std::string name{variable.key()};
    if (!check_name(variable)) continue;
    if (variable.is(NodeKind::Map)) {
      if (auto secret = read_value(variable)) out[name] = std::move(*secret);
      continue;
    }
    Result<Text> text = names.value_of(name);
    if (!text) {
      variable.error(text.error().message);
    } else if (variable.reading().budget.spend(1, text->pattern.size() + kVariableCost)) {
      out[name] = model::Template{std::move(text->pattern)};
    }
  }
}

void read_increment_env(const Field& field, const ServiceNames& names,
                        const model::Environment& env, std::vector<std::string>& out) {
  for (std::string& name : read_plain_list(field)) {
    const auto found = env.find(name);
    if (found == env.end()) {
      field.error(fmt::format("{} is in neither env nor env_file, so there is nothing to add to",
                              in_quotes(name)));
      continue;
    }
    const Result<Text> value = names.value_of(name);
    const bool text = std::holds_alternative<model::Template>(found->second) && value.ok();
    if (!text || !value->deferred.empty() || !whole_number(plain_of(*value))) {
      field.error(
          fmt::format("{} is not a whole number, so nothing can be added to it", in_quotes(name)));
    } else if (std::find(out.begin(), out.end(), name) == out.end()) {
      out.push_back(std::move(name));
    }
  }
}

void read_inherit_env(const Field& field, model::InheritEnv& out) {
  if (field.is(NodeKind::Scalar)) return read(field, out.all);
  out.names = read_plain_list(field);
}

}  // namespace mainstay::config
