#include "web/setup.h"

#include <utility>

#include "base/json.h"
#include "web/access_json.h"

namespace mainstay::web {

namespace {

constexpr JsonLimits kLimits{.depth = kAccessLimits.depth + 1,
                             .members = kAccessLimits.members + 6};

// Reads members of one object; what is missing or of the wrong type is remembered.
class Members {
 public:
  explicit Members(const Json& object) : object_(object), good_(object.is_object()) {}

  std::string text(const char* name) {
    const Json* value = find(name);
    if (value == nullptr || !value->is_string()) return fail<std::string>();
    return value->get<std::string>();
  }
  bool flag(const char* name) {
    const Json* value = find(name);
    if (value == nullptr || !value->is_boolean()) return fail<bool>();
    return value->get<bool>();
  }
  // An empty object when there is none.
  Json part(const char* name) {
    const Json* value = find(name);
    return value != nullptr ? *value : fail<Json>();
  }
  bool good() const { return good_; }

 private:
  const Json* find(const char* name) const {
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(name);
    return found == object_.end() ? nullptr : &*found;
  }
  template <typename Value>
  Value fail() {
    good_ = false;
    return {};
  }

  const Json& object_;
  bool good_;
};

}  // namespace

std::string to_text(const Setup& setup) {
  return dump_json({{"name", setup.name},
                    {"listen", setup.listen},
                    {"remote_without_tls", setup.remote_without_tls},
                    {"certificate", setup.certificate},
                    {"key", setup.key},
                    {"access", to_json(setup.access)}});
}

Result<Setup> setup_from(std::string_view text) {
  const auto json = parse_json(text, kLimits);
  if (!json) return Error{"cannot read the setup of the page: " + json.error().message};
  Members in{*json};
  Setup setup;
  setup.name = in.text("name");
  setup.listen = in.text("listen");
  setup.remote_without_tls = in.flag("remote_without_tls");
  setup.certificate = in.text("certificate");
  setup.key = in.text("key");
  auto access = access_from(in.part("access"));
  if (!in.good()) return Error{"the setup of the page lacks something, or it is of a wrong type"};
  if (!access) return Error{"cannot read who may come in: " + access.error().message};
  setup.access = std::move(*access);
  return setup;
}

}  // namespace mainstay::web
