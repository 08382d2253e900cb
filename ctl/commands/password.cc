#include <fmt/format.h>

#include <array>
#include <cerrno>

#include "ctl/access_text.h"
#include "ctl/commands/commands.h"
#include "ctl/json_fields.h"
#include "ctl/password_entry.h"
#include "mainstay/access.h"

namespace mainstay::ctl {

namespace {

constexpr std::array<OptionSpec, 3> kOptions = {{
    {0, "level", "LEVEL", "read, operate or admin; a new user is an admin"},
    {0, "remove", "", "take the user away; his sessions end"},
    {0, "list", "", "who has a password"},
}};

CtlExit list(Context& context) {
  const Answer answer = context.ask("access.get");
  if (!answer) return context.fail(answer.failure());
  if (context.json()) {
    return context.print_json(Json{{"users", list_of(answer.result(), "users")}});
  }
  context.out().write(users_text(answer.result(), context.out().terminal()));
  return CtlExit::Done;
}

CtlExit remove(Context& context, const std::string& user) {
  const Answer answer = context.ask("access.remove_user", Json{{"user", user}});
  if (!answer) return context.fail(answer.failure());
  if (context.json()) return context.print_json(answer.result());
  context.out().line(fmt::format("{} cannot log in any more; sessions have ended", user));
  return CtlExit::Done;
}

CtlExit set(Context& context, const std::string& user) {
  // Before anybody types: is there a supervisor, and may we?
  if (const Answer known = context.ask("access.get"); !known) return context.fail(known.failure());
  const auto password = enter_password({.interrupted_fd = context.interrupts().fd()}, user);
  if (!password && password.error().code == EINTR)
    return context.interrupted("nothing was changed");
  if (!password && password.error().code == 0) return context.fail_usage(password.error().message);
  if (!password) return context.fail(CtlExit::Failed, password.error().message);
  const auto hash = hash_password(*password);
  if (!hash) return context.fail(CtlExit::Failed, hash.error().message);
  Json params{{"user", user}, {"password", *hash}};
  if (const auto level = context.value("level")) params["level"] = *level;
  const Answer answer = context.ask("access.set_user", std::move(params));
  if (!answer) return context.fail(answer.failure());
  if (context.json()) return context.print_json(answer.result());
  context.out().line(fmt::format("{} may log in, level {}; earlier sessions have ended", user,
                                 text_of(answer.result(), "level")));
  return CtlExit::Done;
}

CtlExit run(Context& context) {
  const auto level = context.value("level");
  const bool removes = context.has("remove");
  if (context.has("list")) {
    if (removes || level || !context.words().empty())
      return context.fail_usage("--list stands alone");
    return list(context);
  }
  if (context.words().empty()) return context.fail_usage("ctl password wants a USER");
  const std::string& user = context.words()[0];
  if (!is_access_name(user)) {
    return context.fail_usage(
        fmt::format("'{}' is no name of a user: {}", safe_line(user), kAccessNameRule));
  }
  if (level && removes) return context.fail_usage("--level and --remove exclude each other");
  if (level && !access_level_from(*level)) return context.fail_usage(level_problem(*level));
  return removes ? remove(context, user) : set(context, user);
}

}  // namespace

const Verb kPassword = {
    .name = "password",
    .aliases = {},
    .summary = "let a user log in to the page, or no longer",
    .usage = "password USER [--level read|operate|admin] | USER --remove | --list",
    .details =
        "Asks twice, without showing what is typed; where nobody can type, reads one line of its "
        "input. A new\npassword ends the user's sessions. The supervisor is sent a hash only "
        "(yescrypt).",
    .options = kOptions,
    .least = 0,
    .most = 1,
    .wants = "a USER",
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
