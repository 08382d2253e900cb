// Who may come in, made up for tests.
#pragma once

#include <string>

#include "web/setup.h"

namespace mainstay::web::testing {

// Of the password "correct horse", by crypt(3).
inline const std::string kHash =
    "$y$j9T$abcdefghijklmnopqrstu/$.vSz9b7ryOgSnkttEnbNRNUInhzzGARqDmB2sX9pMj3";

inline Access some_access() {
  Access access;
  access.session_key = std::string(64, 'a');
  access.users = {{"ana", kHash, AccessLevel::Admin, 3}, {"bob", kHash, AccessLevel::Read, 1}};
  access.tokens = {{"deploy", std::string(64, '0'), AccessLevel::Operate, 1'764'000'000}};
  access.ended = {{"00ff", 1'764'000'060}};
  return access;
}

}  // namespace mainstay::web::testing
