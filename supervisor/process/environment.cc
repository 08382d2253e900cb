#include "process/environment.h"

#include <algorithm>
#include <charconv>
#include <variant>

#include "process/notify_wish.h"
#include "process/tree.h"

namespace mainstay::process {

namespace {

constexpr const char* kDefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

void copy_if_set(const EnvironmentMap& from, const std::string& name, EnvironmentMap& to) {
  if (const auto found = from.find(name); found != from.end()) to[name] = found->second;
}

// What is ours is nobody else's: MAINSTAY_READY_FD, a cookie of a supervisor above us.
bool is_internal(const std::string& name) {
  return name.starts_with("MAINSTAY_");
}

void set_identity(const User& user, EnvironmentMap& out) {
  out["HOME"] = user.home;
  out["USER"] = out["LOGNAME"] = user.name;
  out["SHELL"] = user.shell.empty() ? "/bin/sh" : user.shell;
}

// PATH HOME USER LOGNAME SHELL LANG TZ, of the supervisor or of `user`.
EnvironmentMap base_environment(const std::optional<User>& user, const model::InheritEnv& inherit,
                                const SpawnContext& context) {
  EnvironmentMap out;
  const EnvironmentMap& own = context.own_environment;
  for (const auto& [name, value] : own) {
    if (inherit.all && !is_internal(name) && !is_notify_variable(name)) out[name] = value;
  }
  out["PATH"] = kDefaultPath;
  if (!context.self.name.empty()) set_identity(context.self, out);
  for (const char* name : {"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ"}) {
    copy_if_set(own, name, out);
  }
  if (user) set_identity(*user, out);
  for (const std::string& name : inherit.names)
    copy_if_set(own, name, out);
  return out;
}

Error cannot(const model::ServiceSpec& spec, const std::string& why) {
  return Error{"cannot start " + spec.name + ": " + why};
}

class Composition {
 public:
  Composition(const model::ServiceSpec& spec, EnvironmentMap base, const SecretValues& secrets)
      : spec_(spec), out_(std::move(base)), secrets_(secrets) {}

  // Secrets first, then what is counted up, then what may refer to both.
  Result<EnvironmentMap> run(std::uint32_t index) {
    out_["INSTANCE"] = std::to_string(index);
    const Status secret = take_secrets();
    if (!secret) return secret.error();
    for (const std::string& name : spec_.increment_env) {
      expand_one(name);
      const Status counted = count_up(name, index);
      if (!counted) return counted.error();
    }
    for (const auto& [name, value] : spec_.env) {
      if (!is_incremented(name)) expand_one(name);
    }
    out_["INSTANCE"] = std::to_string(index);
    return std::move(out_);
  }

 private:
  Status take_secrets() {
    for (const auto& [name, value] : spec_.env) {
      if (std::holds_alternative<model::Template>(value)) continue;
      const auto found = secrets_.find(name);
      if (found == secrets_.end()) return cannot(spec_, "secret " + name + " was not read");
      out_[name] = found->second;
    }
    return {};
  }

  bool is_incremented(const std::string& name) const {
    return std::find(spec_.increment_env.begin(), spec_.increment_env.end(), name) !=
           spec_.increment_env.end();
  }

  void expand_one(const std::string& name) {
    const auto value = spec_.env.find(name);
    if (value == spec_.env.end()) return;
    const auto* text = std::get_if<model::Template>(&value->second);
    if (text == nullptr) return;
    out_[name] =
        model::expand(*text, [this](std::string_view wanted) -> std::optional<std::string> {
          const auto found = out_.find(std::string{wanted});
          return found == out_.end() ? std::nullopt : std::optional{found->second};
        });
  }

  Status count_up(const std::string& name, std::uint32_t index) {
    const auto found = out_.find(name);
    if (found == out_.end())
      return cannot(spec_, "increment_env names " + name + ", which is not set");
    const std::string& text = found->second;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    if (!whole || number > INT64_MAX - std::int64_t{index}) {
      // Its value may be a secret, so the message does not show it.
      return cannot(spec_, "increment_env names " + name + ", whose value is not a whole number");
    }
    found->second = std::to_string(number + index);
    return {};
  }

  const model::ServiceSpec& spec_;
  EnvironmentMap out_;
  const SecretValues& secrets_;
};

}  // namespace

Result<EnvironmentMap> compose_environment(const model::ServiceSpec& spec, std::uint32_t index,
                                           const std::optional<User>& user,
                                           const SecretValues& secrets,
                                           const SpawnContext& context) {
  Composition composition{spec, base_environment(user, spec.inherit_env, context), secrets};
  auto environment = composition.run(index);
  if (!environment) return environment;
  for (auto& [name, value] : notify_environment(spec, context.notify_socket))
    (*environment)[name] = value;
  (*environment)[std::string{kCookieVariable}] = context.cookie;
  return environment;
}

}  // namespace mainstay::process
