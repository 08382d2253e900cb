#include "web/setup.h"

#include <utility>

#include "base/json.h"
#include "web/level_name.h"

namespace mainstay::web {

namespace {

// Users, tokens and ended sessions: what a setup of the largest size may hold.
constexpr JsonLimits kLimits{.depth = 8, .members = 65536};

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
  std::int64_t whole(const char* name) {
    const Json* value = find(name);
    if (value == nullptr || !value->is_number_integer()) return fail<std::int64_t>();
    return value->get<std::int64_t>();
  }
  AccessLevel level(const char* name) {
    const auto level = level_named(text(name));
    return level ? *level : fail<AccessLevel>();
  }
  template <typename One>
  std::vector<One> list(const char* name, One (*read)(Members&)) {
    const Json* value = find(name);
    if (value == nullptr || !value->is_array()) return fail<std::vector<One>>();
    std::vector<One> out;
    for (const Json& each : *value) {
      Members members{each};
      out.push_back(read(members));
      good_ = good_ && members.good();
    }
    return out;
  }
  template <typename One>
  One part(const char* name, One (*read)(Members&)) {
    const Json* value = find(name);
    if (value == nullptr) return fail<One>();
    Members members{*value};
    One out = read(members);
    good_ = good_ && members.good();
    return out;
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

Json to_json(const Access& access) {
  Json users = Json::array();
  for (const User& user : access.users)
    users.push_back({{"name", user.name},
                     {"password", user.password},
                     {"level", level_name(user.level)},
                     {"generation", user.generation}});
  Json tokens = Json::array();
  for (const Token& token : access.tokens)
    tokens.push_back({{"name", token.name},
                      {"sha256", token.sha256},
                      {"level", level_name(token.level)},
                      {"created_at", token.created_at}});
  Json ended = Json::array();
  for (const EndedSession& session : access.ended)
    ended.push_back({{"id", session.id}, {"ends_at", session.ends_at}});
  return {{"users", std::move(users)},
          {"tokens", std::move(tokens)},
          {"session_key", access.session_key},
          {"ended", std::move(ended)}};
}

Access read_access(Members& in) {
  Access access;
  access.users = in.list<User>("users", [](Members& one) {
    return User{one.text("name"), one.text("password"), one.level("level"),
                static_cast<std::uint64_t>(one.whole("generation"))};
  });
  access.tokens = in.list<Token>("tokens", [](Members& one) {
    return Token{one.text("name"), one.text("sha256"), one.level("level"), one.whole("created_at")};
  });
  access.session_key = in.text("session_key");
  access.ended = in.list<EndedSession>("ended", [](Members& one) {
    return EndedSession{one.text("id"), one.whole("ends_at")};
  });
  return access;
}

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
  setup.access = in.part<Access>("access", read_access);
  if (!in.good()) return Error{"the setup of the page lacks something, or it is of a wrong type"};
  return setup;
}

}  // namespace mainstay::web
