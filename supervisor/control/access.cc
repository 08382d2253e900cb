// access.*: who may come in over the web. No hash is ever told.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "control/json_writer.h"
#include "control/method.h"
#include "mainstay/access.h"
#include "web/access_changes.h"
#include "web/access_store.h"

namespace mainstay::control {

namespace {

// Fails the call without one: only simulations have none.
web::AccessStore* store_of(Context& context, const Call& call) {
  if (context.parts.access == nullptr) {
    call.fail({RpcError::NotActive, "not_active", "this supervisor keeps no users and tokens"});
  }
  return context.parts.access;
}

std::string required_text(Params& params, std::string_view name, std::string_view what) {
  const auto text = params.text(name);
  if (!text) params.refuse(name, fmt::format("is missing; it is {}", what));
  return text.value_or("");
}

std::optional<AccessLevel> level_in(Params& params) {
  const auto text = params.text("level");
  if (!text) return std::nullopt;
  const auto level = access_level_from(*text);
  if (!level) params.refuse("level", "must be read, operate or admin");
  return level;
}

RpcFailure failure_of(const Error& why, std::string_view code) {
  if (why.code == web::kNobodyOfThatName)
    return {RpcError::NoSuchTarget, std::string{code}, why.message};
  return {RpcError::Failed, "failed", why.message};
}

using Answer = std::function<std::string(const web::Access&)>;

// Makes the change, then answers with what `result` makes of it; `code` is that of an error about a
// missing name.
void change(Context& context, const Call& call, web::AccessStore::Edit edit, Answer result,
            std::string_view code) {
  web::AccessStore* store = store_of(context, call);
  if (store == nullptr) return;
  call.audit()->accept(Audit::Result::Follows);
  store->change(
      std::move(edit), [call, store, result = std::move(result), code](const Status& done) {
        done ? call.answer(result(store->access())) : call.fail(failure_of(done.error(), code));
      });
}

Answer named(std::string_view kind, const std::string& name) {
  return [kind, name](const web::Access&) {
    JsonWriter out;
    out.open_object().key(kind).text(name).close_object();
    return out.take();
  };
}

void write_user(JsonWriter& out, const web::User& user) {
  out.open_object().key("user").text(user.name).key("level").text(to_string(user.level));
  out.close_object();
}

// False: the call has failed.
bool note_login(const Call& call, Params& params) {
  const std::string user = params.text("user").value_or("");
  const std::string from = required_text(params, "from", "the client's address");
  if (!user.empty() && !is_access_name(user)) params.refuse("user", "is no name of a user");
  if (refused(call, params)) return false;
  call.audit()->set("who", user.empty() ? "somebody" : "user " + user);
  call.audit()->set("from", from);
  return true;
}

void write_tokens(JsonWriter& out, const web::Access& access) {
  out.key("tokens").open_list();
  for (const web::Token& token : access.tokens) {
    out.open_object().key("name").text(token.name).key("level").text(to_string(token.level));
    out.key("created_at").time(WallTime{std::chrono::seconds{token.created_at}}).close_object();
  }
  out.close_list();
}

}  // namespace

void access_get(Context& context, const Call& call, Params&) {
  const web::AccessStore* store = store_of(context, call);
  if (store == nullptr) return;
  JsonWriter out;
  out.open_object().key("users").open_list();
  for (const web::User& user : store->access().users)
    write_user(out, user);
  out.close_list();
  write_tokens(out, store->access());
  out.close_object();
  call.answer(out.take());
}

void access_set_user(Context& context, const Call& call, Params& params) {
  const std::string name = required_text(params, "user", "a user's name");
  const std::string hash = required_text(params, "password", "the hash of one, by crypt(3)");
  const auto level = level_in(params);
  if (refused(call, params)) return;
  call.audit()->set("targets", name);
  if (level) call.audit()->set("level", to_string(*level));
  change(
      context, call,
      [name, hash, level](web::Access& access, WallTime now, const std::string& key) {
        return web::set_user(access, name, hash, level, now, key);
      },
      [name](const web::Access& access) {
        JsonWriter out;
        write_user(out, *std::ranges::find(access.users, name, &web::User::name));
        return out.take();
      },
      "no_such_user");
}

void access_remove_user(Context& context, const Call& call, Params& params) {
  const std::string name = required_text(params, "user", "a user's name");
  if (refused(call, params)) return;
  call.audit()->set("targets", name);
  change(
      context, call,
      [name](web::Access& access, WallTime, const std::string&) {
        return web::remove_user(access, name);
      },
      named("user", name), "no_such_user");
}

void access_add_token(Context& context, const Call& call, Params& params) {
  web::Token token;
  token.name = required_text(params, "name", "what the token is for");
  token.sha256 = required_text(params, "sha256", "that of the secret");
  token.level = level_in(params).value_or(AccessLevel::Read);
  if (refused(call, params)) return;
  call.audit()->set("targets", token.name);
  call.audit()->set("level", to_string(token.level));
  change(
      context, call,
      [token](web::Access& access, WallTime now, const std::string&) {
        web::Token dated = token;
        dated.created_at = now.unix_seconds();
        return web::add_token(access, std::move(dated));
      },
      named("name", token.name), "no_such_token");
}

void access_revoke_token(Context& context, const Call& call, Params& params) {
  const std::string name = required_text(params, "name", "a token's name");
  if (refused(call, params)) return;
  call.audit()->set("targets", name);
  change(
      context, call,
      [name](web::Access& access, WallTime, const std::string&) {
        return web::revoke_token(access, name);
      },
      named("name", name), "no_such_token");
}

// From the gateway: somebody logged out.
void access_end_session(Context& context, const Call& call, Params& params) {
  web::EndedSession session;
  session.id = required_text(params, "id", "a session's");
  session.ends_at = params.whole("ends_at", 0, INT64_MAX).value_or(0);
  if (refused(call, params)) return;
  change(
      context, call,
      [session](web::Access& access, WallTime now, const std::string& key) {
        return web::end_session(access, session, now, key);
      },
      [](const web::Access&) { return std::string{"{}"}; }, "no_such_session");
}

// From the gateway: a password was looked at. Nothing is done but to note it.
void access_logged_in(Context&, const Call& call, Params& params) {
  if (note_login(call, params)) call.answer("{}");
}

void access_login_failed(Context&, const Call& call, Params& params) {
  const bool known = !params.text("user").value_or("").empty();
  if (!note_login(call, params)) return;
  call.audit()->end("failed", known ? "wrong password" : "no such user");
  call.answer("{}");
}

}  // namespace mainstay::control
