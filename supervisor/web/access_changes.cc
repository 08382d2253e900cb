#include "web/access_changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.h"
#include "mainstay/access.h"
#include "web/access_json.h"

namespace mainstay::web {

namespace {

constexpr std::chrono::hours kLongestSession{8 * 24};

// What a person wrote, in a sentence: short, and nothing but text.
std::string shown(std::string_view name) {
  return to_valid_utf8(name.substr(0, 64));
}

Status check_name(std::string_view what, std::string_view name) {
  if (is_access_name(name)) return {};
  return Error{fmt::format("'{}' is no name of a {}: {}", shown(name), what, kAccessNameRule)};
}

template <typename Named>
auto find(std::vector<Named>& all, std::string_view name) {
  return std::find_if(all.begin(), all.end(), [&](const Named& each) { return each.name == name; });
}

template <typename Named>
Status erase(std::vector<Named>& all, std::string_view what, const std::string& name) {
  const auto found = find(all, name);
  if (found != all.end()) {
    all.erase(found);
    return {};
  }
  std::vector<std::string> names;
  for (const Named& each : all)
    names.push_back(each.name);
  return Error{
      fmt::format("no {} is called '{}'{}", what, shown(name), did_you_mean(shown(name), names)),
      kNobodyOfThatName};
}

// Later than every earlier one, also of a user of that name who was removed.
std::uint64_t next_generation(std::uint64_t current, WallTime now) {
  const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(now.since_epoch).count();
  return std::max(current + 1, static_cast<std::uint64_t>(std::max<std::int64_t>(time, 1)));
}

}  // namespace

Status set_user(Access& access, const std::string& name, const std::string& password_hash,
                std::optional<AccessLevel> level, WallTime now, const std::string& fresh_key) {
  if (Status named = check_name("user", name); !named) return named;
  if (const auto problem = problem_of_password_hash(password_hash); !problem.empty())
    return Error{"the password " + problem};
  auto user = find(access.users, name);
  if (user == access.users.end() && access.users.size() >= kMostUsers)
    return Error{
        fmt::format("there are {} users, which is the most; remove one first", kMostUsers)};
  if (user == access.users.end()) {
    access.users.push_back({name, "", AccessLevel::Admin, 0});
    user = access.users.end() - 1;
  }
  user->password = password_hash;
  user->level = level.value_or(user->level);
  user->generation = next_generation(user->generation, now);
  if (access.session_key.empty()) access.session_key = fresh_key;
  return {};
}

Status remove_user(Access& access, const std::string& name) {
  return erase(access.users, "user", name);
}

Status add_token(Access& access, Token token) {
  if (Status named = check_name("token", token.name); !named) return named;
  if (!is_digest(token.sha256))
    return Error{"the token must be given by its SHA-256, as 64 digits 0-9a-f"};
  if (find(access.tokens, token.name) != access.tokens.end()) {
    return Error{fmt::format("there is a token called '{0}'; revoke it first: ctl token revoke {0}",
                             token.name)};
  }
  if (access.tokens.size() >= kMostTokens) {
    return Error{
        fmt::format("there are {} tokens, which is the most; revoke one first", kMostTokens)};
  }
  access.tokens.push_back(std::move(token));
  return {};
}

Status revoke_token(Access& access, const std::string& name) {
  return erase(access.tokens, "token", name);
}

Status end_session(Access& access, EndedSession session, WallTime now,
                   const std::string& fresh_key) {
  const std::int64_t seconds = now.unix_seconds();
  const bool good =
      is_session_id(session.id) && session.ends_at <= (now + kLongestSession).unix_seconds();
  if (!good) return Error{"that is no session: it has an id of digits 0-9a-f, and ends in days"};
  std::erase_if(access.ended, [&](const EndedSession& each) {
    return each.ends_at <= seconds || each.id == session.id;
  });
  if (session.ends_at <= seconds) return {};
  if (access.ended.size() >= kMostEnded) {
    access.ended.clear();
    access.session_key = fresh_key;
    return {};
  }
  access.ended.push_back(std::move(session));
  return {};
}

}  // namespace mainstay::web
