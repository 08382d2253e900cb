#include "ctl/actions.h"

#include <array>

#include "ctl/commands/commands.h"

namespace mainstay::ctl {

namespace {

constexpr std::array<OptionSpec, 1> kOptions = {{
    {0, "no-wait", "", "return at once; the stop goes on"},
}};

constexpr Action kAction{
    .method = "services.stop", .doing = "stopping", .noun = "stop", .patience = kNoTimeout};

}  // namespace

const Verb kStop = target_verb<kAction>({
    .name = "stop",
    .aliases = {},
    .summary = "stop services; they stay stopped until a start",
    .usage = "stop TARGET... [--no-wait]",
    .details =
        "Waits until nothing of them is left: after stop.timeout the whole process tree is killed.",
    .options = kOptions,
});

}  // namespace mainstay::ctl
