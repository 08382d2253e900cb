#include "web/access_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>

#include "base/hex.h"
#include "base/sha256.h"
#include "mainstay/access.h"

namespace mainstay::web {

namespace {

// Reads the members of one object; the first problem is kept.
class Reader {
 public:
  Reader(const Json& object, std::string place) : object_(object), place_(std::move(place)) {
    if (!object.is_object()) refuse("must be an object, not " + std::string{json_kind(object)});
  }

  std::string text(const char* name) {
    const Json* found = member(name);
    if (found != nullptr && found->is_string()) return found->get<std::string>();
    refuse(fmt::format("{} must be a string", name));
    return {};
  }
  std::int64_t whole(const char* name) {
    const Json* found = member(name);
    const bool fits = found != nullptr && found->is_number_integer() &&
                      !(found->is_number_unsigned() && found->get<std::uint64_t>() > INT64_MAX) &&
                      found->get<std::int64_t>() >= 0;
    if (fits) return found->get<std::int64_t>();
    refuse(fmt::format("{} must be a whole number, 0 or more", name));
    return 0;
  }
  AccessLevel level() {
    const auto found = access_level_from(text("level"));
    if (!found) refuse("level must be read, operate or admin");
    return found.value_or(AccessLevel::Read);
  }
  std::string name() {
    std::string found = text("name");
    if (!is_access_name(found)) refuse(fmt::format("name must be {}", kAccessNameRule));
    return found;
  }
  // Absent: none.
  void each(const char* list, std::size_t most, const std::function<void(Reader&)>& read) {
    const Json* found = member(list);
    if (found == nullptr) return;
    if (!found->is_array()) return refuse(fmt::format("{} must be a list", list));
    if (found->size() > most) return refuse(fmt::format("{} may have {} entries", list, most));
    for (std::size_t i = 0; i < found->size() && problem_.empty(); ++i) {
      Reader entry{(*found)[i], fmt::format("{}[{}]: ", list, i)};
      read(entry);
      if (problem_.empty()) problem_ = entry.problem_;
    }
  }
  bool has(const char* name) const { return member(name) != nullptr; }
  void require(bool holds, const std::string& why) {
    if (!holds) refuse(why);
  }
  const std::string& problem() const { return problem_; }

 private:
  const Json* member(const char* name) const {
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(name);
    return found == object_.end() ? nullptr : &*found;
  }
  void refuse(const std::string& why) {
    if (problem_.empty()) problem_ = place_ + why;
  }

  const Json& object_;
  std::string place_;
  std::string problem_;
};

User user_from(Reader& in) {
  User user;
  user.name = in.name();
  user.password = in.text("password");
  const std::string problem = problem_of_password_hash(user.password);
  in.require(problem.empty(), "password " + problem);
  user.level = in.level();
  user.generation = static_cast<std::uint64_t>(in.whole("generation"));
  return user;
}

Token token_from(Reader& in) {
  Token token;
  token.name = in.name();
  token.sha256 = in.text("sha256");
  in.require(is_digest(token.sha256), "sha256 must be 64 digits 0-9a-f");
  token.level = in.level();
  token.created_at = in.whole("created_at");
  return token;
}

EndedSession ended_from(Reader& in) {
  EndedSession session;
  session.id = in.text("id");
  in.require(is_session_id(session.id), "id must be digits 0-9a-f");
  session.ends_at = in.whole("ends_at");
  return session;
}

template <typename Named>
bool has_twins(const std::vector<Named>& all) {
  std::set<std::string_view> names;
  return !std::all_of(all.begin(), all.end(),
                      [&](const Named& each) { return names.insert(each.name).second; });
}

}  // namespace

std::string problem_of_password_hash(std::string_view hash) {
  constexpr std::size_t kLongestSalt = 86;
  constexpr std::size_t kDigestLetters = 43;
  const auto is_letter = [](char c) {
    return (c >= '.' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  };
  const std::string problem =
      fmt::format("must be a yescrypt hash of the usual cost ({}…), as ctl password makes it",
                  kPasswordHashStart);
  if (!hash.starts_with(kPasswordHashStart)) return problem;
  hash.remove_prefix(kPasswordHashStart.size());
  const auto dollar = hash.find('$');
  if (dollar == std::string_view::npos || dollar > kLongestSalt) return problem;
  const std::string_view salt = hash.substr(0, dollar);
  const std::string_view digest = hash.substr(dollar + 1);
  const bool good = digest.size() == kDigestLetters &&
                    std::all_of(salt.begin(), salt.end(), is_letter) &&
                    std::all_of(digest.begin(), digest.end(), is_letter);
  return good ? "" : problem;
}

bool is_digest(std::string_view text) {
  return text.size() == 2 * kSha256Size && is_lower_hex(text);
}

bool is_session_id(std::string_view text) {
  constexpr std::size_t kLongest = 64;
  return !text.empty() && text.size() <= kLongest && is_lower_hex(text);
}

Json to_json(const Access& access) {
  Json users = Json::array();
  for (const User& user : access.users) {
    users.push_back({{"name", user.name},
                     {"password", user.password},
                     {"level", to_string(user.level)},
                     {"generation", user.generation}});
  }
  Json tokens = Json::array();
  for (const Token& token : access.tokens) {
    tokens.push_back({{"name", token.name},
                      {"sha256", token.sha256},
                      {"level", to_string(token.level)},
                      {"created_at", token.created_at}});
  }
  Json ended = Json::array();
  for (const EndedSession& session : access.ended)
    ended.push_back({{"id", session.id}, {"ends_at", session.ends_at}});
  return {{"session_key", access.session_key},
          {"users", std::move(users)},
          {"tokens", std::move(tokens)},
          {"ended", std::move(ended)}};
}

Result<Access> access_from(const Json& json) {
  Access access;
  Reader in{json, ""};
  if (in.has("session_key")) access.session_key = in.text("session_key");
  in.require(access.session_key.empty() || is_digest(access.session_key),
             "session_key must be 64 digits 0-9a-f");
  in.each("users", kMostUsers, [&](Reader& user) { access.users.push_back(user_from(user)); });
  in.each("tokens", kMostTokens, [&](Reader& each) { access.tokens.push_back(token_from(each)); });
  in.each("ended", kMostEnded, [&](Reader& each) { access.ended.push_back(ended_from(each)); });
  in.require(!has_twins(access.users), "users: a name is there twice");
  in.require(!has_twins(access.tokens), "tokens: a name is there twice");
  if (!in.problem().empty()) return Error{in.problem()};
  return access;
}

}  // namespace mainstay::web
