#include "ctl/completion.h"

#include <fmt/format.h>

#include <algorithm>

#include "ctl/commands/commands.h"
#include "ctl/json_fields.h"

namespace mainstay::ctl {

namespace {

// A person waits for the shell.
constexpr Duration kPatience = std::chrono::seconds{2};

// One a line, for the scripts; nothing where no supervisor answers. Names hold no spaces.
CtlExit print_names(Context& context) {
  const Answer answer =
      context.client().call("services.list", Json::object(), context.timeout_or(kPatience));
  if (!answer) return context.fail(answer.failure());
  std::vector<std::string> names;
  for (const Json& service : list_of(answer.result(), "services"))
    names.push_back(text_of(service, "service"));
  names.erase(std::unique(names.begin(), names.end()), names.end());
  if (context.json()) return context.print_json(Json{{"names", names}});
  for (const std::string& name : names)
    context.out().line(name);
  return CtlExit::Done;
}

CtlExit run(Context& context) {
  const std::string& shell = context.words()[0];
  if (shell == "names") return print_names(context);
  const auto script = completion_for(shell, all_verbs());
  if (!script) return context.fail_usage(fmt::format("there is no completion for '{}'", shell));
  if (context.json()) return context.print_json(Json{{"shell", shell}, {"script", *script}});
  context.out().write(*script);
  return CtlExit::Done;
}

}  // namespace

const Verb kCompletion = {
    .name = "completion",
    .aliases = {},
    .summary = "print what makes a shell complete verbs, options and names of services",
    .usage = "completion bash|zsh|fish",
    .details =
        "For bash: source <(ctl completion bash). Names of services are asked of the supervisor "
        "while you\ntype.",
    .options = {},
    .least = 1,
    .most = 1,
    .wants = "the name of a shell",
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
