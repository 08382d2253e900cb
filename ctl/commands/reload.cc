#include "ctl/actions.h"

#include <array>

#include "ctl/commands/commands.h"

namespace mainstay::ctl {

namespace {

// One instance after the other takes its time.
constexpr Duration kReloadTime = std::chrono::minutes{10};

constexpr std::array<OptionSpec, 1> kOptions = {{
    {0, "no-wait", "", "return at once; the reload goes on"},
}};

constexpr Action kAction{
    .method = "services.reload", .doing = "reloading", .noun = "reload", .patience = kReloadTime};

}  // namespace

const Verb kReload = target_verb<kAction>({
    .name = "reload",
    .aliases = {},
    .summary = "send reload.signal, or restart one instance after the other",
    .usage = "reload TARGET... [--no-wait]",
    .details =
        "With reload.signal in the file that signal goes to the main process. Without, one "
        "instance is restarted\nat a time, the next when the one before is ready again; one that "
        "fails ends it. Waits until all is done,\n10 min at most (--timeout). What is stopped "
        "stays so.",
    .options = kOptions,
});

}  // namespace mainstay::ctl
