// The controller as the gateway's handlers see it: JSON-RPC calls on behalf of a visitor.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "mainstay/protocol.h"

namespace mainstay::gateway {

// On whose behalf. The controller never does more for it than its level, and never more than
// Operate.
struct Actor {
  std::string who;   // "user ana", "token deploy", "" (nobody we know)
  std::string from;  // "127.0.0.1:50312"
  AccessLevel level = AccessLevel::Read;
};

// What the gateway asks for all visitors together, or for itself.
inline Actor gateway_itself(AccessLevel level = AccessLevel::Read) {
  return {"gateway", "", level};
}

// What became of a call. `result` is JSON text.
struct Reply {
  bool ok = false;
  std::string result;
  // Without ok: data.code ("no_such_service", "denied", …; "unavailable": the controller is gone)
  // and a sentence.
  std::string code;
  std::string message;
};

class Upstream {
 public:
  virtual ~Upstream() = default;

  // `params` is the JSON text of an object. Calls `done` once, from the loop; 0 is never returned.
  virtual std::uint64_t call(const Actor& actor, std::string_view method, std::string params,
                             std::function<void(const Reply&)> done) = 0;
  // A stream: `on_item` gets the JSON text of each, `done` comes once at its end.
  virtual std::uint64_t follow(const Actor& actor, std::string_view method, std::string params,
                               std::function<void(std::string_view item)> on_item,
                               std::function<void(const Reply&)> done) = 0;
  // Another item of a stream that goes at our pace (logs.export). What is over is ignored.
  virtual void more(std::uint64_t id) = 0;
  // Nobody is called any more; a stream is ended. What is over is ignored.
  virtual void cancel(std::uint64_t id) = 0;
};

}  // namespace mainstay::gateway
