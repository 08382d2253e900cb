#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <cerrno>

#include "base/hex.h"
#include "base/sha256.h"
#include "base/text.h"
#include "ctl/access_text.h"
#include "ctl/commands/commands.h"
#include "ctl/json_fields.h"
#include "mainstay/access.h"

namespace mainstay::ctl {

namespace {

constexpr std::array<OptionSpec, 1> kOptions = {{
    {0, "level", "LEVEL", "with create: read (as it is without), operate or admin"},
}};

// "ms_" and 43 letters of base64url: 256 bits.
Result<std::string> new_secret() {
  std::array<char, 32> bytes;
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    return system_error("the system gives no random numbers", errno);
  std::string letters = to_base64({bytes.data(), bytes.size()});
  for (char& c : letters) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  letters.resize(letters.find('='));
  return "ms_" + letters;
}

CtlExit create(Context& context, const std::string& name) {
  const std::string level = context.value("level").value_or("read");
  if (!access_level_from(level)) return context.fail_usage(level_problem(level));
  const auto secret = new_secret();
  if (!secret) return context.fail(CtlExit::Failed, secret.error().message);
  const Answer answer = context.ask(
      "access.add_token",
      Json{{"name", name}, {"sha256", to_hex(bytes_of(sha256(*secret)))}, {"level", level}});
  if (!answer) return context.fail(answer.failure());
  if (context.json()) {
    return context.print_json(Json{{"name", name}, {"level", level}, {"token", *secret}});
  }
  context.out().line(*secret);
  context.notice(fmt::format("the token {}, level {}; it is not shown again", name, level));
  return CtlExit::Done;
}

CtlExit list(Context& context) {
  const Answer answer = context.ask("access.get");
  if (!answer) return context.fail(answer.failure());
  if (context.json()) {
    return context.print_json(Json{{"tokens", list_of(answer.result(), "tokens")}});
  }
  context.out().write(tokens_text(answer.result(), context.out().terminal()));
  return CtlExit::Done;
}

CtlExit revoke(Context& context, const std::string& name) {
  const Answer answer = context.ask("access.revoke_token", Json{{"name", name}});
  if (!answer) return context.fail(answer.failure());
  if (context.json()) return context.print_json(answer.result());
  context.out().line(fmt::format("the token {} is revoked", name));
  return CtlExit::Done;
}

CtlExit run(Context& context) {
  const auto& words = context.words();
  const std::string& what = words[0];
  if (what != "create" && context.has("level"))
    return context.fail_usage("--level is for ctl token create");
  if (what == "list" && words.size() == 1) return list(context);
  const bool names = what == "create" || what == "revoke";
  if (!names || words.size() != 2) {
    const std::array<std::string, 3> all = {"create", "list", "revoke"};
    return context.fail_usage(
        names ? fmt::format("ctl token {} wants one NAME", what)
              : fmt::format("ctl token is to create NAME, list, or revoke NAME{}",
                            did_you_mean(safe_line(what), all)));
  }
  if (!is_access_name(words[1])) {
    return context.fail_usage(
        fmt::format("'{}' is no name of a token: {}", safe_line(words[1]), kAccessNameRule));
  }
  return what == "create" ? create(context, words[1]) : revoke(context, words[1]);
}

}  // namespace

const Verb kToken = {
    .name = "token",
    .aliases = {},
    .summary = "let scripts use the API, or no longer",
    .usage = "token create NAME [--level read|operate|admin] | list | revoke NAME",
    .details =
        "The token goes to stdout, once; the supervisor keeps its SHA-256 only. Send it as\n"
        "\"Authorization: Bearer ms_...\". Revoking it counts at once.",
    .options = kOptions,
    .least = 1,
    .most = 2,
    .wants = "create NAME, list or revoke NAME",
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
