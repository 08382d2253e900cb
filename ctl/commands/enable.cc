#include "ctl/actions.h"
#include "ctl/commands/commands.h"

namespace mainstay::ctl {

namespace {

constexpr Action kEnabling{
    .method = "services.enable", .doing = "enabling", .noun = "enabling", .waits = false};

constexpr Action kDisabling{
    .method = "services.disable", .doing = "disabling", .noun = "disabling", .waits = false};

}  // namespace

const Verb kEnable = target_verb<kEnabling>({
    .name = "enable",
    .aliases = {},
    .summary = "let services come up by themselves with the supervisor",
    .usage = "enable TARGET...",
    .details =
        "Instead of what the file says (autostart), and kept across restarts of the supervisor "
        "and of the\nmachine. Also ends what a stop by hand began: it comes up the next time. "
        "Starts nothing now: ctl start.",
    .options = {},
});

const Verb kDisable = target_verb<kDisabling>({
    .name = "disable",
    .aliases = {},
    .summary = "let services start only by hand, or when another needs them",
    .usage = "disable TARGET...",
    .details =
        "Instead of what the file says (autostart), and kept across restarts of the supervisor "
        "and of the\nmachine. Stops nothing now: ctl stop.",
    .options = {},
});

}  // namespace mainstay::ctl
