// Where ${NAME} is looked up: vars, the service's variables, the supervisor's environment.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/findings.h"
#include "config/interpolation.h"
#include "mainstay/endpoint.h"

namespace mainstay::config {

// The `vars` of a file, and behind them those of the file that includes it.
class Vars {
 public:
  explicit Vars(const Vars* outer) : outer_(outer) {}
  void set(std::string name, std::string value) { own_[std::move(name)] = std::move(value); }
  const std::string* find(std::string_view name) const;
  void add_names(std::vector<std::string>& names) const;

 private:
  const Vars* outer_;
  std::map<std::string, std::string, std::less<>> own_;
};

// Outside of services: vars, then the environment.
class FileNames final : public NameSource {
 public:
  FileNames(const Vars& vars, const EnvironmentLookup& environment, Findings& findings)
      : vars_(vars), environment_(environment), findings_(findings) {}
  Result<std::optional<Text>> find(std::string_view name, int depth) const override;
  std::string suggestion(std::string_view name) const override;

 private:
  const Vars& vars_;
  const EnvironmentLookup& environment_;
  Findings& findings_;
};

// In a service: vars, then its env over its env_file, then the environment. A variable that refers
// to its own name means what is behind it (PATH: "/opt/bin:${PATH}").
class ServiceNames final : public NameSource {
 public:
  ServiceNames(const Vars& vars, const EnvironmentLookup& environment, Findings& findings)
      : vars_(vars), environment_(environment), findings_(findings) {}

  // From an env file: taken literally. The last one given counts.
  void set_literal(const std::string& name, std::string value);
  // From `env`, not yet interpolated.
  void set_expression(const std::string& name, std::string source);
  // What is known at a start only: a secret, INSTANCE, a variable in increment_env.
  void defer(const std::string& name);

  bool has(std::string_view name) const { return variables_.count(name) > 0; }
  // The value of one of the variables set above, also when references to it are deferred.
  Result<Text> value_of(std::string_view name) const;

  Result<std::optional<Text>> find(std::string_view name, int depth) const override;
  std::string suggestion(std::string_view name) const override;

 private:
  struct Variable {
    std::optional<std::string> literal;
    std::optional<std::string> expression;
    mutable std::optional<Text> value;  // made when first asked for
  };

  Result<Text> make(const std::string& name, const Variable& variable, int depth) const;
  // What the name means behind `env`: an env file's value, else the environment's.
  std::optional<Text> behind(std::string_view name, const Variable& variable) const;
  std::optional<Text> from_environment(std::string_view name) const;

  const Vars& vars_;
  const EnvironmentLookup& environment_;
  Findings& findings_;
  std::map<std::string, Variable, std::less<>> variables_;
  std::vector<std::string> deferred_;
  mutable std::vector<std::string_view> in_the_making_;
};

}  // namespace mainstay::config
