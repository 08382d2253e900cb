// What may be done to who may come in. Pure: each changes `access`, or says why not and leaves it
// as it was.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "web/setup.h"

namespace mainstay::web {

// An error's `code` of those that name somebody who is not there.
inline constexpr int kNobodyOfThatName = -1;

// A new user, or a new password for one: his sessions are over. Without a level he keeps what he
// has; a new one is an admin. `fresh_key` signs sessions from now on if nothing does yet.
Status set_user(Access& access, const std::string& name, const std::string& password_hash,
                std::optional<AccessLevel> level, WallTime now, const std::string& fresh_key);
Status remove_user(Access& access, const std::string& name);
Status add_token(Access& access, Token token);
Status revoke_token(Access& access, const std::string& name);
// Forgets those that are over anyway. When too many are kept, `fresh_key` ends every session.
Status end_session(Access& access, EndedSession session, WallTime now,
                   const std::string& fresh_key);

}  // namespace mainstay::web
